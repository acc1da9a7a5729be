"""The three axes change here, by one conditional update each, and each change leaves an event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from orders.models import Order, OrderEvent, PaymentAttempt


def record(
    order_id: int, kind: str, *, now: datetime, detail: str = "", alert: bool = False
) -> None:
    OrderEvent.objects.create(
        order_id=order_id, kind=kind, at=now, detail=detail[:200], alert=alert
    )


def move_order(order: Order, to: str, *, of: Iterable[str], now: datetime, **values: Any) -> bool:
    """Change an order's state if it is one of ``of``; True for the one caller who did it."""
    won = Order.objects.filter(pk=order.pk, state__in=[*of]).update(state=to, **values)
    if won:
        record(order.pk, f"order_{to}", now=now)
    return bool(won)


def move_attempt(
    attempt: PaymentAttempt, to: str, *, of: Iterable[str], now: datetime, **values: Any
) -> bool:
    """Change a payment's state if it is one of ``of``; True for the one caller who did it."""
    rows = PaymentAttempt.objects.filter(pk=attempt.pk, state__in=[*of])
    won = rows.update(state=to, **values)
    if won:
        record(attempt.order_id, f"payment_{to}", now=now, detail=values.get("problem", ""))
    return bool(won)
