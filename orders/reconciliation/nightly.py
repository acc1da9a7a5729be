"""The nightly run: begun once a night, carried on in short pieces until all of it is compared.

Where it stands is in its row. Whom it compares does not change while it runs, so that a piece goes
on where the last one ended, also after a crash.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from orders import disputes, paypal
from orders.models import (
    Difference,
    Dispute,
    Order,
    OrderEvent,
    PaymentAttempt,
    Reconciliation,
    WebhookEvent,
)
from orders.paypal import PayPalError
from orders.reconciliation import books, comparing

AT_ONCE = 200  # orders in one piece
LONGEST_PIECE = 45  # seconds of asking; less than tasks.RECONCILE_LASTS
GIVEN_UP = timedelta(hours=20)  # after which a run that does not end makes room for the next
EVENTS_KEPT = timedelta(days=90)
MOVED = ("payment_captured", "refund_completed", "refund_external")


def work(*, now: datetime) -> Reconciliation | None:
    """Do one piece of tonight's run; None when it is done. Safe to repeat."""
    run = _tonights(now)
    if run is None:
        return None
    until = time.monotonic() + LONGEST_PIECE
    if not run.orders:
        books.compare(now=now)
        _forget_old_events(now)
        _ask_after_disputes(now, until)
    if _piece(run, now=now, until=until):
        _finish(run, now=now)
    run.refresh_from_db()
    return run


def whom(run: Reconciliation) -> QuerySet[Order]:
    """Orders whose money moved or may have moved lately, and those with open differences."""
    began = run.started_at
    since = began - timedelta(days=settings.RECONCILE_DAYS)
    mine = OuterRef("pk")
    events = OrderEvent.objects.filter(order=mine, kind__in=MOVED, at__gte=since, at__lt=began)
    begun = PaymentAttempt.objects.filter(order=mine, created_at__gte=since, created_at__lt=began)
    open_ones = Difference.objects.filter(
        Q(resolved_at=None) | Q(resolved_at__gte=began), order=mine, found_at__lt=began
    )
    asked = Exists(events) | Exists(begun.exclude(paypal_id=None)) | Exists(open_ones)
    return Order.objects.filter(asked).order_by("pk")


def _tonights(now: datetime) -> Reconciliation | None:
    last = Reconciliation.objects.order_by("-started_at").first()
    if last and not last.finished_at and now - last.started_at < GIVEN_UP:
        return last
    if last and timezone.localdate(last.started_at) == timezone.localdate(now):
        return None
    return Reconciliation.objects.create(started_at=now)


def _piece(run: Reconciliation, *, now: datetime, until: float) -> bool:
    """Compare the next orders; True when none is left."""
    orders = list(whom(run)[run.orders : run.orders + AT_ONCE])
    for order in orders:
        if _enough(until):
            return False
        _compare(run, order, now=now)
    return len(orders) < AT_ONCE


def _compare(run: Reconciliation, order: Order, *, now: datetime) -> None:
    unanswered = 0
    try:
        comparing.compare(order, now=now)
    except PayPalError:
        unanswered = 1
    row = Reconciliation.objects.filter(pk=run.pk)
    row.update(orders=F("orders") + 1, unanswered=F("unanswered") + unanswered)


def _enough(until: float) -> bool:
    return time.monotonic() > until or not paypal.available()


def _ask_after_disputes(now: datetime, until: float) -> None:
    """Those whose end nobody told us of."""
    for dispute in Dispute.objects.filter(state=Dispute.State.OPEN).select_related("attempt"):
        if _enough(until):
            return
        try:
            seen = paypal.get_dispute(dispute.paypal_id)
        except PayPalError:
            continue
        disputes.keep(dispute.attempt, seen, now=now)


def _forget_old_events(now: datetime) -> None:
    """PayPal repeats an event for three days; after that its id is of no use."""
    WebhookEvent.objects.filter(received_at__lt=now - EVENTS_KEPT).delete()


def _finish(run: Reconciliation, *, now: datetime) -> None:
    count = Difference.objects.filter(resolved_at=None).count()
    Reconciliation.objects.filter(pk=run.pk, finished_at=None).update(
        finished_at=now, differences=count
    )
