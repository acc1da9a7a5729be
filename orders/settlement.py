"""The one place where what PayPal says changes what we believe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, prefetch_related_objects

from catalog import stock
from orders import letters, vouchers
from orders.checkout import quantities
from orders.events import move, record
from orders.models import LIVE, Order, PaymentAttempt, Refund
from orders.paper.invoices import issue
from orders.parcels.services import open_parcel
from orders.paypal import Capture, Seen
from orders.refunds import automatic, external

State = PaymentAttempt.State
SOON = timedelta(minutes=1)
REVIEW = timedelta(hours=1)  # between two questions about a payment under review

NOT_CAPTURED = [state for state in State if state is not State.CAPTURED]
NOT_FINAL = [*LIVE, State.ABANDONED]


def settle(attempt: PaymentAttempt, seen: Seen, *, now: datetime) -> None:
    """Believe the captures PayPal lists, once, however often we are told.

    Return page, webhook and sweeper all end here. The order's status at PayPal proves nothing by
    itself; a capture counts if it is whole, in euro and for this order.
    """
    with transaction.atomic():
        attempt = held(attempt)
        order, capture, reason = attempt.order, _telling(seen), ""
        if capture is None:
            _without_capture(attempt, seen, now=now)
        else:
            reason = _by_capture(order, attempt, capture, now=now)
        if seen.refunds:
            external.seen(attempt, seen.refunds, now=now)
        if reason:  # what is left of it, now that we know what went back
            automatic.give_back(attempt, reason=reason, now=now)


def held(attempt: PaymentAttempt) -> PaymentAttempt:
    """The payment as it is now; its order is locked before it, as everybody does.

    Not the keys: an event that somebody else appends to the order need not wait, nor we for him.
    """
    rows = PaymentAttempt.objects.select_related("order__customer")
    return rows.select_for_update(of=("order", "self"), no_key=True).get(pk=attempt.pk)


def _by_capture(order: Order, attempt: PaymentAttempt, capture: Capture, *, now: datetime) -> str:
    """Why the money has to go back, or empty."""
    match capture.status:
        case "COMPLETED" | "PARTIALLY_REFUNDED":  # what went back of it is believed afterwards
            return _completed(order, attempt, capture, now=now)
        case "PENDING":
            _pending(attempt, now=now)
        case "DECLINED" | "FAILED":
            decline(attempt, capture.status, of=NOT_FINAL, now=now)
        case "REFUNDED":  # odd, if we have not seen it paid before
            return _odd_money(attempt, capture, capture.status, now=now)
        case _:
            _puzzling(attempt, f"capture {capture.status}", now=now)
    return ""


def _telling(seen: Seen) -> Capture | None:
    """Of several captures the one that decides: money taken before money under way before a no."""
    rank = {"COMPLETED": 0, "PARTIALLY_REFUNDED": 0, "PENDING": 1, "REFUNDED": 2}
    return min(seen.captures, key=lambda c: rank.get(c.status, 3), default=None)


def _without_capture(attempt: PaymentAttempt, seen: Seen, *, now: datetime) -> None:
    if seen.status == "APPROVED":
        approved(attempt, now=now)
    elif seen.status == "COMPLETED":
        _puzzling(attempt, "COMPLETED, no captures", now=now)
    elif seen.status == "VOIDED":
        decline(attempt, seen.status, of=NOT_FINAL, now=now)
    else:  # not approved, not yet or not any more: nothing was taken, so nothing is in doubt
        soon, of = now + SOON, [State.UNKNOWN, State.APPROVED]
        move(attempt, State.REDIRECTED, of=of, now=now, problem="", ask_at=soon)


def approved(attempt: PaymentAttempt, *, now: datetime) -> bool:
    """The buyer said yes at PayPal; nothing is taken yet."""
    return move(attempt, State.APPROVED, of=[State.REDIRECTED], now=now, ask_at=now + SOON)


def _puzzling(attempt: PaymentAttempt, problem: str, *, now: datetime) -> None:
    """PayPal says what proves nothing: it is asked again, and staff is told."""
    of = [State.REDIRECTED, State.APPROVED, State.CAPTURING]
    if move(attempt, State.UNKNOWN, of=of, now=now, problem=problem):
        record(attempt.order_id, "puzzling_answer", now=now, detail=problem, alert=True)


def decline(
    attempt: PaymentAttempt, problem: str, *, of: Sequence[str], now: datetime, told: bool = True
) -> bool:
    """PayPal said no for good; the buyer hears of it while his order waits for a payment."""
    with transaction.atomic():
        won = move(attempt, State.DECLINED, of=of, now=now, problem=problem)
        waits = Order.objects.filter(pk=attempt.order_id, state=Order.State.PLACED)
        if won and told and waits.exists():
            letters.payment_declined(attempt)
    return won


def _pending(attempt: PaymentAttempt, *, now: datetime) -> None:
    of = [state for state in NOT_FINAL if state != State.PENDING_REVIEW]
    if move(attempt, State.PENDING_REVIEW, of=of, now=now, ask_at=now + REVIEW):
        letters.payment_pending(attempt)


def _completed(order: Order, attempt: PaymentAttempt, capture: Capture, *, now: datetime) -> str:
    if (capture.amount, capture.currency) != (attempt.amount, "EUR"):
        return _odd_money(attempt, capture, "wrong_amount", now=now)
    if capture.custom_id != order.custom_id:
        return _odd_money(attempt, capture, "wrong_order", now=now)
    if not _captured(attempt, capture, now=now) or confirm(order, capture, now=now):
        return ""
    _book(attempt, capture)
    ended = order.state in {Order.State.EXPIRED, Order.State.CANCELLED}
    return Refund.Reason.LATE if ended else Refund.Reason.DOUBLE


def _captured(
    attempt: PaymentAttempt, capture: Capture, *, now: datetime, problem: str = ""
) -> bool:
    return move(
        attempt,
        State.CAPTURED,
        of=NOT_CAPTURED,
        now=now,
        capture_id=capture.id,
        captured=capture.amount,
        currency=capture.currency[:3],
        problem=problem,
    )


def _book(attempt: PaymentAttempt, capture: Capture) -> None:
    """Money of an order that it did not confirm, or not by this payment."""
    if capture.currency == "EUR":
        Order.objects.filter(pk=attempt.order_id).update(paid=F("paid") + capture.amount)


def _odd_money(attempt: PaymentAttempt, capture: Capture, kind: str, *, now: datetime) -> str:
    """Money moved that does not pay the order: it is on record, staff is told, nothing is sent.

    Staff is offered to give it back, as far as it is not back already.
    """
    said = f"{kind} {capture.amount} {capture.currency}"
    if not _captured(attempt, capture, now=now, problem=said):
        return ""
    _book(attempt, capture)
    record(attempt.order_id, kind.lower(), now=now, detail=said, alert=True)
    return Refund.Reason.WRONG


def confirm(order: Order, capture: Capture | None = None, *, now: datetime) -> bool:
    """A paid order: its stock sold, its parcel and invoice opened, its mail queued, by one caller.

    Runs inside the transaction that saw the payment. A payment after the end of an order confirms
    it if its stock can still be had; otherwise, or if it was paid before, it goes back. Without a
    capture it costs nothing.
    """
    late = order.state == Order.State.EXPIRED
    if late and not _reserved_again(order):
        record(order.pk, "refund_due", now=now, detail="sold out since")
        return False
    of = [Order.State.PLACED, Order.State.EXPIRED]
    paid: Any = F("paid") + (capture.amount if capture else 0)
    said = {"closed_at": None, "paid": paid}
    if not move(order, Order.State.CONFIRMED, of=of, now=now, confirmed_at=now, **said):
        record(order.pk, "refund_due", now=now, detail=f"paid when {order.state}")
        return False
    prefetch_related_objects([order], "lines")  # read once, for all that follows
    stock.sell(quantities(order))
    if late:
        vouchers.take_again(order)
    open_parcel(order, now=now)
    letters.order_confirmed(order)
    issue(order, now=now, capture=capture.id if capture else "")  # last: others wait for a number
    return True


def _reserved_again(order: Order) -> bool:
    try:
        with transaction.atomic():
            stock.reserve(quantities(order))
    except stock.OutOfStock:
        return False
    return True
