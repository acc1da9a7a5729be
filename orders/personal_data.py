from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import (
    Counter,
    Invoice,
    Order,
    OrderEvent,
    OrderLine,
    PaymentAttempt,
    WebhookEvent,
)
from privacy.declarations import (
    CLAIMS,
    Category,
    Erase,
    LegalBasis,
    Period,
    Purpose,
    Recipient,
    Rectify,
    Words,
    declare,
    declare_impersonal,
    not_personal,
    personal,
)

PAYPAL = Recipient(
    "PayPal (Europe) S.à r.l. et Cie, S.C.A.", "LU", role=_("takes the payment"), key="paypal"
)
CARRIER = Recipient("PostNL", "NL", role=_("brings the parcel"), key="carrier")

AFTERWARDS = Period(days=90)  # counted from the day an order is closed

HANDLING = Purpose(
    _("Handle your order and tell you about it"), LegalBasis.CONTRACT, AFTERWARDS, key="handling"
)
FULFILMENT = Purpose(
    _("Deliver your order"),
    LegalBasis.CONTRACT,
    AFTERWARDS,
    recipients=(CARRIER,),
    key="fulfilment",
)
PAYMENT = Purpose(
    _("Take your payment"), LegalBasis.CONTRACT, AFTERWARDS, recipients=(PAYPAL,), key="payment"
)
ACCOUNTING = Purpose(  # Art. 52 Algemene wet inzake rijksbelastingen: seven years
    _("Keep invoices for the tax authority"),
    LegalBasis.LEGAL_OBLIGATION,
    Period(years=7, from_year_end=True),
    exemption="Art. 17(3)(b)",
    key="accounting",
)

RUNNING = Q(closed_at=None)
OF_ITS_BUYER: dict[str, Any] = {
    "user": "order__customer",
    "email": "order__email",
    "proved": Q(order__email_proved_at__isnull=False),
    "reference": "order__number",
}
WITH_ITS_ORDER: dict[str, Any] = {
    **OF_ITS_BUYER,
    "clock": "order__closed_at",
    "performing": Q(order__closed_at=None),
}
LASTING = _("as long as our contract with you runs")
ADDRESS = ("street", "house_number", "postcode", "city", "country")

declare(
    Order,
    personal("email", category=Category.CONTACT, purposes=[HANDLING]),
    personal("phone", category=Category.CONTACT, purposes=[FULFILMENT]),
    personal(
        "delivery_name",
        *(f"delivery_{name}" for name in ADDRESS),
        category=Category.CONTACT,
        purposes=[FULFILMENT, CLAIMS],
        clock="liable_from_at",  # an order that was never paid leaves no claim behind
    ),
    personal(
        "billing_name",
        *(f"billing_{name}" for name in ADDRESS),
        category=Category.CONTACT,
        purposes=[HANDLING],
        rectify=Rectify.NEVER,
    ),
    personal(
        "number",
        "total",
        "shipping",
        category=Category.PURCHASES,
        purposes=[HANDLING, PAYMENT],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        *("state", "placed_at", "confirmed_at", "delivered_at", "language"),
        category=Category.PURCHASES,
        purposes=[HANDLING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal(
        "id",
        "uuid",
        "token",
        "nonce",
        "email_proved_at",
        "shipping_vat_rate",
        "closed_at",
        "liable_from_at",
    ),
    user="customer",
    email="email",
    proved=Q(email_proved_at__isnull=False),
    reference="number",
    clock="closed_at",
    performing=RUNNING,
    keep_row=True,
    words=Words(
        fields={"number": _("order number"), "shipping": _("delivery costs")},
        lasting=LASTING,
    ),
)

declare(
    OrderLine,
    personal(
        *("title", "sku", "quantity", "unit_price"),
        category=Category.PURCHASES,
        purposes=[HANDLING, FULFILMENT, PAYMENT, ACCOUNTING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "order", "variant", "vat_rate", "sealed"),
    keep_row=True,
    words=Words(
        _("line of your order"),
        _("lines of your order"),
        {"title": _("what you bought"), "unit_price": _("price each")},
        lasting=LASTING,
    ),
    **WITH_ITS_ORDER,
)

declare(
    Invoice,
    personal(
        "name",
        *ADDRESS,
        category=Category.CONTACT,
        purposes=[ACCOUNTING],
        rectify=Rectify.NEVER,
    ),
    personal(
        "number",
        "total",
        "issued_at",
        category=Category.PURCHASES,
        purposes=[ACCOUNTING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "order"),
    **OF_ITS_BUYER,
    clock="issued_at",
    keep_row=True,
)

declare(
    PaymentAttempt,
    personal(
        *("paypal_id", "capture_id", "state", "amount", "captured", "created_at"),
        category=Category.PAYMENTS,
        purposes=[PAYMENT, ACCOUNTING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal(
        "id",
        "order",
        "position",
        "create_request_id",
        "capture_request_id",
        "captures_tried",
        "approve_url",
        "problem",
        "ask_at",
        "asked",
    ),
    keep_row=True,
    words=Words(
        fields={
            "paypal_id": _("order number at PayPal"),
            "capture_id": _("payment number at PayPal"),
            "captured": _("amount taken"),
            "created_at": _("begun"),
        },
        lasting=LASTING,
    ),
    **WITH_ITS_ORDER,
)

declare(
    OrderEvent,
    personal(
        "at",
        "kind",
        "detail",
        category=Category.PURCHASES,
        purposes=[HANDLING, FULFILMENT, PAYMENT, ACCOUNTING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "order", "alert"),
    keep_row=True,
    words=Words(
        _("event of your order"),
        _("events of your order"),
        {"at": _("happened at"), "kind": _("what happened")},
        lasting=LASTING,
    ),
    **WITH_ITS_ORDER,
)

declare_impersonal(WebhookEvent, Counter)


def told_paypal(order: Order, *, now: datetime) -> None:
    """Put on record what PayPal was given of an order: its number, its lines, its amounts.

    Under its key, not its number: who reads the record of an address that somebody mistyped must
    not learn the number, which opens the order together with that address.
    """
    PAYPAL.received(
        order.customer or order.email,
        purpose=PAYMENT,
        fields=("number", "lines", "total"),
        about=f"order:{order.pk}",
        now=now,
    )
