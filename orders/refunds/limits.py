"""How much of what was paid can still be paid back. Only under the order's lock it stays so."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from orders.models import Order, PaymentAttempt, Refund, RefundLine

NOTHING = Decimal("0.00")
COUNTED = (*Refund.RETURNED_STATES, *Refund.UNDER_WAY)  # given back, or about to be
SURPLUS = (Refund.Reason.LATE, Refund.Reason.DOUBLE, Refund.Reason.WRONG)  # no order stands on it


def paying(order: Order) -> PaymentAttempt | None:
    """The payment that the order stands on; one too many, too late or too little is none."""
    taken = order.attempts.filter(state=PaymentAttempt.State.CAPTURED)
    surplus = Refund.objects.filter(order=order, reason__in=SURPLUS)
    return taken.exclude(pk__in=surplus.values("attempt")).order_by("position").first()


def left_of(attempt: PaymentAttempt, states: Sequence[str] = COUNTED) -> Decimal:
    """What PayPal took of a payment, less what went back or is about to."""
    gone = attempt.refunds.filter(state__in=states).aggregate(sum=Sum("amount"))["sum"]
    return (attempt.captured or NOTHING) - (gone or NOTHING)


def left(order: Order) -> Decimal:
    attempt = paying(order)
    return left_of(attempt) if attempt else NOTHING


def shipping_left(order: Order) -> Decimal:
    gone = order.refunds.filter(state__in=COUNTED).aggregate(sum=Sum("shipping"))["sum"]
    return max(NOTHING, order.shipping - (gone or NOTHING))


def lines_gone(order: Order) -> dict[int, tuple[int, Decimal]]:
    """By line: the pieces paid back, and the money."""
    rows = RefundLine.objects.filter(refund__order=order, refund__state__in=COUNTED)
    sums: Sequence[tuple[int, int, Decimal]] = list(
        rows.values_list("line").annotate(Sum("quantity"), Sum("amount"))
    )
    return {line: (quantity, amount) for line, quantity, amount in sums}
