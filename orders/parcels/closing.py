"""When an order is over, and with it the clock of what we keep of it begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from orders import unfinished
from orders.events import move
from orders.models import Dispute, Order, PaymentAttempt, Shipment
from orders.parcels import arrival, periods
from orders.parcels.holding import locked
from orders.parcels.periods import withdrawal_until

__all__ = ["close_what_is_over", "reopen", "withdrawal_until"]

AT_ONCE = 50  # orders of each sort in one run
SHORTEST = timedelta(days=periods.DAYS)
ENDED = [Order.State.CANCELLED, Order.State.EXPIRED]


def close_what_is_over(*, now: datetime) -> int:
    """Safe to repeat and to run twice at once. How many orders were closed."""
    for order in _perhaps_all_there(now):
        _look(order, now=now)
    return sum(_close(order, now=now) for order in _perhaps_over(now)) + sum(
        _end(order, now=now) for order in _ended()
    )


def reopen(order: Order, *, now: datetime) -> None:
    """Money came for an order that had ended: its clock waits until that money has gone back."""
    Order.objects.filter(pk=order.pk, state__in=ENDED).update(closed_at=None)


def nothing_open(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.exclude(unfinished.anything())


def _perhaps_all_there(now: datetime) -> Iterator[Order]:
    """Paid orders with nothing under way that nobody called delivered: some of it was lost."""
    parcels = Shipment.objects.filter(order=OuterRef("pk"))
    running = Order.objects.filter(Exists(parcels), state=Order.State.CONFIRMED, delivered_at=None)
    return running.exclude(Exists(parcels.filter(state__in=arrival.UNFINISHED))).iterator()


def _look(order: Order, *, now: datetime) -> bool:
    """What was lost is paid back: the rest is all there, or nothing of it will ever come."""
    with transaction.atomic():
        locked(order)
        parcels = arrival.family(order)
        if not arrival.is_settled(order, parcels):
            return False
        if any(parcel.delivered_at for parcel in parcels):
            arrival.something_arrived(order, now=now)
            return False
        return _is_quiet(order) and _shut(order, _last_settled(order) or now, now=now)


def _perhaps_over(now: datetime) -> list[Order]:
    running = Order.objects.filter(state=Order.State.CONFIRMED, delivered_at__lt=now - SHORTEST)
    return list(nothing_open(running).order_by("delivered_at")[:AT_ONCE])


def _close(order: Order, *, now: datetime) -> bool:
    """The withdrawal period is over and nothing is open: retention begins to run."""
    if order.delivered_at is None:
        return False
    end = periods.withdrawal_end(order.delivered_at, order.delivery_country)
    if end >= now:
        return False
    with transaction.atomic():
        if locked(order).delivered_at != order.delivered_at or not _is_quiet(order):
            return False
        return _shut(order, max(end, _last_settled(order) or end), now=now)


def _shut(order: Order, moment: datetime, *, now: datetime) -> bool:
    """The clock counts from when it was over, whenever we happen to look."""
    of = [Order.State.CONFIRMED]
    return move(order, "closed", of=of, now=now, closed_at=moment, liable_from_at=moment)


def _ended() -> list[Order]:
    return list(nothing_open(Order.objects.filter(state__in=ENDED, closed_at=None))[:AT_ONCE])


def _end(order: Order, *, now: datetime) -> bool:
    """Cancelled or expired, and what had been paid went back."""
    with transaction.atomic():
        locked(order)
        if not _is_quiet(order):
            return False
        moment = _last_settled(order) or now
        rows = Order.objects.filter(pk=order.pk, state__in=ENDED, closed_at=None)
        won = rows.update(closed_at=moment)
        if won and order.attempts.filter(state=PaymentAttempt.State.CAPTURED).exists():
            Order.objects.filter(pk=order.pk).update(liable_from_at=moment)
    return bool(won)


def _is_quiet(order: Order) -> bool:
    return nothing_open(Order.objects.filter(pk=order.pk)).exists()


def _last_settled(order: Order) -> datetime | None:
    """When the last refund, withdrawal, return or dispute was done with."""
    disputes = Dispute.objects.filter(attempt__order=order)
    moments = [
        order.refunds.aggregate(last=Max("settled_at"))["last"],
        order.returns.aggregate(last=Max("settled_at"))["last"],
        disputes.aggregate(last=Max("resolved_at"))["last"],
    ]
    return max((moment for moment in moments if moment), default=None)
