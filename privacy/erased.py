"""Remembering what was erased, row by row: the guard in the database asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Exists, Field, OuterRef
from django.db.models.functions import Cast

from privacy.declarations import Declaration, Group, registry
from privacy.models import Erased
from privacy.vocabulary import Erase

LATE = timedelta(days=30)  # nothing is in flight longer: PayPal tells again for three days

REMEMBER = """
INSERT INTO privacy_erased AS known (model, key, columns, erased_at)
SELECT %s, unnest(%s::text[]), %s::text[], %s
ON CONFLICT (model, key) DO UPDATE
SET columns = ARRAY(SELECT DISTINCT unnest(known.columns || EXCLUDED.columns) ORDER BY 1)
WHERE NOT known.columns @> EXCLUDED.columns
"""


def remember(declaration: Declaration, taken: Mapping[Any, set[str]], now: datetime) -> None:
    """Write down which fields went from which rows; a statement for all that lost the same."""
    if not nameable(declaration):
        return
    alike: dict[tuple[str, ...], list[str]] = {}
    for pk, fields in taken.items():
        alike.setdefault(tuple(sorted(fields)), []).append(str(pk))
    with connection.cursor() as cursor:
        for names, keys in alike.items():
            cursor.execute(REMEMBER, [declaration.label, sorted(keys), [*names], now])


def nameable(declaration: Declaration) -> bool:
    """Whether the key of a row says nothing: a browser's key would, so it is not written down."""
    return not any(declaration.model._meta.pk.name in g.fields for g in declaration.personal)


def guarded(declaration: Declaration, group: Group) -> bool:
    """Whether a late write could bring the group's values back: those of a row that stays."""
    return group.erase is not Erase.UNLINKED and not declaration.whole


def people(declaration: Declaration) -> list[Field[Any, Any]]:
    """The columns that may point to an account, and are emptied when it goes."""
    fields = declaration.model._meta.local_concrete_fields
    return [f for f in fields if f.null and f.related_model is get_user_model()]


def forget_gone(now: datetime) -> int:
    """What is remembered of a row goes some time after the row itself; how many."""
    old = Erased.objects.filter(erased_at__lt=now - LATE)
    gone = 0
    for label, declaration in {d.label: d for d in registry.values()}.items():
        key = Cast(OuterRef("key"), declaration.model._meta.pk)
        there = declaration.model._base_manager.filter(pk=key)
        gone += old.filter(~Exists(there), model=label).delete()[0]
    return gone
