"""What the orders room holds about people. Data only; see privacy.declarations."""

from __future__ import annotations

from orders.models import (
    Counter,
    Lookup,
    Reconciliation,
    ShippingMethod,
    ShippingRate,
    Voucher,
    WebhookEvent,
)
from orders.personal_data import order, parcels, payment, places
from orders.personal_data.handovers import proved, told_carrier, told_paypal
from orders.personal_data.purposes import (
    ACCOUNTING,
    CARRIER,
    CARRIERS,
    FULFILMENT,
    HANDLING,
    PAYMENT,
    PAYPAL,
    carrier_named,
)
from privacy.declarations import declare_impersonal

__all__ = [
    "ACCOUNTING",
    "CARRIER",
    "CARRIERS",
    "FULFILMENT",
    "HANDLING",
    "PAYMENT",
    "PAYPAL",
    "carrier_named",
    "order",
    "parcels",
    "payment",
    "places",
    "proved",
    "told_carrier",
    "told_paypal",
]

declare_impersonal(
    *(Counter, Lookup, Reconciliation, ShippingMethod, ShippingRate, Voucher, WebhookEvent)
)
