"""What a buyer disputes at PayPal: staff is told, and the order does not close meanwhile."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orders.events import record
from orders.models import Dispute, PaymentAttempt
from orders.paypal import DisputeSeen
from orders.unfinished import restart_clock

State = Dispute.State


@transaction.atomic
def keep(attempt: PaymentAttempt, seen: DisputeSeen, *, now: datetime) -> None:
    """Write down how a dispute stands at PayPal, however often and in whatever order we ask."""
    said = {
        "stage": seen.stage[:40],
        "reason": seen.reason[:60],
        "outcome": seen.outcome[:60],
        "amount": seen.amount,
    }
    row, new = Dispute.objects.get_or_create(
        paypal_id=seen.id, defaults={"attempt": attempt, "opened_at": seen.opened_at, **said}
    )
    if new:
        record(attempt.order_id, "dispute_opened", now=now, detail=seen.reason, alert=True)
    rows = Dispute.objects.filter(pk=row.pk)
    rows.update(**said)
    if seen.resolved:
        if rows.filter(state=State.OPEN).update(state=State.RESOLVED, resolved_at=now):
            record(attempt.order_id, "dispute_resolved", now=now, detail=seen.outcome, alert=True)
            restart_clock(attempt.order_id, now=now)
    elif rows.filter(state=State.RESOLVED).update(state=State.OPEN, resolved_at=None):
        record(attempt.order_id, "dispute_reopened", now=now, detail=seen.stage, alert=True)
