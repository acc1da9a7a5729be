"""An order, its lines and what happened to it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderEvent, OrderLine
from orders.personal_data.purposes import (
    ACCOUNTING,
    ADDRESS,
    FULFILMENT,
    HANDLING,
    IN_WRITING,
    LASTING,
    PAYMENT,
    RUNNING,
    received_by,
    with_order,
)
from privacy.declarations import (
    CLAIMS,
    Category,
    Erase,
    Rectify,
    Role,
    Words,
    declare,
    not_personal,
    personal,
    registry,
)
from privacy.subjects import of as subject_of

declare(
    Order,
    personal(
        "email",
        category=Category.CONTACT,
        purposes=[HANDLING, IN_WRITING],
        why=_("For the confirmation, where your parcel is, and the invoice. No advertising."),
    ),
    personal(
        "phone",
        category=Category.CONTACT,
        purposes=[FULFILMENT],
        why=_("The carrier rings only if he does not find you."),
    ),
    personal(
        "delivery_name",
        *(f"delivery_{name}" for name in ADDRESS),
        category=Category.CONTACT,
        purposes=[FULFILMENT, CLAIMS],
        clock="liable_from_at",  # an order that was never paid leaves no claim behind
        about="receiver",
        why=_("Written on the parcel. Who receives a gift may ask us for this, and for no more."),
    ),
    personal(
        "delivery_phone",
        category=Category.CONTACT,
        purposes=[FULFILMENT],
        about="receiver",
        why=_("The carrier rings the receiver only if he finds nobody."),
    ),
    personal(
        "gift_note",
        category=Category.CONTACT,
        purposes=[FULFILMENT],
        about="receiver",
        author="",  # the buyer's words, for the receiver
        recipients=(),
        why=_("Printed and put into the parcel."),
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
        *("discount", "paid", "gift", "shipping_title"),
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
        "shipping_method",
        "voucher",
        "replaces",
        "gift_code",
    ),
    user="customer",
    email="email",
    proved=Q(email_proved_at__isnull=False),
    reference="number",
    roles={"receiver": Role(match=received_by, code="gift_code")},
    facts={
        "delivery_name": "name",
        "billing_name": "name",
        "phone": "phone",
        "delivery_phone": "phone",
    },
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
        *("title", "sku", "quantity", "unit_price", "discount"),
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
    **with_order(),
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
    **with_order(),
)


def of_account(user: Any) -> QuerySet[Order]:
    """The orders of a signed-in person: all that his privacy centre calls his."""
    return Order.objects.filter(registry[Order].roles[""].reach(subject_of(user)))
