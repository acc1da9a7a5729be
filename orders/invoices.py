"""Invoice numbers without a gap, and what the law has us keep under them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from orders.models import Counter, Invoice, Order


def issue(order: Order, *, now: datetime) -> Invoice:
    """Number and freeze an order's invoice, inside the transaction that confirms it.

    The counter's row stays locked until that transaction ends: a number is never given twice, or
    lost.
    """
    local = timezone.localtime(now)
    return Invoice.objects.create(
        order=order,
        number=f"F{local.year}-{_next(f'invoice-{local.year}'):06d}",
        issued_at=now,
        name=order.billing_name,
        street=order.billing_street,
        house_number=order.billing_house_number,
        postcode=order.billing_postcode,
        city=order.billing_city,
        country=order.billing_country,
        total=order.total,
    )


def _next(name: str) -> int:
    Counter.objects.get_or_create(name=name)
    Counter.objects.filter(name=name).update(last=F("last") + 1)
    return Counter.objects.get(name=name).last
