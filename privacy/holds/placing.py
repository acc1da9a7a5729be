"""Placing a hold and releasing it. Released, the erasure that waited for it goes on by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Model

from privacy.holds.rows import holdable
from privacy.models import Hold
from privacy.requests.events import SYSTEM, Actor


class NotHoldable(Exception):
    """No single row of anybody's: it would keep a whole account, or is not there."""


@transaction.atomic
def place(
    model: type[Model], key: Any, ground: Hold.Ground, *, by: Actor, now: datetime, **said: Any
) -> Hold:
    """Keep one row from being erased. Placed twice it is one; the first stands.

    said: reason (no personal values), until_at, and user, whose row it is. Raises NotHoldable.
    """
    row = found(model, key)
    defaults = {"author_id": by.staff_id, "placed_at": now, **said}
    hold, _new = Hold.objects.get_or_create(
        model=model._meta.label,
        key=str(row.pk),
        ground=ground,
        released_at=None,
        defaults=defaults,
    )
    return hold


def found(model: type[Model], key: Any) -> Model:
    """The row, locked: an erasure that has begun ends first, a later one sees the hold."""
    if not holdable(model):
        raise NotHoldable(model._meta.label)
    try:
        rows = model._base_manager.select_for_update(of=("self",)).filter(pk=key)
        return rows.get()
    except (ObjectDoesNotExist, ValueError, ValidationError, OverflowError) as error:
        raise NotHoldable(model._meta.label) from error


@transaction.atomic
def release(hold: Hold, *, by: Actor, now: datetime) -> bool:
    """End a hold; True for the caller that did."""
    live = Hold.objects.filter(pk=hold.pk, released_at=None)
    return bool(live.update(released_at=now, released_by_id=by.staff_id))


def release_over(*, now: datetime) -> int:
    """End the holds whose day has come."""
    over = Hold.objects.filter(released_at=None, until_at__lte=now)
    return sum(release(hold, by=SYSTEM, now=now) for hold in over.order_by("pk"))
