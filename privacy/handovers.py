"""Who received what of a person (Art. 15(1)(c), 19 GDPR), in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet
from django.utils import timezone

from privacy.declarations import Declaration, Role, registry
from privacy.models import Disclosure
from privacy.purposes import purposes, recipients
from privacy.subjects import Subject
from privacy.vocabulary import Category


def plain(reference: str) -> str:
    """However it was typed: ``ab2c-…`` and ``AB2C …`` are the same."""
    return "".join(sign for sign in reference.upper() if sign.isalnum())[:40]


def by_reference(subject: Subject) -> Q:
    """What was handed over of somebody who has no address here, such as who receives a gift."""
    named = {plain(one) for one in subject.references} - {""}
    return Q(reference__in=sorted(named)) if named else Q(pk__in=())


# Whose hand-over it was: written down at that moment.
HERS = Role("user", "email", proved=Q(), match=by_reference)


def not_yet_told(now: datetime | None = None) -> Q:
    """The hand-overs that the law forbids to tell the person of until a day (Art. 23 GDPR)."""
    return Q(told_from_at__gt=now or timezone.now())


def handed_over(subject: Subject) -> QuerySet[Disclosure]:
    """Of which the person may be told; what he may not know yet is not counted either."""
    return Disclosure.objects.filter(HERS.reach(subject)).exclude(not_yet_told())


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
