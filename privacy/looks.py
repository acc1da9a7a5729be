"""Who of the staff looked at whose file (P19): every page of the administration, of every room.

A look counts when one row of a person was opened or worked on, and when a search showed a few. It
is written before the page is given out, so what cannot be recorded is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy.declarations import Declaration, Role, registry
from privacy.models import Look
from privacy.subjects import Subject
from privacy.vocabulary import Category, Text

FEW = 10  # rows that a search shows, or that are worked on at once, which are looks at each
AGAIN = timedelta(hours=1)  # the same row by the same member of staff is one look

ROLES: dict[str, Text] = {
    "staff": _("orders and shop"),
    "support": _("customer service"),
    "dpo": _("data protection officer"),
    "auditor": _("auditor"),
    "": _("administrator"),
}


class Recorder:
    """Middleware: needs the account and the page that was found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        found = request.resolver_match
        if found and found.app_names == ["admin"] and response.status_code < 400:
            self.note(request, response)
        return response

    def note(self, request: HttpRequest, response: HttpResponse) -> None:
        if not (request.user.is_authenticated and request.user.is_staff):
            return
        for row in seen(request, response):
            record(row, request.user, now=timezone.now())


def seen(request: HttpRequest, response: HttpResponse) -> list[Model]:
    """The rows this page was about."""
    model = model_of(request)
    if model is None:
        return []
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    if keys := [str(kwargs[name]) for name in ("object_id", "pk") if name in kwargs]:
        return rows(model, keys)
    if request.method == "POST":
        chosen = request.POST.getlist("_selected_action")
        return rows(model, chosen) if len(chosen) <= FEW else []
    return found_by(request, getattr(response, "context_data", None) or {})


def found_by(request: HttpRequest, context: Any) -> list[Model]:
    """What a search showed, where it found a few."""
    changelist = context.get("cl")
    if changelist is None or not request.GET.get("q", "").strip():
        return []
    return [*changelist.result_list] if changelist.result_count <= FEW else []


def model_of(request: HttpRequest) -> type[Model] | None:
    """``orders_order_change`` and ``orders_order_refund`` are pages of ``orders.Order``."""
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    for model in registry:
        meta = model._meta
        if f"{name}_".startswith(f"{meta.app_label}_{meta.model_name}_"):
            return apps.get_model(meta.label)
    return None


def rows(model: type[Model], keys: list[str]) -> list[Model]:
    """What has these keys; a forged one finds nothing."""
    found: list[Model] = []
    for key in keys:
        try:
            found += model._base_manager.filter(pk=key)
        except (ValueError, OverflowError):
            continue
    return found


@dataclass(frozen=True)
class Whom:
    user: int | None = None
    email: str = ""


def record(row: Model, staff: Any, *, now: datetime) -> None:
    """Write down a look for each person the row belongs to; within an hour it is the same look."""
    people = {whom for whom in persons(row) if whom.user != staff.pk}
    if not people or not people - looked(row, staff, now):
        return
    with transaction.atomic():  # one after the other, so that two tabs are one look
        get_user_model()._default_manager.select_for_update(no_key=True).get(pk=staff.pk)
        said = {"model": row._meta.label, "key": str(row.pk)[:64], "role": role_of(staff)}
        Look.objects.bulk_create(
            Look(user_id=whom.user, email=whom.email, staff=staff, looked_at=now, **said)
            for whom in people - looked(row, staff, now)
        )


def looked(row: Model, staff: Any, now: datetime) -> set[Whom]:
    """For whom this look is written down already."""
    looks = Look.objects.filter(model=row._meta.label, key=str(row.pk)[:64], staff=staff)
    recent = looks.filter(looked_at__gt=now - AGAIN).values_list("user", "email")
    return {Whom(*whom) for whom in recent}


def persons(row: Model) -> Iterator[Whom]:
    """By declaration: whose it is in each role but that of somebody's work."""
    declared = registry.get(type(row))
    for name, role in declared.roles.items() if declared else ():
        if declared and not is_work(declared, name):
            yield from person_in(row, role)


def is_work(declared: Declaration, role: str) -> bool:
    """Whether the row holds of this role what a member of staff did, and nothing else."""
    categories = {group.category for group in declared.personal if group.about == role}
    return bool(role) and categories <= {Category.WORK}


def person_in(row: Model, role: Role) -> Iterator[Whom]:
    """The account, else the address. A role found in another way, as by a gift's code, has none."""
    ways = [way for way in (role.user, role.email) if way]
    mine = type(row)._base_manager.filter(pk=row.pk)
    for found in mine.values(*ways) if ways else ():
        if user := found.get(role.user):
            yield Whom(user)
        elif email := found.get(role.email):
            yield Whom(email=str(email).lower())


def role_of(staff: Any) -> str:
    """The role in which somebody works here; empty: administrator."""
    return str(staff.groups.filter(name__in=ROLES).values_list("name", flat=True).first() or "")


def looks_of(subject: Subject) -> list[dict[str, Any]]:
    """Who looked at a person's file: when, in which role and at what; never who by name."""
    mine = Q(pk__in=())
    if subject.user:
        mine |= Q(user=subject.user.pk)
    if subject.emails:
        mine |= Q(user=None, email__in=subject.emails)
    return [
        {"at": look.looked_at, "role": str(ROLES.get(look.role, look.role)), "what": what(look)}
        for look in Look.objects.filter(mine)
    ]


def what(look: Look) -> str:
    """``Order``: what people call it."""
    named = {d.label: d.singular for d in registry.values()}
    return capfirst(named.get(look.model, look.model))
