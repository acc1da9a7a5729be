"""What PayPal is told about a payment, and under which ids."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from orders import paypal
from orders.models import Order, PaymentAttempt


def request_id(order: Order, what: str, suffix: str) -> str:
    return f"{settings.PAYPAL_ENVIRONMENT}-{order.uuid}-{what}-{suffix}"


def invoice_id(attempt: PaymentAttempt) -> str:
    return f"{attempt.order.number}-{attempt.position}"


def wish(attempt: PaymentAttempt) -> paypal.Wish:
    order = attempt.order
    return paypal.Wish(
        custom_id=order.custom_id,
        invoice_id=invoice_id(attempt),
        total=attempt.amount,
        shipping=order.shipping,
        items=tuple(
            paypal.Item(line.title, line.sku, line.unit_price, line.quantity)
            for line in order.listed()
        ),
        locale=order.language,
        return_url=_address("orders:paypal-return", order),
        cancel_url=_address("orders:paypal-cancel", order),
        discount=order.discount,
    )


def _address(name: str, order: Order) -> str:
    with translation.override(order.language):
        return f"{settings.SITE_URL}{reverse(name, args=[order.token])}"
