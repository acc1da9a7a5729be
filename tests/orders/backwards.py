"""A paid order, and its money on the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.utils import timezone

from orders.models import Order, OrderEvent, Refund
from orders.refunds import services
from orders.tasks import send_refund, sweep

Place = Callable[..., Order]
Bought = Callable[..., Order]


def asks(order: Order, amount: str = "", reason: str = "goodwill", **wanted: Any) -> Refund:
    """The shop itself asks for money to go back; it is not sent yet."""
    if amount:
        wanted["amount"] = Decimal(amount)
    return services.request(order, reason=reason, now=timezone.now(), **wanted)


def sent(refund: Refund) -> Refund:
    """What the worker does with it."""
    send_refund(refund.pk)
    refund.refresh_from_db()
    return refund


def later(**time: float) -> None:
    """What beat does, that much later."""
    with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
        sweep()


def alerts() -> list[str]:
    return list(OrderEvent.objects.filter(alert=True).values_list("kind", flat=True))


def states(order: Order) -> list[tuple[str, str]]:
    rows = order.refunds.order_by("position").values_list("state", "amount")
    return [(state, str(amount)) for state, amount in rows]


def paid_sum(order: Order) -> Decimal:
    return Order.objects.get(pk=order.pk).paid
