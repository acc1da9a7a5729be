from orders.models.aftersale import Dispute, Return, ReturnLine, Withdrawal
from orders.models.order import Order, OrderLine
from orders.models.parcel import Shipment, ShipmentLine
from orders.models.payment import LIVE, PaymentAttempt
from orders.models.record import (
    Counter,
    CreditNote,
    Invoice,
    Lookup,
    OrderEvent,
    WebhookEvent,
)
from orders.models.refund import Difference, Reconciliation, Refund, RefundLine
from orders.models.sale import ShippingMethod, ShippingRate, Voucher

__all__ = [
    "LIVE",
    "Counter",
    "CreditNote",
    "Difference",
    "Dispute",
    "Invoice",
    "Lookup",
    "Order",
    "OrderEvent",
    "OrderLine",
    "PaymentAttempt",
    "Reconciliation",
    "Refund",
    "RefundLine",
    "Return",
    "ReturnLine",
    "Shipment",
    "ShipmentLine",
    "ShippingMethod",
    "ShippingRate",
    "Voucher",
    "WebhookEvent",
    "Withdrawal",
]
