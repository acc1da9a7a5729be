"""The orders of an account, as its list shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from orders.models import Order, Return
from orders.returns import doing, period

PAID = {Order.State.CONFIRMED, Order.State.CLOSED}
COMING = {Return.State.ANNOUNCED, Return.State.SENT}


@dataclass(frozen=True)
class Listed:
    order: Order
    kind: str  # what its badge says
    may_withdraw: bool
    may_send_back: bool
    comes_back: bool  # some of it is to be sent back, or on its way


def listed(orders: QuerySet[Order], *, now: datetime) -> list[Listed]:
    """Only what may still be withdrawn from is looked at closely: that is never much."""
    rows = orders.select_related("replaces").prefetch_related("lines", "shipments", "returns")
    return [_listed(order, now) for order in rows.order_by("-placed_at", "-pk")]


def _listed(order: Order, now: datetime) -> Listed:
    paid = order.state in PAID
    return Listed(
        order,
        doing.badge(order) if paid else order.state,
        may_withdraw=paid and period.in_time(order, now) and not doing.why_not_withdraw(order, now),
        may_send_back=paid and doing.served(order) != "paid" and period.guaranteed(order, now),
        comes_back=any(back.state in COMING for back in order.returns.all()),
    )
