"""Refunds told to PayPal, and asked after until it gives a definite answer.

No transaction is open while PayPal is asked: that a refund is being sent is committed first, under
a request id kept before. Whose fate is unknown is looked for at PayPal before it is said again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from orders import paypal
from orders.events import record
from orders.models import Refund
from orders.paypal import PayPalError
from orders.refunds import external, rows

State = Refund.State
AT_ONCE = 20  # refunds attended to in one run
SOON = timedelta(minutes=1)  # until the sweeper looks after a call that nobody finished
FIRST_WAIT = timedelta(seconds=30)
DOUBT_WAITS = FIRST_WAIT, timedelta(hours=1)  # the first is doubled with each question
PENDING_WAITS = timedelta(hours=1), timedelta(days=1)
ASKED_LONG = 12  # questions without an end after which staff is told
GONE_ALREADY = frozenset({"CAPTURE_FULLY_REFUNDED", "REFUND_AMOUNT_EXCEEDED"})


def send(refund: Refund, *, now: datetime) -> None:
    """Tell PayPal of an approved refund, once; while PayPal is left alone, the sweeper does."""
    refund.refresh_from_db()
    if refund.approved_at and paypal.available():
        _say(refund, of=State.REQUESTED, now=now)


def sweep(*, now: datetime) -> int:
    """Attend to refunds that nobody finished. Safe to repeat and to run twice at once."""
    return sum(attend(refund, now=now) for refund in due(now))


def due(now: datetime) -> list[Refund]:
    unsent = Q(state=State.REQUESTED, approved_at__isnull=False)
    doubtful = Q(state__in=[State.SENDING, State.UNKNOWN, State.PENDING])
    waiting = Refund.objects.filter(unsent | doubtful, ask_at__lte=now)
    return list(waiting.select_related("order", "attempt").order_by("ask_at")[:AT_ONCE])


def attend(refund: Refund, *, now: datetime) -> bool:
    """One refund, unless another sweeper is at it; the next time waits longer."""
    first, longest = PENDING_WAITS if refund.state == State.PENDING else DOUBT_WAITS
    wait = min(longest, first * 2 ** min(refund.asked, 10))
    mine = Refund.objects.filter(pk=refund.pk, state=refund.state, ask_at=refund.ask_at)
    if not mine.update(ask_at=now + wait, asked=F("asked") + 1):
        return False
    if refund.asked == ASKED_LONG and refund.state == State.UNKNOWN:
        record(refund.order_id, "refund_unknown_long", now=now, detail=refund.problem, alert=True)
    if refund.state == State.REQUESTED:
        send(refund, now=now)
        return True
    # whoever was sending has long given up or died
    rows.step(refund, State.UNKNOWN, of=[State.SENDING], now=now, problem="no outcome")
    ask(refund, now=now)
    return True


def ask(refund: Refund, *, now: datetime) -> None:
    """Ask PayPal what became of a refund; say it again, under its id, if it never arrived."""
    try:
        if refund.paypal_id:
            external.settle(refund, paypal.get_refund(refund.paypal_id), now=now)
        else:
            look(refund, now=now)
    except PayPalError as error:
        _note_silence(refund, error, now=now)
        return
    _say(refund, of=State.UNKNOWN, now=now)


def look(refund: Refund, *, now: datetime) -> None:
    """See what PayPal has of the payment's refunds. Raises PayPalError."""
    seen = paypal.get(refund.attempt.paypal_id or "")
    external.seen(refund.attempt, seen.refunds, now=now)


def _say(refund: Refund, *, of: State, now: datetime) -> None:
    if not rows.step(refund, State.SENDING, of=[of], now=now, problem="", ask_at=now + SOON):
        return
    euro = refund.attempt.currency == "EUR"
    try:
        told = paypal.refund(
            refund.attempt.capture_id or "",
            refund.amount if euro else None,
            request_id=refund.request_id or "",
            custom_id=rows.name_of(refund),
            note=_note(refund),
        )
    except PayPalError as error:
        _not_said(refund, error, now=now)
    else:
        refund.refresh_from_db()
        twin = refund.problem == external.TWIN
        external.settle(refund, told, now=now)
        if twin:
            ask_again(refund, now=now)


def ask_again(refund: Refund, *, now: datetime) -> None:
    """Look at what was seen beside it, and could not be told from it then."""
    try:
        look(refund, now=now)
    except PayPalError as error:
        record(refund.order_id, "no_answer", now=now, detail=str(error), alert=True)


def _note(refund: Refund) -> str:
    with translation.override(refund.order.language):
        return _("Refund for order %(number)s") % {"number": refund.order.number}


def _not_said(refund: Refund, error: PayPalError, *, now: datetime) -> None:
    """What a failed call means, by PayPal's own word for it."""
    if not error.definite:
        _in_doubt(refund, error, now=now)
        return
    if frozenset(error.issues) & GONE_ALREADY:  # given back before: by whom, and is it this one?
        try:
            look(refund, now=now)
        except PayPalError as silence:
            _in_doubt(refund, silence, now=now)
            return
    external.failed(refund, str(error), now=now)


def _in_doubt(refund: Refund, error: PayPalError, *, now: datetime) -> None:
    """It may have happened: nobody knows, until PayPal is asked."""
    with transaction.atomic():
        soon = now + FIRST_WAIT
        of = [State.SENDING]
        rows.step(refund, State.UNKNOWN, of=of, now=now, problem=str(error), ask_at=soon)
        _note_silence(refund, error, now=now)


def _note_silence(refund: Refund, error: PayPalError, *, now: datetime) -> None:
    if error.kind == "auth" and not refund.asked:
        record(refund.order_id, "paypal_refuses_us", now=now, detail=str(error), alert=True)
