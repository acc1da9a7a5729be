"""What recipients call an order of ours: by that they find a person, and by no address."""

from __future__ import annotations

from orders.models import Order, PaymentAttempt, Shipment


def orders(occasions: list[str]) -> list[int]:
    """The keys of the orders that the ledger speaks of as ``order:5``."""
    parts = (occasion.partition(":") for occasion in occasions)
    return [int(key) for kind, _colon, key in parts if kind == "order" and key.isdecimal()]


def known_to_paypal(occasions: list[str]) -> list[str]:
    attempts = PaymentAttempt.objects.filter(order__in=orders(occasions), paypal_id__isnull=False)
    return [f"PayPal {paypal_id}" for paypal_id in attempts.values_list("paypal_id", flat=True)]


def known_to_carrier(occasions: list[str]) -> list[str]:
    """Our order's number stood on the label; the code is the carrier's own."""
    keys = orders(occasions)
    numbers = Order.objects.filter(pk__in=keys).order_by("pk").values_list("number", flat=True)
    parcels = Shipment.objects.filter(order__in=keys).exclude(tracking="").order_by("pk")
    return [*numbers, *parcels.values_list("tracking", flat=True)]
