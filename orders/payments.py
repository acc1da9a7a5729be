"""A payment at PayPal: begun, taken, asked after. All roads end in ``settlement.settle``.

No database transaction is open while PayPal is asked: what is about to happen is committed first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from orders import paypal, wording
from orders.events import move
from orders.models import LIVE, Order, PaymentAttempt
from orders.paypal import PayPalError, Seen
from orders.personal_data import told_paypal
from orders.refusals import (
    AT_ONCE,
    AT_PAYPAL,
    DUPLICATE,
    not_created,
    not_taken,
    unanswered,
)
from orders.settlement import approved, held, settle

State = PaymentAttempt.State
NUMBERS = 3  # invoice ids tried for one order at once
SOON = timedelta(minutes=1)  # until the sweeper looks after a call that nobody finished


def begin(order: Order, *, now: datetime) -> PaymentAttempt | None:
    """The order's payment, with the buyer's link if PayPal answers; None if it needs none."""
    attempt = None
    for _ in range(NUMBERS):
        attempt = _live_or_new(order, now=now)
        if attempt is None or attempt.state != State.CREATED:
            break
        create(attempt, now=now)
        attempt.refresh_from_db()
        if not _number_used(attempt):
            break
    return attempt


def _number_used(attempt: PaymentAttempt) -> bool:
    """PayPal knows the number from before: the next payment has another."""
    return attempt.state == State.DECLINED and DUPLICATE in attempt.problem


def create(attempt: PaymentAttempt, *, now: datetime) -> None:
    """Create the order at PayPal; said again under the same id it stays one order there."""
    try:
        seen = paypal.create(wording.wish(attempt), request_id=attempt.create_request_id)
    except PayPalError as error:
        not_created(attempt, error, now=now)
        return
    _created(attempt, seen, now=now)


def _created(attempt: PaymentAttempt, seen: Seen, *, now: datetime) -> None:
    with transaction.atomic():
        won = move(
            attempt,
            State.REDIRECTED,
            of=[State.CREATED],
            now=now,
            paypal_id=seen.id,
            approve_url=seen.approve_url,
            ask_at=now + AT_PAYPAL,
        )
        if won:
            told_paypal(attempt.order, now=now)


def ask(attempt: PaymentAttempt, *, now: datetime) -> str:
    """Ask PayPal how a payment stands, take the next step; why there was no answer, or empty."""
    if attempt.paypal_id is None:
        begin(attempt.order, now=now)
        return ""
    try:
        seen = paypal.get(attempt.paypal_id)
    except PayPalError as error:
        unanswered(attempt, error, now=now)
        return error.kind
    if seen.status == "APPROVED" and not seen.captures:
        take(attempt, now=now)
    else:
        settle(attempt, seen, now=now)
    return ""


def come_back(attempt: PaymentAttempt, *, now: datetime) -> None:
    """The buyer is back from PayPal: he may have paid, so silence leaves the payment unknown."""
    silence = ask(attempt, now=now)
    if silence:
        of, soon = [State.REDIRECTED], now + AT_ONCE
        move(attempt, State.UNKNOWN, of=of, now=now, problem=silence, ask_at=soon)


def reported(paypal_id: str, *, now: datetime) -> bool:
    """PayPal says that something happened to an order; False if it should say so again later."""
    attempt = PaymentAttempt.objects.filter(paypal_id=paypal_id).first()
    if attempt is None:
        try:
            seen = paypal.get(paypal_id)
        except PayPalError:
            return False
        if not seen.custom_id.startswith(Order.AT_PAYPAL):
            return True  # another shop's, on the same account
        attempt = _adopted(seen, now=now)
    return attempt is not None and not ask(attempt, now=now)


def take(attempt: PaymentAttempt, *, now: datetime) -> None:
    """Capture a payment that the buyer approved, of an order that still waits for it."""
    claimed = _claimed(attempt, now=now)
    if claimed is None:
        return
    try:
        seen = paypal.capture(claimed.paypal_id or "", request_id=claimed.capture_request_id)
    except PayPalError as error:
        not_taken(claimed, error, now=now)
    else:
        settle(claimed, seen, now=now)


@transaction.atomic
def _claimed(attempt: PaymentAttempt, *, now: datetime) -> PaymentAttempt | None:
    """Say, and commit, that it was approved and that money is about to be taken.

    Not for an order that has ended. As it is now: its next request may have another id.
    """
    attempt = held(attempt)
    approved(attempt, now=now)
    of = [State.APPROVED, State.UNKNOWN]  # unknown: the same request once more
    waits = attempt.order.state == Order.State.PLACED
    won = waits and move(attempt, State.CAPTURING, of=of, now=now, ask_at=now + SOON)
    return attempt if won else None


def _adopted(seen: Seen, *, now: datetime) -> PaymentAttempt | None:
    """The payment for which PayPal made this order, where its answer did not reach us."""
    number, _, position = seen.invoice_id.rpartition("-")
    waiting = PaymentAttempt.objects.filter(state=State.CREATED, order__number=number)
    attempt = next((a for a in waiting if str(a.position) == position), None)
    if attempt:
        _created(attempt, seen, now=now)
        attempt.refresh_from_db()
    return attempt


@transaction.atomic
def _live_or_new(order: Order, *, now: datetime) -> PaymentAttempt | None:
    """The payment that may take money; else a further one, if the order waits for it."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    attempts = list(order.attempts.order_by("position"))
    if live := next((attempt for attempt in attempts if attempt.state in LIVE), None):
        return live
    paid = any(attempt.state == State.CAPTURED for attempt in attempts)
    if paid or not locked.total or locked.state != Order.State.PLACED:
        return None
    position = attempts[-1].position + 1 if attempts else 1
    return PaymentAttempt.objects.create(
        order=order,
        position=position,
        amount=order.total,
        create_request_id=wording.request_id(order, "cre", str(position)),
        capture_request_id=wording.request_id(order, "cap", f"{position}-1"),
        created_at=now,
        ask_at=now + SOON,
    )
