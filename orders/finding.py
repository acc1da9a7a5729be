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
    Lookup.objects.create(order_key=found, asked_at=now)
    _queue(found)


def _queue(order_key: int) -> None:
    from orders import tasks  # which knows all of us

    tasks.mail_link.delay(order_key)


@transaction.atomic
def mail_link(pk: int, *, now: datetime) -> None:
    """Mail the order's link, if there is one; whoever asked for it is answered with that."""
    order = Order.objects.filter(pk=pk).first()
    if order:
        letters.order_link(order, now=now)
    Lookup.objects.filter(order_key=pk).delete()


def sweep(*, now: datetime) -> int:
    """Queue again what no broker took; forget what nobody may do, or waits no more."""
    Lookup.objects.filter(asked_at__lt=now - LOST).delete()
    waiting = Lookup.objects.filter(asked_at__lt=now - LATE).order_by("order_key")
    keys = list(waiting.values_list("order_key", flat=True).distinct()[:AT_ONCE])
    for key in keys:
        _queue(key)
    return len(keys)
