"""What nobody came back for: payments asked after, unpaid orders ended, delivered ones closed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef

from orders import checkout, letters, payments, paypal
from orders.events import move, record
from orders.models import LIVE, Order, OrderEvent, PaymentAttempt
from orders.parcels import closing
from orders.refunds import sending

State = PaymentAttempt.State
Row = TypeVar("Row")
AT_ONCE = 50  # payments asked after in one run
LONGEST_RUN = 45  # seconds of asking in one run; less than tasks.SWEEP_LASTS
MOMENT = timedelta(seconds=1)
FIRST_WAIT = timedelta(seconds=30)  # doubled with each question
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN = 3  # questions after which PayPal's "no such order" means that nobody approved it
ASKED_LONG = 12  # questions without an end after which staff is told


def sweep(*, now: datetime) -> dict[str, int]:
    """Safe to repeat and to run twice at once. Returns how many of each were dealt with."""
    until = time.monotonic() + LONGEST_RUN
    return {
        "asked": sum(_ask(attempt, now=now) for attempt in _in_time(_due(now), until)),
        "refunds": sum(sending.attend(r, now=now) for r in _in_time(sending.due(now), until)),
        "expired": sum(_end(order, now=now) for order in _lapsed(now)),
        "closed": closing.close_what_is_over(now=now),
    }


def _in_time(rows: Iterable[Row], until: float) -> Iterator[Row]:
    """As long as PayPal is worth asking and the run is not too long; the next one goes on."""
    for row in rows:
        if time.monotonic() > until or not paypal.available():
            return
        yield row


def _due(now: datetime) -> list[PaymentAttempt]:
    due = PaymentAttempt.objects.filter(state__in=LIVE, ask_at__lte=now)
    return list(due.select_related("order").order_by("ask_at")[:AT_ONCE])


def _ask(attempt: PaymentAttempt, *, now: datetime) -> bool:
    """Ask after one payment, unless another sweeper is at it; the next question waits longer."""
    mine = PaymentAttempt.objects.filter(pk=attempt.pk, ask_at=attempt.ask_at)
    if not mine.update(ask_at=_next(attempt, now), asked=F("asked") + 1):
        return False
    if attempt.asked == ASKED_LONG and attempt.state == State.UNKNOWN:
        record(attempt.order_id, "long_unknown", now=now, detail=attempt.problem, alert=True)
    # whoever was capturing has long given up or died
    move(attempt, State.UNKNOWN, of=[State.CAPTURING], now=now, problem="no outcome")
    if held_until(attempt.order) < now:
        give_up(attempt.order, now=now)
        _end(attempt.order, now=now)
    else:
        payments.ask(attempt, now=now)
    _tell_who_waits(attempt)
    return True


def _next(attempt: PaymentAttempt, now: datetime) -> datetime:
    """When to ask again: later each time, and once when the stock is not to be kept longer."""
    later: datetime = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt.asked, 10))
    over = held_until(attempt.order) + MOMENT
    return min(later, over) if over > now else later


@transaction.atomic
def _tell_who_waits(attempt: PaymentAttempt) -> None:
    """The buyer hears that we are still asking, once; most answers come before he need know."""
    rows = PaymentAttempt.objects.select_for_update().filter(pk=attempt.pk, state=State.UNKNOWN)
    for unknown in rows:
        letters.payment_checking(unknown)


def _lapsed(now: datetime) -> list[Order]:
    """Unpaid for too long, and no payment left that may take money."""
    since = now - settings.PAYMENT_HOLD
    held = PaymentAttempt.objects.filter(state__in=[*LIVE, State.CAPTURED])
    declined = OrderEvent.objects.filter(kind="payment_declined", at__gte=since)
    mine = OuterRef("pk")
    unpaid = Order.objects.unpaid_since(since)
    return list(
        unpaid.exclude(
            Exists(held.filter(order=mine)) | Exists(declined.filter(order=mine))
        ).order_by("placed_at")[:AT_ONCE]
    )


def _end(order: Order, *, now: datetime) -> bool:
    return held_until(order) < now and checkout.expire(order, now=now)


def held_until(order: Order) -> datetime:
    """How long the stock of an unpaid order is kept: anew after each payment that was declined."""
    declined = order.events.filter(kind="payment_declined").aggregate(last=Max("at"))["last"]
    held: datetime = (declined or order.placed_at) + settings.PAYMENT_HOLD
    return held


def give_up(order: Order, *, now: datetime) -> None:
    """Ask PayPal about what is still open; abandon a payment that nobody approved."""
    untaken = _untaken(order)
    for attempt in order.attempts.filter(state__in=LIVE):
        silence = payments.ask(attempt, now=now) if attempt.paypal_id else ""
        forgotten = silence == "not_found" and attempt.asked >= FORGOTTEN
        if attempt.state in untaken and (not silence or forgotten):  # as it was before asking
            move(attempt, State.ABANDONED, of=untaken, now=now)


def _untaken(order: Order) -> list[State]:
    """The states in which no money can have been taken: only our own capture call takes any."""
    begun = order.events.filter(kind="payment_capturing").exists()
    return [State.CREATED, State.REDIRECTED] + ([] if begun else [State.UNKNOWN])
