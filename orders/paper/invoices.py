"""An invoice, issued once for an order when it is paid, and never changed."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from orders.models import Invoice, Order, PaymentAttempt
from orders.money import gross_by_rate, vat_by_part, vat_by_rate
from orders.paper import numbers, snapshot
from orders.paper.snapshot import Json, Row


def issue(order: Order, *, now: datetime, capture: str | None = None) -> Invoice:
    """Number and freeze an order's invoice; the last thing in the transaction that confirms it.

    ``capture``: PayPal's id of the payment, where the caller knows it.
    All of it is worked out before the number is taken, for others wait for theirs from then on.
    """
    content = frozen(order, _capture(order) if capture is None else capture, now=now)
    return Invoice.objects.create(
        order=order,
        issued_at=now,
        name=order.billing_name,
        street=order.billing_street,
        house_number=order.billing_house_number,
        postcode=order.billing_postcode,
        city=order.billing_city,
        country=order.billing_country,
        total=order.total,
        language=order.language,
        content=content,
        number=numbers.take(numbers.Series.INVOICE, now=now),
    )


def frozen(order: Order, capture: str, *, now: datetime) -> Json:
    wares = [snapshot.bought(line) for line in order.listed()]
    shipping = Row(order.shipping_title, order.shipping, order.shipping_vat_rate)
    parts = [row.part for row in (*wares, shipping)]
    return {
        "seller": snapshot.seller(),
        "order": order.number,
        "supplied_on": timezone.localdate(now).isoformat(),  # paid in advance: Art. 226(7), 65
        "country": order.delivery_country,
        "oss": order.delivery_country != "NL",
        "capture": capture,
        **snapshot.rows(wares, shipping, vat_by_part(parts)),
        "vat": snapshot.rates(gross_by_rate(parts), vat_by_rate(parts)),
    }


def _capture(order: Order) -> str:
    """PayPal's id of the payment that this is the invoice of; a second payment is none of it."""
    captured = order.attempts.filter(
        state=PaymentAttempt.State.CAPTURED, captured=order.total, problem=""
    )
    return captured.order_by("position").values_list("capture_id", flat=True).last() or ""
