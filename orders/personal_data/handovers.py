"""What was handed over to whom, put on record by those who do it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from orders.models import Order
from orders.personal_data.purposes import CARRIER, FULFILMENT, PAYMENT, PAYPAL


def told_paypal(order: Order, *, now: datetime) -> None:
    """Put on record what PayPal was given of an order: its number, its lines, its amounts.

    Under its key, not its number: who reads the record of an address that somebody mistyped must
    not learn the number, which opens the order together with that address.
    """
    PAYPAL.received(
        order.customer or order.email,
        purpose=PAYMENT,
        fields=("number", "lines", "total"),
        about=f"order:{order.pk}",
        now=now,
    )


def told_carrier(order: Order, *, fields: Iterable[str], now: datetime) -> None:
    """Put on record what the carrier was given to bring a parcel."""
    CARRIER.received(
        order.customer or order.email,
        purpose=FULFILMENT,
        fields=fields,
        about=f"order:{order.pk}",
        now=now,
    )
