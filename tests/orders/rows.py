"""Orders as rows, for what only looks at them: no journey is walked to make them."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import Variant
from orders.models import (
    CreditNote,
    Difference,
    Dispute,
    Invoice,
    Order,
    OrderEvent,
    OrderLine,
    PaymentAttempt,
    Refund,
    RefundLine,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
    Withdrawal,
)
from outbox.models import Message
from tests.orders.paper import SMALL, SMALL_CREDIT

numbers = itertools.count(1)
PLACE = {
    "name": "Bram de Vries",
    "street": "Eikenweg",
    "house_number": "7",
    "postcode": "3511 AB",
    "city": "Utrecht",
    "country": "NL",
}


def make_order(**changed: Any) -> Order:
    """Paid this morning, nothing else; what belongs to it is made by the other functions."""
    n = next(numbers)
    place = {f"{part}_{k}": v for part in ("delivery", "billing") for k, v in PLACE.items()}
    values: dict[str, Any] = {
        "nonce": f"row-{n}",
        "number": f"2026-9{n:05d}",
        "state": "confirmed",
        "email": f"bram{n}@example.org",
        "language": "en",
        "shipping": Decimal("3.95"),
        "shipping_vat_rate": Decimal(21),
        "total": Decimal("53.85"),
        "paid": Decimal("53.85"),
        "placed_at": timezone.now() - timedelta(hours=5),
        "confirmed_at": timezone.now() - timedelta(hours=4),
    }
    return Order.objects.create(**{**place, **values, **changed})


def make_line(order: Order, variant: Variant, quantity: int = 2) -> OrderLine:
    return OrderLine.objects.create(
        order=order,
        variant=variant,
        sku=variant.sku,
        title=variant.title("en"),
        quantity=quantity,
        unit_price=Decimal("24.95"),
        vat_rate=Decimal(21),
    )


def make_attempt(order: Order, **changed: Any) -> PaymentAttempt:
    n = next(numbers)
    values: dict[str, Any] = {
        "position": order.attempts.count() + 1,
        "state": "captured",
        "amount": order.total,
        "captured": order.total,
        "create_request_id": f"cre-{n}",
        "capture_request_id": f"cap-{n}",
        "paypal_id": f"PAYPALORDER{n}",
        "capture_id": f"CAPTURE{n}",
        "created_at": order.placed_at,
        "ask_at": order.placed_at,
    }
    return PaymentAttempt.objects.create(order=order, **{**values, **changed})


def make_refund(attempt: PaymentAttempt, amount: str, **changed: Any) -> Refund:
    n = next(numbers)
    values: dict[str, Any] = {
        "position": attempt.order.refunds.count() + 1,
        "state": "completed",
        "reason": "goodwill",
        "amount": Decimal(amount),
        "request_id": f"ref-{n}",
        "paypal_id": f"REFUND{n}",
        "requested_at": timezone.now(),
        "ask_at": timezone.now(),
    }
    return Refund.objects.create(order=attempt.order, attempt=attempt, **{**values, **changed})


def make_parcel(order: Order, **changed: Any) -> Shipment:
    values: dict[str, Any] = {
        "position": order.shipments.count() + 1,
        "created_at": order.placed_at,
    }
    parcel = Shipment.objects.create(order=order, **{**values, **changed})
    for line in order.lines.all():
        ShipmentLine.objects.create(shipment=parcel, line=line, quantity=1)
    return parcel


def make_invoice(order: Order) -> Invoice:
    return Invoice.objects.create(
        order=order,
        number=f"F2026-{next(numbers):06d}",
        issued_at=order.placed_at,
        total=order.total,
        content=SMALL,
        **PLACE,
    )


def make_everything(variant: Variant, **changed: Any) -> Order:
    """One order with a row of each kind, its books in order."""
    order = make_order(**{"paid": Decimal("28.90"), **changed})
    now = timezone.now()
    line = make_line(order, variant)
    attempt = make_attempt(order)
    invoice = make_invoice(order)
    make_parcel(order, state="delivered", carrier="PostNL", tracking="3STRACK0", delivered_at=now)
    refund = make_refund(attempt, "24.95", reason="withdrawn")
    RefundLine.objects.create(refund=refund, line=line, quantity=1, amount=refund.amount)
    CreditNote.objects.create(
        refund=refund,
        invoice=invoice,
        number=f"C2026-{next(numbers):06d}",
        issued_at=now,
        total=refund.amount,
        content=SMALL_CREDIT,
        **PLACE,
    )
    statement = _withdrawal(order, now)
    back = Return.objects.create(
        order=order, withdrawal=statement, position=1, reason="withdrawal", announced_at=now
    )
    ReturnLine.objects.create(goods_return=back, line=line, quantity=1, received=1)
    _trouble(order, attempt, now)
    return order


def _withdrawal(order: Order, now: datetime) -> Withdrawal:
    return Withdrawal.objects.create(
        order=order,
        nonce=f"w-{next(numbers)}",
        number=order.number,
        name="Bram de Vries",
        email=order.email,
        whole=False,
        content={"lines": [{"title": "Heads", "quantity": 1}]},
        received_at=now,
    )


def _trouble(order: Order, attempt: PaymentAttempt, now: datetime) -> None:
    Dispute.objects.create(
        attempt=attempt,
        paypal_id=f"PP-D-{next(numbers)}",
        reason="MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        amount=Decimal("10.00"),
        opened_at=now,
    )
    Difference.objects.create(
        order=order, kind="captured", ours=1, theirs=2, found_at=now, seen_at=now
    )
    for kind, alert in (("order_placed", False), ("order_confirmed", False), ("refund_due", True)):
        OrderEvent.objects.create(order=order, kind=kind, at=now, alert=alert)
    make_mail(order, "orders/confirmed", f"order:{order.pk}", state="failed", problem="refused")


def make_mail(order: Order, kind: str, about: str, **changed: Any) -> Message:
    now = timezone.now()
    values = {"queued_at": now, "next_try_at": now, "message_id": f"<{next(numbers)}@example.org>"}
    return Message.objects.create(
        kind=kind, about=about, recipient=order.email, language="en", **{**values, **changed}
    )
