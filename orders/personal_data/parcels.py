"""What was sent, withdrawn from and sent back."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Return, ReturnLine, Shipment, ShipmentLine, Withdrawal
from orders.personal_data.purposes import FULFILMENT, HANDLING, LASTING, with_order
from privacy.declarations import (
    CLAIMS,
    Category,
    Erase,
    Rectify,
    Source,
    Words,
    declare,
    not_personal,
    personal,
)

MOMENTS = ("packed_at", "shipped_at", "delivered_at", "returned_at")

declare(
    Shipment,
    personal(
        "tracking",
        category=Category.PURCHASES,
        purposes=[FULFILMENT],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        *("state", "carrier", "created_at", *MOMENTS),
        category=Category.PURCHASES,
        purposes=[HANDLING, FULFILMENT],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "order", "position", "replaces"),
    keep_row=True,
    words=Words(lasting=LASTING),
    **with_order(),
)

declare(
    ShipmentLine,
    personal(
        *("quantity", "line"),
        category=Category.PURCHASES,
        purposes=[HANDLING, FULFILMENT],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "shipment"),
    keep_row=True,
    words=Words(fields={"line": _("line of your order")}, lasting=LASTING),
    **with_order("shipment__order__"),
)

declare(
    Withdrawal,
    *(
        personal(
            name,
            category=Category.CONTACT,
            purposes=[HANDLING, CLAIMS],
            rectify=Rectify.NEVER,
            why=why,
        )
        for name, why in (
            ("name", _("To find the right order.")),
            ("number", _("To find the right order. It is in your confirmation mail.")),
            ("email", _("We send your receipt here at once.")),
        )
    ),
    personal(
        *("content", "whole", "language", "received_at", "taken_up_at", "handled_at", "order"),
        category=Category.PURCHASES,
        purposes=[HANDLING, CLAIMS],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "nonce"),
    email="email",
    words=Words(fields={"order": _("order")}),
    proved=Q(),  # he gave the address with the statement, and the receipt went there
    clock="received_at",
    keep_row=True,
)

declare(
    Return,
    personal(
        *("words", "tracking"),
        category=Category.PURCHASES,
        purposes=[HANDLING],
        rectify=Rectify.NEVER,
    ),
    personal(
        *("state", "reason", "announced_at", "sent_at", "received_at", "inspected_at"),
        *("settled_at", "withdrawal", "refund"),
        category=Category.PURCHASES,
        purposes=[HANDLING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "order", "position"),
    keep_row=True,
    words=Words(fields={"withdrawal": _("withdrawal"), "refund": _("refund")}, lasting=LASTING),
    **with_order(),
)

declare(
    ReturnLine,
    personal(
        *("quantity", "received", "restocked", "condition", "line"),
        category=Category.PURCHASES,
        purposes=[HANDLING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "goods_return"),
    keep_row=True,
    words=Words(fields={"line": _("line of your order")}, lasting=LASTING),
    **with_order("goods_return__order__"),
)
