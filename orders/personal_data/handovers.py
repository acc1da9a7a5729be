"""What was handed over to whom, put on record by those who do it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from orders.models import Order, PaymentAttempt
from orders.personal_data.purposes import FULFILMENT, PAYMENT, PAYPAL
from privacy.declarations import Recipient, Subject, registry
from privacy.handovers import prove, register_occasion

register_occasion("order", Order)


def buyer_of(order: Order) -> Any:
    """Whose a hand-over is; of an address that nobody proved, theirs who name the number too."""
    if order.customer or order.email_proved_at:
        return order.customer or order.email
    return Subject(emails=frozenset({order.email}), references=frozenset({order.number}))


def proved(order: Order, *, now: datetime) -> None:
    """What was handed over of the order is its reader's too, now that the address is."""
    prove(order.number, order.email, now=now)


def told_paypal(order: Order, *, now: datetime) -> None:
    """Put on record what PayPal was given of an order: its number, its lines, its amounts."""
    PAYPAL.received(
        buyer_of(order),
        purpose=PAYMENT,
        fields=("number", "lines", "total"),
        about=f"order:{order.pk}",
        now=now,
    )


def told_carrier(order: Order, carrier: Recipient, *, fields: Iterable[str], now: datetime) -> None:
    """Put on record what a carrier was given to bring a parcel; of a gift also for its receiver.

    Of him it was given nothing but where and to whom it goes: what he may know himself.
    """
    given = [*fields]
    said: dict[str, Any] = {"purpose": FULFILMENT, "about": f"order:{order.pk}", "now": now}
    carrier.received(buyer_of(order), fields=given, **said)
    if order.gift_code:
        receiver = Subject(references=frozenset({order.gift_code}))
        his = [name for name in given if name.startswith("delivery_")]
        carrier.received(receiver, fields=his, **said)


def at_paypal(subject: Subject) -> Iterator[dict[str, Any]]:
    """Under which numbers PayPal keeps this person's payments."""
    mine = registry[PaymentAttempt].roles[""].reach(subject)
    begun = PaymentAttempt.objects.filter(mine).exclude(paypal_id=None).exclude(paypal_id="")
    for paypal_id, capture_id in begun.order_by("pk").values_list("paypal_id", "capture_id"):
        yield {"order": paypal_id, "payment": capture_id}
