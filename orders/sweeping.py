"""What nobody came back for: payments asked after, unpaid orders ended, delivered ones closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from orders import checkout, letters, payments
from orders.events import move, record
from orders.models import LIVE, Order, PaymentAttempt
from orders.parcels import closing

State = PaymentAttempt.State
AT_ONCE = 50  # payments asked after in one run
FIRST_WAIT = timedelta(seconds=30)  # doubled with each question
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN = 3  # questions after which PayPal's "no such order" means that nobody approved it
ASKED_LONG = 12  # questions without an end after which staff is told


def sweep(*, now: datetime) -> dict[str, int]:
    """Safe to repeat and to run twice at once. Returns how many of each were dealt with."""
    return {
        "asked": sum(_ask(attempt, now=now) for attempt in _due(now)),
        "expired": sum(_end(order, now=now) for order in _lapsed(now)),
        "closed": closing.close_what_is_over(now=now),
    }


def _due(now: datetime) -> list[PaymentAttempt]:
    due = PaymentAttempt.objects.filter(state__in=LIVE, ask_at__lte=now)
    return list(due.select_related("order").order_by("ask_at")[:AT_ONCE])


def _ask(attempt: PaymentAttempt, *, now: datetime) -> bool:
    """Ask after one payment, unless another sweeper is at it; the next question waits longer."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt.asked, 10))
    mine = PaymentAttempt.objects.filter(pk=attempt.pk, ask_at=attempt.ask_at)
    if not mine.update(ask_at=now + wait, asked=F("asked") + 1):
        return False
    if attempt.asked == ASKED_LONG and attempt.state == State.UNKNOWN:
        record(attempt.order_id, "long_unknown", now=now, detail=attempt.problem, alert=True)
    # whoever was capturing has long given up or died
    move(attempt, State.UNKNOWN, of=[State.CAPTURING], now=now, problem="no outcome")
    payments.ask(attempt, now=now)
    _tell_who_waits(attempt)
    return True


@transaction.atomic
def _tell_who_waits(attempt: PaymentAttempt) -> None:
    """The buyer hears that we are still asking, once; most answers come before he need know."""
    rows = PaymentAttempt.objects.select_for_update().filter(pk=attempt.pk, state=State.UNKNOWN)
    for unknown in rows:
        letters.payment_checking(unknown)


def _lapsed(now: datetime) -> list[Order]:
    return list(Order.objects.unpaid_since(now - settings.PAYMENT_HOLD)[:AT_ONCE])


def _end(order: Order, *, now: datetime) -> bool:
    """Let an unpaid order go, PayPal having said in this very run that nobody approved it."""
    give_up(order, now=now)
    return checkout.expire(order, now=now)


def give_up(order: Order, *, now: datetime) -> None:
    """Ask PayPal about a payment that is still open; abandon it if the buyer did not approve."""
    untaken = [State.CREATED, State.REDIRECTED]
    if not order.events.filter(kind="payment_capturing").exists():
        untaken.append(State.UNKNOWN)
    for attempt in order.attempts.filter(state__in=untaken):
        silence = payments.ask(attempt, now=now) if attempt.paypal_id else ""
        forgotten = silence == "not_found" and attempt.asked >= FORGOTTEN
        if not silence or forgotten:
            move(attempt, State.ABANDONED, of=untaken, now=now)
