"""What the orders room holds about people. Data only; see privacy.declarations."""

from __future__ import annotations

from orders.models import (
    Counter,
    Reconciliation,
    ShippingMethod,
    ShippingRate,
    Voucher,
    WebhookEvent,
)
from orders.personal_data import order, parcels, payment, places
from orders.personal_data.handovers import told_carrier, told_paypal
from orders.personal_data.purposes import (
    ACCOUNTING,
    CARRIER,
    FULFILMENT,
    HANDLING,
    PAYMENT,
    PAYPAL,
)
from privacy.declarations import declare_impersonal

__all__ = [
    "ACCOUNTING",
    "CARRIER",
    "FULFILMENT",
    "HANDLING",
    "PAYMENT",
    "PAYPAL",
    "order",
    "parcels",
    "payment",
    "places",
    "told_carrier",
    "told_paypal",
]

declare_impersonal(Counter, Reconciliation, ShippingMethod, ShippingRate, Voucher, WebhookEvent)
