"""The mails of an order: queued in the transaction that makes them true, in its language."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare

from orders import totals
from orders.models import Invoice, Order
from outbox.services import Letter, queue

PROOF = Signer(salt="orders.proof")


def order_confirmed(order: Order, invoice: Invoice) -> None:
    _queue("confirmed", order, {**_bill(order), "invoice": invoice.number})


def payment_pending(order: Order) -> None:
    _queue("pending", order, {"total": str(order.total)})


def proof_of(order: Order) -> str:
    """What only the mail's link carries: who has it reads that mailbox."""
    return PROOF.signature(f"{order.token} {order.email}")


def prove(order: Order, proof: str, *, now: datetime) -> bool:
    """Remember that the order's address is the reader's, if he came by the mail's own link."""
    if not order.email or not constant_time_compare(proof_of(order), proof):
        return False
    Order.objects.filter(pk=order.pk, email_proved_at=None).update(email_proved_at=now)
    return True


def _queue(kind: str, order: Order, context: dict[str, Any]) -> None:
    with translation.override(order.language):
        page = reverse("orders:order", args=[order.token])
    letter = Letter(
        f"orders/{kind}",
        to=order.email,
        language=order.language,
        about=f"order:{order.pk}",
        context={
            "number": order.number,
            "name": _one_name(order),
            "url": f"{settings.SITE_URL}{page}?proof={proof_of(order)}",
            **context,
        },
        user=order.customer,
    )
    queue(letter)


def _bill(order: Order) -> dict[str, Any]:
    sums = totals.of(order)
    return {
        "lines": [
            {"title": n.title, "quantity": n.quantity, "total": str(n.total), "sealed": n.sealed}
            for n in order.lines.order_by("pk")
        ],
        "shipping": str(order.shipping),
        "total": str(order.total),
        "vat": [{"rate": _percent(rate), "vat": str(vat)} for rate, vat in sums.vat.items()],
        "address": _address(order),
    }


def _one_name(order: Order) -> str:
    """Whom to greet; nobody by name where parcel and invoice name two."""
    return order.billing_name if order.billing_name == order.delivery_name else ""


def _address(order: Order) -> list[str]:
    return [
        order.delivery_name,
        f"{order.delivery_street} {order.delivery_house_number}",
        f"{order.delivery_postcode} {order.delivery_city}",
        order.get_delivery_country_display(),
    ]


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
