"""An order has arrived. Parcels and carriers come later; until then staff says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from orders.events import record
from orders.models import Order


def mark_delivered(orders: Iterable[Order], *, now: datetime) -> int:
    """The withdrawal period of these paid orders begins; how many of them it began for."""
    return sum(_mark(order, now) for order in orders)


@transaction.atomic
def _mark(order: Order, now: datetime) -> bool:
    paid = Order.objects.filter(pk=order.pk, state=Order.State.CONFIRMED, delivered_at=None)
    won = paid.update(delivered_at=now)
    if won:
        record(order.pk, "delivered", now=now)
    return bool(won)
