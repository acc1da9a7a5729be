"""How every mail of an order is queued, and the link by which it proves its reader's address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare

from orders.models import Order
from orders.personal_data import proved
from outbox.services import Letter, queue

PROOF = Signer(salt="orders.proof")


def send(kind: str, order: Order, context: dict[str, Any], *, about: str = "") -> None:
    """Queue ``orders/<kind>`` to the buyer inside the caller's transaction.

    Once per kind and ``about``; that is the order itself unless the mail tells of something of
    which it may have several, such as ``shipment:7``. Whoever pressed delete has no address left
    and gets none.
    """
    if not order.email:
        return
    queue(
        Letter(
            f"orders/{kind}",
            to=order.email,
            language=order.language,
            about=about or f"order:{order.pk}",
            context={
                "number": order.number,
                "name": _one_name(order),
                "url": page_of(order),
                **context,
            },
            user=order.customer,
        )
    )


def page_of(order: Order) -> str:
    """The order's page, by the link that only its mails carry."""
    with translation.override(order.language):
        page = reverse("orders:order", args=[order.token])
    return f"{settings.SITE_URL}{page}?proof={proof_of(order)}"


def proof_of(order: Order) -> str:
    """What only the mail's link carries: who has it reads that mailbox."""
    return PROOF.signature(f"{order.token} {order.email}")


def prove(order: Order, proof: str, *, now: datetime) -> bool:
    """Remember that the order's address is the reader's, if he came by the mail's own link."""
    if not order.email or not constant_time_compare(proof_of(order), proof):
        return False
    if Order.objects.filter(pk=order.pk, email_proved_at=None).update(email_proved_at=now):
        proved(order, now=now)
    return True


def address_of(order: Order) -> list[str]:
    """Where it goes, line by line."""
    return [
        order.delivery_name,
        f"{order.delivery_street} {order.delivery_house_number}",
        f"{order.delivery_postcode} {order.delivery_city}",
        order.get_delivery_country_display(),
    ]


def _one_name(order: Order) -> str:
    """Whom to greet; nobody by name where parcel and invoice name two."""
    return order.billing_name if order.billing_name == order.delivery_name else ""
