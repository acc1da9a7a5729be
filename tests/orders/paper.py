"""Orders that are paid, and money that goes back, as other parts of the shop leave them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from orders.models import (
    CreditNote,
    Invoice,
    Order,
    OrderLine,
    PaymentAttempt,
    Refund,
    RefundLine,
)
from orders.paper import credit_notes, invoices
from tests.orders.conftest import make_variant

ADDRESS = {
    "name": "Anna Jansen",
    "street": "Lindenlaan",
    "house_number": "12",
    "postcode": "1015 AA",
    "city": "Amsterdam",
    "country": "NL",
}

SMALL: dict[str, Any] = {  # what a paper has at least
    "seller": {"name": "S", "street": "K 1", "place": "A", "kvk": "1", "vat": "NL1"},
    "order": "2026-1",
    "supplied_on": "2026-11-24",
    "country": "NL",
    "oss": False,
    "capture": "",
    "lines": [],
    "shipping": None,
    "discount": "0.00",
    "vat": [],
}
SMALL_CREDIT = {**SMALL, "invoice": {"number": "F", "issued_on": "2026-11-24"}, "refund": ""}


def sold(*lines: tuple[str, str, int], shipping: str = "3.95", **more: Any) -> Order:
    """A paid order of lines (price, VAT rate, pieces), without an invoice yet.

    ``discounts``: of each line.
    """
    now = more.pop("now", None) or timezone.now()
    discounts = [Decimal(off) for off in more.pop("discounts", [0] * len(lines))]
    total = sum((Decimal(price) * n for price, _, n in lines), Decimal(shipping)) - sum(discounts)
    key = uuid4().hex
    order = Order.objects.create(
        **{
            "nonce": key,
            "number": f"2026-{key[:12]}",
            "state": Order.State.CONFIRMED,
            "email": "anna@example.com",
            "email_proved_at": now,
            "language": "en",
            "shipping": Decimal(shipping),
            "shipping_vat_rate": Decimal(21),
            "shipping_title": "To the door",
            "discount": sum(discounts),
            "total": total,
            "paid": total,
            "placed_at": now,
            "confirmed_at": now,
            **{f"delivery_{name}": value for name, value in ADDRESS.items()},
            **{f"billing_{name}": value for name, value in ADDRESS.items()},
            **more,
        }
    )
    for (price, rate, pieces), off in zip(lines, discounts, strict=True):
        variant = make_variant(f"V-{uuid4().hex[:8].upper()}", price, on_hand=10)
        OrderLine.objects.create(
            order=order,
            variant=variant,
            sku=variant.sku,
            title=f"Thing at {rate}%",
            quantity=pieces,
            unit_price=Decimal(price),
            vat_rate=Decimal(rate),
            discount=off,
        )
    captured(order)
    return order


def captured(order: Order, position: int = 1) -> PaymentAttempt:
    return PaymentAttempt.objects.create(
        order=order,
        position=position,
        state=PaymentAttempt.State.CAPTURED,
        amount=order.total,
        captured=order.total,
        create_request_id=f"{order.uuid}-cre-{position}",
        capture_request_id=f"{order.uuid}-cap-{position}",
        paypal_id=uuid4().hex[:17].upper(),
        capture_id=uuid4().hex[:17].upper(),
        created_at=order.placed_at,
        ask_at=order.placed_at,
    )


def invoiced(*lines: tuple[str, str, int], **more: Any) -> Invoice:
    order = sold(*lines, **more)
    assert order.confirmed_at
    with transaction.atomic():
        return invoices.issue(order, now=order.confirmed_at)


def refunded(
    order: Order,
    amount: Decimal | str,
    *,
    pieces: Mapping[OrderLine, tuple[int, str]] | None = None,
    shipping: str = "0",
    **more: Any,
) -> Refund:
    """Money that is back with the buyer; ``pieces``: how many of a line, and for how much."""
    now: datetime = more.pop("now", None) or timezone.now()
    position = order.refunds.count() + 1
    refund = Refund.objects.create(
        **{
            "order": order,
            "attempt": order.attempts.earliest("position"),
            "position": position,
            "state": Refund.State.COMPLETED,
            "reason": Refund.Reason.GOODWILL,
            "amount": Decimal(amount),
            "shipping": Decimal(shipping),
            "request_id": f"{order.uuid}-ref-{position}",
            "paypal_id": uuid4().hex[:17].upper(),
            "requested_at": now,
            "settled_at": now,
            "ask_at": now,
            **more,
        }
    )
    for line, (quantity, part) in (pieces or {}).items():
        RefundLine.objects.create(refund=refund, line=line, quantity=quantity, amount=Decimal(part))
    return refund


def credited(refund: Refund) -> CreditNote | None:
    assert refund.settled_at
    with transaction.atomic():
        return credit_notes.issue(refund, now=refund.settled_at)


def rates(paper: Invoice | CreditNote) -> list[tuple[str, str, str, str]]:
    """Rate, net, VAT, gross."""
    names = ("rate", "net", "vat", "gross")
    return [tuple(part[name] for name in names) for part in paper.content["vat"]]
