"""Find my order: its number and address get its link mailed, to that address and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from orders import letters
from orders.models import Lookup, Order

NONE = 0  # the key of no order
LATE, LOST = timedelta(seconds=10), timedelta(hours=1)  # asked for anew; given up
AT_ONCE = 100


def look_for(number: str, email: str, *, now: datetime) -> None:
    """Keep one row and queue one job, found or not: neither the answer nor the work says which."""
    named = Order.objects.filter(number__iexact=number, email__iexact=email)
    found = named.values_list("pk", flat=True).first() or NONE
    _queue(Lookup.objects.create(order_key=found, asked_at=now))


def _queue(asked: Lookup) -> None:
    from orders import tasks  # which knows all of us

    tasks.mail_link.delay(asked.order_key, asked.pk)  # the order first: its person is asked for


@transaction.atomic
def mail_link(pk: int, *, now: datetime) -> None:
    """Mail the link that was asked for, if there is one; the row goes with it. Once."""
    asked = Lookup.objects.select_for_update().filter(pk=pk).first()
    if asked is None:
        return
    order = Order.objects.filter(pk=asked.order_key).first()
    if order:
        letters.order_link(order, now=now)
    asked.delete()


def sweep(*, now: datetime) -> int:
    """Queue again what no broker took; forget what nobody may do, or waits no more."""
    Lookup.objects.filter(asked_at__lt=now - LOST).delete()
    waiting = list(Lookup.objects.filter(asked_at__lt=now - LATE).order_by("asked_at")[:AT_ONCE])
    for asked in waiting:
        _queue(asked)
    return len(waiting)
