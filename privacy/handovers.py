"""Who received what of a person (Art. 15(1)(c), 19 GDPR), in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import Cast
from django.utils import timezone

from privacy.declarations import Declaration, Role, registry
from privacy.models import ConsentDecision, Disclosure
from privacy.purposes import purposes, recipients
from privacy.subjects import Subject
from privacy.vocabulary import Category

RESTRICTING = (ConsentDecision.Action.RESTRICTED, ConsentDecision.Action.LIFTED)
NUMBER = "substring(%%(expressions)s from '^%s:([0-9]{1,18})$')"


def plain(reference: str) -> str:
    """However it was typed: ``ab2c-…`` and ``AB2C …`` are the same."""
    return "".join(sign for sign in reference.upper() if sign.isalnum())[:40]


def by_reference(subject: Subject) -> Q:
    """What was handed over of somebody who has no address here, such as who receives a gift; and
    of an address that nobody proved, for who reads it and names the number."""
    named = {plain(one) for one in subject.references} - {""}
    mine = Q(email__in=["", *subject.emails], user=None)
    return mine & Q(reference__in=sorted(named)) if named else Q(pk__in=())


# Whose a hand-over was: written down at that moment.
HERS = Role(
    "user",
    "email",
    proved=Q(proved_at__isnull=False),
    match=by_reference,
    dates=("disclosed_at",),
)

occasions: dict[str, type[Model]] = {}


def not_yet_told(now: datetime | None = None) -> Q:
    """The hand-overs that the law forbids to tell the person of until a day (Art. 23 GDPR)."""
    return Q(told_from_at__gt=now or timezone.now())


def handed_over(subject: Subject) -> QuerySet[Disclosure]:
    """Of which the person may be told; what he may not know yet is not counted either."""
    return Disclosure.objects.filter(HERS.reach(subject)).exclude(not_yet_told())


def prove(reference: str, email: str, *, now: datetime) -> None:
    """The address that was typed with this number is its reader's: so is what was handed over."""
    typed = Disclosure.objects.filter(
        reference=plain(reference), email=email.lower(), proved_at=None
    )
    typed.update(proved_at=now)


def register_occasion(kind: str, model: type[Model]) -> None:
    """Say which rows a hand-over ``about`` this kind speaks of, such as ``order:7``."""
    occasions[kind] = model


def under_way(model: type[Any]) -> Q | None:
    """What is on record of a contract that still runs stays with it: who was given its data, to be
    told when it goes; and, of the same address, that it may not be used meanwhile."""
    if model is ConsentDecision:
        named = Disclosure.objects.filter(running(), email=OuterRef("email")).exclude(email="")
        return Q(Exists(named), action__in=RESTRICTING)
    return running() if model is Disclosure else None


def running() -> Q:
    """The hand-overs of what is still being performed."""
    found = Q(pk__in=())
    for kind, model in occasions.items():
        declared = registry.get(model)
        if declared and declared.performing:
            number = Func(OuterRef("about"), template=NUMBER % kind, output_field=CharField())
            row = model._base_manager.filter(declared.performing)
            found |= Q(Exists(row.filter(pk=Cast(number, BigIntegerField()))))
    return found


def concerning(fields: Iterable[str] | None = None) -> Q:
    """The hand-overs of one of these fields, by its name or that of its category; None: of all."""
    if fields is None:
        return Q()
    groups = [group for declared in registry.values() for group in declared.personal]
    kinds = {one.category.value for one in groups if one.category and {*fields} & {*one.fields}}
    return Q(fields__overlap=[*fields, *kinds])


def told(row: Disclosure) -> dict[str, Any]:
    """One hand-over on record; ``what`` and ``where`` are for people, in the active language."""
    recipient = recipients.get(row.recipient)
    return {
        "key": row.recipient,
        "name": row.named or (recipient.name if recipient else row.recipient),
        "country": recipient.country if recipient else "",
        "where": recipient.land if recipient else "",
        "purpose": why(row),
        "for": row.purpose,
        "fields": list(row.fields),
        "what": [what(row.purpose, field) for field in row.fields],
        "at": row.disclosed_at.isoformat(),
        "about": row.about,
    }


def why(row: Disclosure) -> str:
    """The purpose; of what an authority demanded also the ground on which it did."""
    purpose = purposes.get(row.purpose)
    name = str(purpose.name) if purpose else row.purpose
    ground = dict(Disclosure.Ground.choices).get(row.ground, row.ground)
    return f"{name}: {ground}" if ground else name


def what(purpose: str, field: str) -> str:
    """What people call a field, or a category, that was handed over for a purpose."""
    if field in Category:
        return str(Category(field).label)
    named = [name for declaration in using(purpose) if (name := name_of(declaration, field))]
    return named[0] if named else field.replace("_", " ")


def using(purpose: str) -> list[Declaration]:
    """The declarations whose data serve a purpose."""
    return [
        declaration
        for declaration in registry.values()
        if purpose in {p.key for group in declaration.personal for p in group.purposes}
    ]


def name_of(declaration: Declaration, field: str) -> str:
    """Also of what points to the row, such as an order's lines; nothing where there is none."""
    try:
        found = declaration.model._meta.get_field(field)
    except FieldDoesNotExist:
        return ""
    if found.auto_created and found.related_model in registry:
        return registry[found.related_model].plural
    return declaration.name_of(field)
