"""What PayPal says of the refunds of a payment: ours settled, others' put on record, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orders import letters
from orders.events import record
from orders.models import Order, PaymentAttempt, Refund
from orders.paper import credit_notes
from orders.paypal import RefundSeen
from orders.refunds import automatic, books, rows
from orders.unfinished import restart_clock

State = Refund.State
REVIEW = timedelta(hours=1)  # until PayPal is asked again after a refund it holds
GONE = frozenset({"FAILED", "CANCELLED"})
TWIN = "one like it was seen"  # once this one is settled, whoever sends it looks again


def settle(refund: Refund, told: RefundSeen, *, now: datetime) -> None:
    """Believe what PayPal answered to this very refund of ours, once, however often it says so."""
    seen(refund.attempt, [told], now=now, own=refund)


@transaction.atomic
def seen(
    attempt: PaymentAttempt,
    refunds_seen: Iterable[RefundSeen],
    *,
    now: datetime,
    own: Refund | None = None,
) -> None:
    """Believe the refunds that PayPal told of, of a payment whose capture we know.

    Whoever hears of a refund ends here: our own call, the webhook, the sweeper, the settlement. One
    we asked for is known by PayPal's id, by the name we gave it or, its answer lost, by its amount.
    Only what is none of ours was made by someone's hand at PayPal.
    """
    Order.objects.select_for_update().get(pk=attempt.order_id)
    attempt.refresh_from_db()
    if attempt.state != PaymentAttempt.State.CAPTURED:
        return
    named = {rows.name_of(refund) for refund in attempt.refunds.all()}
    for told in sorted(
        refunds_seen, key=lambda one: one.custom_id not in named
    ):  # named ones first
        _one(attempt, told, own, now=now)


def _one(attempt: PaymentAttempt, told: RefundSeen, own: Refund | None, *, now: datetime) -> None:
    refund = _known(attempt, told, own)
    if refund and own and refund.pk != own.pk:  # booked as that one, and never as two
        failed(own, f"is refund {refund.position}", now=now)
    if refund is None:
        lost = _by_amount(attempt, told)
        if lost and lost.state == State.SENDING:  # it may be what is being sent this moment
            Refund.objects.filter(pk=lost.pk).update(problem=TWIN)
            return
        refund = lost or _recorded(attempt, told, now=now)
    if refund:
        _settle(refund, told, now=now)


def _known(attempt: PaymentAttempt, told: RefundSeen, own: Refund | None) -> Refund | None:
    """By PayPal's id, by its answer to us, or by the name we gave it."""
    mine = list(attempt.refunds.all())
    same = next((r for r in mine if r.paypal_id == told.id), None)
    free = [r for r in mine if r.paypal_id is None and r.request_id]
    ours = {rows.name_of(r): r for r in free}
    answered = next((r for r in free if own and r.pk == own.pk), None)
    return same or answered or ours.get(told.custom_id)


def _by_amount(attempt: PaymentAttempt, told: RefundSeen) -> Refund | None:
    """One of ours whose fate nobody knows, and which this may be."""
    if told.status in GONE:
        return None
    doubtful = attempt.refunds.filter(
        state__in=[State.UNKNOWN, State.SENDING], paypal_id=None, amount=told.amount
    )
    return doubtful.order_by("-state", "position").first()  # unknown before sending


def _recorded(attempt: PaymentAttempt, told: RefundSeen, *, now: datetime) -> Refund | None:
    """Someone gave this back at PayPal, or PayPal took it back. Staff is told."""
    if told.status in GONE or told.amount <= 0:
        return None
    refund = rows.write_external(
        attempt, now=now, state=State.PENDING, amount=told.amount, paypal_id=told.id
    )
    said = f"{told.amount} {told.currency}"
    record(attempt.order_id, "refund_made_at_paypal", now=now, detail=said, alert=True)
    return refund


def _settle(refund: Refund, told: RefundSeen, *, now: datetime) -> None:
    if told.status == "COMPLETED":
        _done(refund, told, now=now)
    elif told.status == "PENDING":
        of = [State.SENDING, State.UNKNOWN]
        held: dict[str, Any] = {
            "paypal_id": told.id,
            "ask_at": now + REVIEW,
            "asked": 0,
            "problem": told.reason,
        }
        rows.step(refund, State.PENDING, of=of, now=now, **held)
    elif told.status in GONE:
        failed(refund, told.reason or told.status, now=now, paypal_id=told.id)


def _done(refund: Refund, told: RefundSeen, *, now: datetime) -> None:
    outside = refund.reason == Refund.Reason.EXTERNAL
    to = State.EXTERNAL if outside else State.COMPLETED
    of = [State.PENDING] if outside else books.BEFORE_DONE
    happened: dict[str, Any] = {
        "paypal_id": told.id,
        "amount": told.amount,
        "settled_at": now,
        "problem": "",
    }
    if not rows.step(refund, to, of=of, now=now, **happened):
        return
    if told.amount != refund.amount:
        said = f"{refund.amount} became {told.amount} {told.currency}"
        record(refund.order_id, "refund_of_other_amount", now=now, detail=said, alert=True)
    refund.refresh_from_db()
    books.subtract(refund, now=now)
    order = Order.objects.get(pk=refund.order_id)
    automatic.end_unserved(order, now=now)
    restart_clock(order.pk, now=now)
    letters.refunded(order, refund, credit_notes.issue(refund, now=now))


def failed(refund: Refund, problem: str, *, now: datetime, paypal_id: str | None = None) -> None:
    """PayPal said no: this refund is over, staff is told, and a new one can be asked for."""
    values: dict[str, Any] = {"problem": problem, "settled_at": now} | (
        {"paypal_id": paypal_id} if paypal_id else {}
    )
    of = [State.SENDING, State.PENDING, State.UNKNOWN]
    with transaction.atomic():
        if rows.step(refund, State.FAILED, of=of, now=now, **values):
            record(refund.order_id, "refund_not_made", now=now, detail=problem, alert=True)
