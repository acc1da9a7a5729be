"""One order compared with what PayPal has of it, to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orders import paypal
from orders.models import Order, PaymentAttempt, Refund
from orders.paypal import PayPalError, Seen
from orders.reconciliation import differences
from orders.reconciliation.differences import Kind, Pair
from orders.settlement import settle

NOTHING = Decimal("0.00")
TOOK = frozenset({"COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED"})


@dataclass(frozen=True)
class Sums:
    """Of one payment. What is in another currency is compared by its number alone."""

    captured: Decimal = NOTHING
    refunded: Decimal = NOTHING


def compare(order: Order, *, now: datetime) -> int:
    """Ask PayPal about each payment of an order, settle by what it says, note what still differs.

    Returns how many differences the order has. Raises PayPalError; then nothing is noted.
    """
    payments = order.attempts.exclude(paypal_id=None).order_by("position")
    seen = [(attempt, _seen(attempt)) for attempt in payments]
    for attempt, said in seen:
        if said:
            settle(attempt, said, now=now)  # what we did not know yet is no difference
    found = _found([(_ours(attempt), _theirs(said)) for attempt, said in seen])
    return differences.note(order.pk, found, now=now)


def _seen(attempt: PaymentAttempt) -> Seen | None:
    """None where PayPal does not know it, or not any more."""
    try:
        return paypal.get(attempt.paypal_id or "")
    except PayPalError as error:
        if error.kind == "not_found":
            return None
        raise


def _ours(attempt: PaymentAttempt) -> Sums:
    attempt.refresh_from_db()
    back = attempt.refunds.filter(state__in=Refund.RETURNED_STATES)
    taken = attempt.captured if attempt.state == PaymentAttempt.State.CAPTURED else None
    return Sums(taken or NOTHING, _total(refund.amount for refund in back))


def _theirs(said: Seen | None) -> Sums | None:
    if said is None:
        return None
    return Sums(
        _total(capture.amount for capture in said.captures if capture.status in TOOK),
        _total(refund.amount for refund in said.refunds if refund.status == "COMPLETED"),
    )


def _found(payments: list[tuple[Sums, Sums | None]]) -> dict[str, Pair | None]:
    """Each kind by itself: one payment too much and another too little are not in order."""
    known = [(ours, theirs) for ours, theirs in payments if theirs]
    gone = [ours.captured for ours, theirs in payments if not theirs and ours.captured]
    return {
        Kind.CAPTURED: _pair([(ours.captured, theirs.captured) for ours, theirs in known]),
        Kind.REFUNDED: _pair([(ours.refunded, theirs.refunded) for ours, theirs in known]),
        Kind.MISSING: (_total(gone), NOTHING) if gone else None,
    }


def _pair(sums: list[Pair]) -> Pair | None:
    wrong = [pair for pair in sums if pair[0] != pair[1]]
    if not wrong:
        return None
    return _total(ours for ours, _ in sums), _total(theirs for _, theirs in sums)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
