"""What was paid, paid back, disputed and put on paper."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orders.models import (
    CreditNote,
    Difference,
    Dispute,
    Invoice,
    PaymentAttempt,
    Refund,
    RefundLine,
)
from orders.personal_data.purposes import (
    ACCOUNTING,
    ADDRESS,
    LASTING,
    PAYMENT,
    of_buyer,
    settled_by,
    with_order,
)
from privacy.declarations import (
    Category,
    Erase,
    Rectify,
    Role,
    Source,
    Words,
    declare,
    not_personal,
    personal,
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
        *("number", "total", "issued_at", "language", "content"),
        category=Category.PURCHASES,
        purposes=[ACCOUNTING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "order"),
    **of_buyer(),
    facts={"name": "name"},
    clock="issued_at",
    keep_row=True,
)

declare(
    CreditNote,
    personal(
        "name",
        *ADDRESS,
        category=Category.CONTACT,
        purposes=[ACCOUNTING],
        rectify=Rectify.NEVER,
    ),
    personal(
        *("number", "total", "issued_at", "language", "content", "refund"),
        category=Category.PURCHASES,
        purposes=[ACCOUNTING],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "invoice"),
    words=Words(fields={"refund": _("refund")}),
    **of_buyer("invoice__order__"),
    facts={"name": "name"},
    clock="issued_at",
    keep_row=True,
)

declare(
    PaymentAttempt,
    personal(
        *("paypal_id", "capture_id", "state", "amount", "captured", "currency", "created_at"),
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
    **with_order(),
)

declare(
    Refund,
    personal(
        *("state", "reason", "amount", "shipping", "paypal_id", "requested_at", "settled_at"),
        "attempt",
        category=Category.PAYMENTS,
        purposes=[PAYMENT, ACCOUNTING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        *("requested_by", "approved_by", "approved_at"),
        category=Category.WORK,
        purposes=[PAYMENT, ACCOUNTING],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="officer",
    ),
    not_personal("id", "order", "position", "request_id", "problem", "ask_at", "asked", "again_of"),
    keep_row=True,
    roles={"officer": Role(match=settled_by)},
    words=Words(
        fields={
            "attempt": _("payment it comes from"),
            "paypal_id": _("refund number at PayPal"),
            "requested_by": _("asked for by"),
            "approved_by": _("approved by"),
        },
        lasting=LASTING,
    ),
    **with_order(),
)

declare(
    RefundLine,
    personal(
        *("quantity", "amount", "line"),
        category=Category.PAYMENTS,
        purposes=[PAYMENT, ACCOUNTING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "refund"),
    keep_row=True,
    words=Words(fields={"line": _("line of your order")}, lasting=LASTING),
    **with_order("refund__order__"),
)

declare(
    Dispute,
    personal(
        *("paypal_id", "state", "stage", "reason", "outcome", "amount", "opened_at", "resolved_at"),
        category=Category.PAYMENTS,
        purposes=[PAYMENT, ACCOUNTING],
        source=Source.THIRD_PARTY,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "attempt"),
    keep_row=True,
    words=Words(fields={"paypal_id": _("number of the dispute at PayPal")}, lasting=LASTING),
    **with_order("attempt__order__"),
)

declare(
    Difference,
    personal(
        *("kind", "ours", "theirs", "found_at", "seen_at", "resolved_at", "resolution"),
        category=Category.PAYMENTS,
        purposes=[PAYMENT, ACCOUNTING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "order"),
    keep_row=True,
    words=Words(lasting=LASTING),
    **with_order(),
)
