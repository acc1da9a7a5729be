"""What a refund that happened does to what the order says is paid."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from orders.events import record
from orders.models import Order, Refund
from orders.refunds import limits

State = Refund.State
BEFORE_DONE = [State.SENDING, State.PENDING, State.UNKNOWN, State.FAILED]  # money is money


def subtract(refund: Refund, *, now: datetime) -> None:
    """Inside the transaction that saw it happen. Only euro were ever added."""
    if refund.attempt.currency == "EUR":
        Order.objects.filter(pk=refund.order_id).update(paid=F("paid") - refund.amount)
    over = -limits.left_of(refund.attempt, Refund.RETURNED_STATES)
    if over > 0:
        record(refund.order_id, "refunded_too_much", now=now, detail=str(over), alert=True)
