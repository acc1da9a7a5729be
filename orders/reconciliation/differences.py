"""What does not agree, as rows: each alerts staff once, and one that is gone resolves itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from django.db import transaction
from django.db.models import Q, QuerySet

from orders.events import record
from orders.models import Difference, Order

Kind = Difference.Kind
Pair: TypeAlias = tuple[Decimal, Decimal]  # ours, theirs: EUR
Rows: TypeAlias = "QuerySet[Difference]"
GONE = "gone"  # the resolution of what agrees again by itself


@transaction.atomic
def note(order_id: int, found: Mapping[str, Pair | None], *, now: datetime) -> int:
    """Write down what was found of each kind that was looked at; None: it agrees.

    Returns how many differences there are. What somebody accepted is not raised again as long as
    it stays what it was.
    """
    list(Order.objects.select_for_update().filter(pk=order_id))
    for kind, pair in found.items():
        rows = Difference.objects.filter(order_id=order_id, kind=kind)
        standing = rows.filter(resolved_at=None)
        if pair is None:
            _gone(standing, order_id, kind, now=now)
        elif not _seen_again(standing, pair, now) and not _accepted(rows, pair):
            _raise(order_id, kind, pair, now=now)
    return Difference.objects.filter(order_id=order_id, resolved_at=None).count()


def resolve(difference: Difference, reason: str, *, now: datetime) -> bool:
    """Somebody looked and says why it is in order; True for the one whose word it is."""
    open_ones = Difference.objects.filter(pk=difference.pk, resolved_at=None)
    with transaction.atomic():
        won = open_ones.update(resolved_at=now, resolution=reason)
        if won:
            record(difference.order_id, "difference_resolved", now=now, detail=difference.kind)
    return bool(won)


def _gone(standing: Rows, order_id: int, kind: str, *, now: datetime) -> None:
    if standing.update(resolved_at=now, resolution=GONE):
        record(order_id, "difference_gone", now=now, detail=kind)


def _seen_again(standing: Rows, pair: Pair, now: datetime) -> bool:
    return bool(standing.update(ours=pair[0], theirs=pair[1], seen_at=now))


def _accepted(rows: Rows, pair: Pair) -> bool:
    said = rows.filter(~Q(resolution=GONE), resolved_at__isnull=False)
    last = said.order_by("-resolved_at").first()
    return last is not None and (last.ours, last.theirs) == pair


def _raise(order_id: int, kind: str, pair: Pair, *, now: datetime) -> None:
    Difference.objects.create(
        order_id=order_id, kind=kind, ours=pair[0], theirs=pair[1], found_at=now, seen_at=now
    )
    said = f"{kind} {pair[0]} {pair[1]}"
    record(order_id, "difference_found", now=now, detail=said, alert=True)
