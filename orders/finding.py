"""Find my order: its number and address get its link mailed, to that address and nowhere else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orders import letters
from orders.models import Order

NONE = 0  # the key of no order


def look_for(number: str, email: str) -> None:
    """Queue one job, found or not: neither the answer nor the work says which."""
    from orders import tasks  # which knows all of us

    named = Order.objects.filter(number__iexact=number, email__iexact=email)
    tasks.mail_link.delay(named.values_list("pk", flat=True).first() or NONE)


@transaction.atomic
def mail_link(pk: int, *, now: datetime) -> None:
    order = Order.objects.filter(pk=pk).first()
    if order:
        letters.order_link(order, now=now)
