"""PayPal said no, or nothing: what that means for a payment, by PayPal's own word for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orders import paypal, wording
from orders.events import move, record
from orders.models import PaymentAttempt
from orders.paypal import PayPalError
from orders.settlement import decline, settle

State = PaymentAttempt.State
BACK_TO_PAYPAL = frozenset(
    {"INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED"}
    | {"REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"}
)
TAKEN_ALREADY = frozenset({"ORDER_ALREADY_CAPTURED", "ORDER_COMPLETION_IN_PROGRESS"})
DUPLICATE = "DUPLICATE_INVOICE_ID"
NO_RETRY = frozenset({"PAYER_CANNOT_PAY", "TRANSACTION_REFUSED", "COMPLIANCE_VIOLATION", DUPLICATE})
AT_ONCE = timedelta(seconds=10)  # until PayPal is asked again after a silence
LONGEST_WAIT = 3600  # seconds that PayPal may ask us to wait
AT_PAYPAL = timedelta(minutes=10)  # until the sweeper asks after a buyer who did not return


def not_created(attempt: PaymentAttempt, error: PayPalError, *, now: datetime) -> None:
    if error.definite:
        _refused(attempt, error, now=now)
    else:
        unanswered(attempt, error, now=now)


def not_taken(attempt: PaymentAttempt, error: PayPalError, *, now: datetime) -> None:
    issues = frozenset(error.issues)
    if not error.definite:
        unanswered(attempt, error, now=now)
    elif issues & TAKEN_ALREADY:
        unanswered(attempt, error, now=now)
        _look(attempt, now=now)
    elif issues & BACK_TO_PAYPAL:
        _send_back(attempt, error, now=now)
    else:
        _refused(attempt, error, now=now)


def unanswered(attempt: PaymentAttempt, error: PayPalError, *, now: datetime) -> None:
    """Nobody knows yet. What may have taken money is unknown; all else stays as it was."""
    wait = max(AT_ONCE, timedelta(seconds=min(error.retry_after, LONGEST_WAIT)))
    of = [State.CAPTURING, State.APPROVED]
    with transaction.atomic():
        said: dict[str, Any] = {"problem": str(error), "ask_at": now + wait}
        moved = move(attempt, State.UNKNOWN, of=of, now=now, **said)
        if not moved and error.kind != "away":  # that was no call
            record(attempt.order_id, "no_answer", now=now, detail=str(error))
        if error.kind == "auth":
            _refuses_us(attempt, error, now=now)


def _refuses_us(attempt: PaymentAttempt, error: PayPalError, *, now: datetime) -> None:
    """Our credentials or permissions: staff is told, once until somebody has looked."""
    kind = "paypal_refuses_us"
    if not attempt.order.events.filter(kind=kind, alert=True).exists():
        record(attempt.order_id, kind, now=now, detail=str(error), alert=True)


def _look(attempt: PaymentAttempt, *, now: datetime) -> bool:
    """See what PayPal has of it, without a further step; False if it does not say."""
    try:
        settle(attempt, paypal.get(attempt.paypal_id or ""), now=now)
    except PayPalError as error:
        unanswered(attempt, error, now=now)
        return False
    return True


def _send_back(attempt: PaymentAttempt, error: PayPalError, *, now: datetime) -> None:
    """The buyer chooses again at PayPal, same order; the next capture is a new request."""
    tries = attempt.captures_tried + 1
    move(
        attempt,
        State.REDIRECTED,
        of=[State.CAPTURING],
        now=now,
        captures_tried=tries,
        capture_request_id=wording.request_id(attempt.order, "cap", f"{attempt.position}-{tries}"),
        problem=str(error),
        ask_at=now + AT_PAYPAL,
    )


def _refused(attempt: PaymentAttempt, error: PayPalError, *, now: datetime) -> None:
    """PayPal said no for good. A word we do not know is shown to staff."""
    if DUPLICATE in error.issues and not _others_seen(attempt, now=now):
        unanswered(attempt, error, now=now)  # and asked again: it is not known if we are paid
        return
    replaced = DUPLICATE in error.issues and attempt.state == State.CREATED  # at once, unnoticed
    of = [State.CREATED, State.CAPTURING]
    with transaction.atomic():
        won = decline(attempt, str(error), of=of, now=now, told=not replaced)
        if won and not frozenset(error.issues) & NO_RETRY:
            record(attempt.order_id, "unknown_refusal", now=now, detail=str(error), alert=True)


def _others_seen(attempt: PaymentAttempt, *, now: datetime) -> bool:
    """An invoice id that PayPal has seen before may mean that another payment was taken."""
    others = attempt.order.attempts.exclude(pk=attempt.pk).exclude(paypal_id=None)
    return all(_look(other, now=now) for other in others)
