"""Who of the staff looked at whose file (P19): every page of the administration, of every room.

A look counts when rows of a person were opened or worked on, however many at once (an export of a
list is one at each), and when a search showed a few. It is written before the page is given out, so
what cannot be recorded is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy.declarations import Declaration, Role, registry
from privacy.handovers import by_reference, plain
from privacy.models import Look
from privacy.subjects import Subject
from privacy.vocabulary import Category, Text

FEW = 10  # rows that a search shows which are looks at each
AT_ONCE = 1000  # rows whose people are asked for together
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
        rows = [*getattr(request, "privacy_across", ()), *seen(request, response)]
        for start in range(0, len(rows), AT_ONCE):
            record(rows[start : start + AT_ONCE], request.user, now=timezone.now())

    def process_view(self, request: HttpRequest, *_page: Any) -> None:
        """Which rows a whole list holds is read before the work on them changes that."""
        if request.user.is_staff and request.POST.get("select_across") == "1":
            request.privacy_across = across(request)  # type: ignore[attr-defined]


def seen(request: HttpRequest, response: HttpResponse) -> list[Model]:
    """The rows this page was about."""
    model = model_of(request)
    if model is None:
        return []
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    if keys := [str(kwargs[name]) for name in ("object_id", "pk") if name in kwargs]:
        return rows(model, keys)
    if request.method == "POST":
        return rows(model, request.POST.getlist("_selected_action"))
    return found_by(request, getattr(response, "context_data", None) or {})


def across(request: HttpRequest) -> list[Model]:
    """All rows of the list that a batch is about, on whatever page; none where it may not be."""
    model = model_of(request)
    page = site._registry.get(model) if model else None
    if page is None or not page.has_view_permission(request):
        return []
    return list(page.get_changelist_instance(request).get_queryset(request))


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
    known = []
    for key in keys:
        with suppress(ValidationError, ValueError, OverflowError):
            known.append(model._meta.pk.to_python(key))
    return list(model._base_manager.filter(pk__in=known))


@dataclass(frozen=True)
class Whom:
    user: int | None = None
    email: str = ""
    reference: str = ""  # of who has neither, such as the receiver of a gift


def record(seen: list[Model], staff: Any, *, now: datetime) -> None:
    """Write down a look for each person each row belongs to; within an hour it is the same look.

    All rows are of one model. As many statements for a thousand as for one.
    """
    people = {one for one in persons(seen) if one[1].user != staff.pk}
    if not people or not people - looked(seen, staff, now):
        return
    with transaction.atomic():  # one after the other, so that two tabs are one look
        get_user_model()._default_manager.select_for_update(no_key=True).get(pk=staff.pk)
        said = {"model": seen[0]._meta.label, "role": role_of(staff)}
        Look.objects.bulk_create(
            Look(**row(whom), key=key, staff=staff, looked_at=now, **said)
            for key, whom in people - looked(seen, staff, now)
        )


def row(whom: Whom) -> dict[str, Any]:
    return {"user_id": whom.user, "email": whom.email, "reference": whom.reference}


def looked(seen: list[Model], staff: Any, now: datetime) -> set[tuple[str, Whom]]:
    """Which of these looks are written down already."""
    keys = [str(row.pk)[:64] for row in seen]
    looks = Look.objects.filter(model=seen[0]._meta.label, key__in=keys, staff=staff)
    recent = looks.filter(looked_at__gt=now - AGAIN).values_list(
        "key", "user", "email", "reference"
    )
    return {(key, Whom(user, email, code)) for key, user, email, code in recent}


def persons(seen: list[Model]) -> Iterator[tuple[str, Whom]]:
    """By declaration: whose each row is, in each role but that of somebody's work."""
    declared = registry.get(type(seen[0])) if seen else None
    for name, role in declared.roles.items() if declared else ():
        if declared and not is_work(declared, name):
            yield from persons_in(seen, role)


def is_work(declared: Declaration, role: str) -> bool:
    """Whether the row holds of this role what a member of staff did, and nothing else."""
    categories = {group.category for group in declared.personal if group.about == role}
    return bool(role) and categories <= {Category.WORK}


def persons_in(seen: list[Model], role: Role) -> Iterator[tuple[str, Whom]]:
    """The account, else the address, else the code that the person has."""
    ways = [way for way in (role.user, role.email, role.code) if way]
    mine = type(seen[0])._base_manager.filter(pk__in=[row.pk for row in seen])
    for found in mine.values("pk", *ways) if ways else ():
        key = str(found["pk"])[:64]
        if user := found.get(role.user):
            yield key, Whom(user)
        elif email := found.get(role.email):
            yield key, Whom(email=str(email).lower())
        elif code := found.get(role.code):
            yield key, Whom(reference=plain(str(code)))


def role_of(staff: Any) -> str:
    """The role in which somebody works here; empty: administrator."""
    return str(staff.groups.filter(name__in=ROLES).values_list("name", flat=True).first() or "")


def looks_of(subject: Subject) -> list[dict[str, Any]]:
    """Who looked at a person's file: when, in which role and at what; never who by name."""
    mine = by_reference(subject)
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
