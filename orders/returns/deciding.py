"""What becomes of goods that came back: paid back, sent again, or neither. See ADR 0140."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from orders.events import record
from orders.models import Refund, Return, ReturnLine
from orders.refunds import services as refunds
from orders.returns import worth
from orders.returns.services import NotNow, held
from orders.unfinished import restart_clock, undecided

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
    last, seen = timezone.localdate(declared) + PERIOD, _seen_at(back)
    if seen:
        last = max(last, timezone.localdate(seen))
    return datetime.combine(last, time.max, tzinfo=timezone.get_current_timezone())


def waits_for_goods(back: Return) -> bool:
    """Whether we may still hold the money back."""
    return _seen_at(back) is None


def is_overdue(back: Return, now: datetime) -> bool:
    last = due(back)
    return last is not None and not waits_for_goods(back) and now > last


def overdue(now: datetime) -> Q:
    """The returns of which ``is_overdue`` is true."""
    today = timezone.localdate(now)
    midnight, declared = _midnight(today), _midnight(today - PERIOD)
    seen = Q(sent_at__lt=midnight) | Q(received_at__lt=midnight)
    owed = undecided() & (Q(refund=None) | Q(refund__state=Refund.State.REFUSED))
    late = Q(withdrawal__received_at__lt=declared) | Q(withdrawal=None, announced_at__lt=declared)
    return Q(reason=Return.Reason.WITHDRAWAL) & owed & late & seen


def may_pay_back(back: Return) -> bool:
    """Whether staff may ask for its money to go back: once here, or on proof for a withdrawal."""
    early = back.state == State.SENT and back.reason == Return.Reason.WITHDRAWAL
    return (early or back.state in HERE) and not (is_paid_back(back) or is_off(back))


def may_decide(back: Return) -> bool:
    """Whether staff may send it again, or leave it at that."""
    return back.state == State.INSPECTED and may_pay_back(back)


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
        return settle(back, back.refund, now)
    whole = all(n.received == n.quantity and n.condition == AS_NEW for n in back.lines.all())
    if back.reason != Return.Reason.WITHDRAWAL or not whole:
        return False
    if back.order.paid <= 0:  # a voucher paid for it, or everything went back already
        return settle(back, None, now)
    try:
        refund = refunds.request(
            back.order,
            reason=Refund.Reason.WITHDRAWN,
            now=now,
            lines=pieces_of(back),
            shipping=worth.delivery_due(back.order, {}, of=back),
        )
    except refunds.NotRefundable as error:
        record(back.order_id, "return_not_refundable", now=now, detail=str(error), alert=True)
        return False
    return settle(back, refund, now)


def pay_back(back: Return, *, by: User, now: datetime, amount: Decimal | None = None) -> Refund:
    """Ask for its money to go back; somebody approves that. Less than all where it lost value.

    Raises NotNow, or refunds.NotRefundable.
    """
    with held(back.order) as order:
        mine = still_open(back)
        withdrawn = mine.reason == Return.Reason.WITHDRAWAL
        refund = refunds.request(
            order,
            reason=Refund.Reason.WITHDRAWN if withdrawn else Refund.Reason.RETURNED,
            now=now,
            lines=pieces_of(mine),
            shipping=worth.delivery_due(order, {}, of=mine) if withdrawn else False,
            amount=amount,
            by=by,
        )
        settle(mine, refund, now)
    return refund


def leave_it(back: Return, *, now: datetime) -> None:
    """Nothing is due for it. Raises NotNow."""
    with held(back.order):
        mine = still_open(back)
        if not may_decide(mine):
            raise NotNow
        settle(mine, None, now)
        record(mine.order_id, "return_without_refund", now=now, detail=str(mine.position))


def still_open(back: Return) -> Return:
    """The return as it is now, its order's row held. Raises NotNow once something was decided."""
    mine = Return.objects.select_related("order", "refund", "withdrawal").get(pk=back.pk)
    if not may_pay_back(mine):
        raise NotNow
    return mine


def settle(back: Return, refund: Refund | None, now: datetime) -> bool:
    """Write the decision down; a refund before the goods were looked at leaves it open."""
    done = now if back.state == State.INSPECTED else None
    Return.objects.filter(pk=back.pk).update(refund=refund, settled_at=done)
    if done:
        restart_clock(back.order_id, now=done)
    return True


def pieces_of(back: Return) -> dict[int, int]:
    """What arrived; what was announced, as long as nothing has."""
    here = back.state in HERE
    counts = {row.line_id: row.received if here else row.quantity for row in back.lines.all()}
    return {line: count for line, count in counts.items() if count}


def _seen_at(back: Return) -> datetime | None:
    """When the goods were here, or the buyer showed that he sent them."""
    return min((at for at in (back.sent_at, back.received_at) if at), default=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
