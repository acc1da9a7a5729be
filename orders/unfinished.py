"""What of an order is not done with: while any of it is open, its retention clock stands still."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.models import LIVE, Dispute, Order, PaymentAttempt, Refund, Return, Withdrawal


def undecided() -> Q:
    """Returns that are still coming, looked at, or not paid back, replaced or refused."""
    refused = Q(refund__state=Refund.State.REFUSED)
    return ~Q(state=Return.State.CANCELLED) & (Q(settled_at=None) | refused)


def anything(order: str = "") -> Q:
    """Rows whose order has a payment, refund, withdrawal, return or dispute not done with.

    ``order`` is the way from the row to it, such as ``order__``. A refund that failed is owed until
    another one was made.
    """
    key = OuterRef(f"{order}pk")
    rows: list[QuerySet[Any]] = [
        PaymentAttempt.objects.filter(state__in=LIVE, order=key),
        Refund.objects.filter(state__in=Refund.UNDER_WAY, order=key),
        _unpaid().filter(order=key),
        Return.objects.filter(undecided(), order=key),
        Withdrawal.objects.filter(handled_at=None, order=key),
        Dispute.objects.filter(state=Dispute.State.OPEN, attempt__order=key),
    ]
    return reduce(or_, (Q(Exists(found)) for found in rows))


def _unpaid() -> QuerySet[Refund]:
    later = Refund.objects.filter(order=OuterRef("order"), position__gt=OuterRef("position"))
    refused = Refund.State.REFUSED
    return Refund.objects.filter(~Exists(later.exclude(state=refused)), state=Refund.State.FAILED)


def restart_clock(order: int, *, now: datetime) -> None:
    """Something came up after an order was closed, and is done with now: its clock runs anew."""
    rows = Order.objects.filter(pk=order, state=Order.State.CLOSED, closed_at__lt=now)
    rows.update(closed_at=now, liable_from_at=now)
