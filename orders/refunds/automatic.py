"""Money that no order stands for: given back by itself, or offered to staff to give back."""

from __future__ import annotations

from datetime import datetime

from catalog import stock
from orders import vouchers
from orders.checkout import quantities
from orders.events import move
from orders.models import LIVE, Order, PaymentAttempt, Refund
from orders.refunds import limits, rows
from orders.refunds.rows import Cause
from orders.refunds.shares import Share

Reason = Refund.Reason


def give_back(attempt: PaymentAttempt, *, reason: str, now: datetime) -> Refund | None:
    """What is left of a payment that no order stands for, inside the transaction that saw it.

    One that came too late or twice is sent; one that does not fit waits for somebody of the staff.
    """
    attempt.refresh_from_db()
    left = limits.left_of(attempt)
    if left <= 0:
        return None
    return rows.write(attempt, Share(left), Cause(reason, waits=reason == Reason.WRONG), now=now)


def end_unserved(order: Order, *, now: datetime) -> None:
    """End an order whose only payment did not fit and went back; its stock is free again."""
    taken = order.attempts.filter(state=PaymentAttempt.State.CAPTURED)
    waits = order.attempts.filter(state__in=LIVE).exists()
    if order.state != Order.State.PLACED or waits or any(limits.left_of(a) > 0 for a in taken):
        return
    if order.refunds.filter(state__in=Refund.UNDER_WAY).exists():
        return
    if move(order, Order.State.CANCELLED, of=[Order.State.PLACED], now=now):
        stock.release(quantities(order))
        vouchers.give_back(order)
