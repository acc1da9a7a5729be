"""What becomes of goods that came back: paid back, sent again, or neither. See ADR 0140."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from orders.events import record
from orders.models import Refund, Return, ReturnLine
from orders.refunds import services as refunds
from orders.returns import worth
from orders.returns.services import NotNow, held

State = Return.State
PERIOD = timedelta(days=14)  # Art. 13(1) Directive 2011/83
AS_NEW = ReturnLine.Condition.AS_NEW
HERE = (State.RECEIVED, State.INSPECTED)


def due(back: Return) -> datetime | None:
    """By when a withdrawal must be paid back; None for other returns, and once it was.

    14 days after it was declared, and not before the goods or proof that they were sent are here.
    Source: Art. 13(1) and (3) Directive 2011/83.
    """
    if back.reason != Return.Reason.WITHDRAWAL or is_paid_back(back) or is_off(back):
        return None
    declared = back.withdrawal.received_at if back.withdrawal else back.announced_at
    seen = _seen_at(back)
    return _end_of_day(max(declared + PERIOD, seen) if seen else declared + PERIOD)


def waits_for_goods(back: Return) -> bool:
    """Whether we may still hold the money back."""
    return _seen_at(back) is None


def is_overdue(back: Return, now: datetime) -> bool:
    last = due(back)
    return last is not None and not waits_for_goods(back) and now > last


def is_paid_back(back: Return) -> bool:
    return back.refund is not None and back.refund.state != Refund.State.REFUSED


def is_off(back: Return) -> bool:
    """Called off, or decided without money."""
    return back.state == State.CANCELLED or (back.settled_at is not None and back.refund is None)


def inspected(back: Return, *, now: datetime) -> bool:
    """Decide by itself where there is nothing to weigh; True if so. Inside the inspection.

    A withdrawal of which all is here and as new is paid back whole; one that was paid back on
    proof of sending is done.
    """
    if is_paid_back(back):
        return _settle(back, back.refund, now)
    rows = list(back.lines.all())
    whole = all(row.received == row.quantity and row.condition == AS_NEW for row in rows)
    if back.reason != Return.Reason.WITHDRAWAL or not whole:
        return False
    try:
        refund = refunds.request(
            back.order,
            reason=Refund.Reason.WITHDRAWN,
            now=now,
            lines=_pieces(back),
            shipping=worth.delivery_due(back.order, {}, of=back),
        )
    except refunds.NotRefundable as error:
        record(back.order_id, "return_not_refundable", now=now, detail=str(error), alert=True)
        return False
    return _settle(back, refund, now)


def pay_back(back: Return, *, by: User, now: datetime, amount: Decimal | None = None) -> Refund:
    """Ask for its money to go back; somebody approves that. Less than all where it lost value.

    Raises NotNow, or refunds.NotRefundable.
    """
    with held(back.order) as order:
        mine = _undecided(back)
        withdrawn = mine.reason == Return.Reason.WITHDRAWAL
        refund = refunds.request(
            order,
            reason=Refund.Reason.WITHDRAWN if withdrawn else Refund.Reason.RETURNED,
            now=now,
            lines=_pieces(mine),
            shipping=worth.delivery_due(order, {}, of=mine) if withdrawn else False,
            amount=amount,
            by=by,
        )
        _settle(mine, refund, now)
    return refund


def leave_it(back: Return, *, now: datetime) -> None:
    """Nothing is due for it. Raises NotNow."""
    with held(back.order):
        mine = _undecided(back)
        if mine.state != State.INSPECTED:
            raise NotNow
        _settle(mine, None, now)
        record(mine.order_id, "return_without_refund", now=now, detail=str(mine.position))


def _undecided(back: Return) -> Return:
    """The return as it is now, its order's row held. Raises NotNow once something was decided."""
    mine = Return.objects.select_related("order", "refund").get(pk=back.pk)
    early = mine.state == State.SENT and mine.reason == Return.Reason.WITHDRAWAL
    if not (early or mine.state in HERE) or is_paid_back(mine) or is_off(mine):
        raise NotNow
    return mine


def _settle(back: Return, refund: Refund | None, now: datetime) -> bool:
    """Write the decision down; a refund before the goods were looked at leaves it open."""
    done = now if back.state == State.INSPECTED else None
    Return.objects.filter(pk=back.pk).update(refund=refund, settled_at=done)
    return True


def _pieces(back: Return) -> dict[int, int]:
    """What arrived; what was announced, as long as nothing has."""
    here = back.state in HERE
    counts = {row.line_id: row.received if here else row.quantity for row in back.lines.all()}
    return {line: count for line, count in counts.items() if count}


def _seen_at(back: Return) -> datetime | None:
    """When the goods were here, or the buyer showed that he sent them."""
    return min((at for at in (back.sent_at, back.received_at) if at), default=None)


def _end_of_day(at: datetime) -> datetime:
    local = timezone.localtime(at)
    return local.replace(hour=23, minute=59, second=59, microsecond=0)
