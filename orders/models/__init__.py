from orders.models.order import Order, OrderLine
from orders.models.payment import LIVE, PaymentAttempt
from orders.models.record import Counter, Invoice, OrderEvent, WebhookEvent

__all__ = [
    "LIVE",
    "Counter",
    "Invoice",
    "Order",
    "OrderEvent",
    "OrderLine",
    "PaymentAttempt",
    "WebhookEvent",
]
