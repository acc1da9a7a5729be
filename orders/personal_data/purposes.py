"""Why the shop uses what it knows of an order, who receives it, and whose an order is."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import unfinished
from orders.gifts import as_printed
from orders.personal_data import known
from privacy.declarations import (
    Capacity,
    LegalBasis,
    Period,
    Purpose,
    Recipient,
    Role,
    Subject,
)

PAYPAL = Recipient(
    "PayPal (Europe) S.à r.l. et Cie, S.C.A.",
    "LU",
    role=_("takes the payment"),
    key="paypal",
    capacity=Capacity.CONTROLLER,
    contract=_("PayPal's user agreement"),
    knows=known.known_to_paypal,
)
CARRIER = Recipient(
    "PostNL",
    "NL",
    role=_("brings the parcel"),
    key="carrier",
    capacity=Capacity.CONTROLLER,
    contract=_("PostNL's general conditions"),
    knows=known.known_to_carrier,
)
CARRIERS = (CARRIER,)  # a way of delivery names one of these; no other is given an address

AFTERWARDS = Period(days=90)  # counted from the day an order is closed

HANDLING = Purpose(
    _("Handle your order and tell you about it"), LegalBasis.CONTRACT, AFTERWARDS, key="handling"
)
IN_WRITING = Purpose(  # Art. 8(7), 11a, 13 Directive 2011/83; Art. 11 Directive 2000/31
    _("Confirm to you in writing what the law wants confirmed"),
    LegalBasis.LEGAL_OBLIGATION,
    AFTERWARDS,
    key="in-writing",
)
FULFILMENT = Purpose(
    _("Deliver your order"),
    LegalBasis.CONTRACT,
    AFTERWARDS,
    recipients=CARRIERS,
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

FOR_YOU = Purpose(
    _("Recommend products that suit what you bought"),
    LegalBasis.CONSENT,
    Period(),
    asked=_(
        "Yes, you may choose recommendations for me by what I bought here. It stays in this shop. "
        "It is not done yet, and only ever for who says yes."
    ),
    marketing=True,
    key="for-you",
)
PHONE_CHECK = Purpose(
    _("Have your phone number checked"),
    LegalBasis.CONSENT,
    Period(),
    asked=_(
        "Yes, you may have another company check that my phone number exists, against fraud. "
        "It is not done yet, and only ever for who says yes."
    ),
    key="phone-check",
)


def carrier_named(name: str) -> Recipient | None:
    return next((carrier for carrier in CARRIERS if carrier.name == name), None)


RUNNING = Q(closed_at=None) | unfinished.anything()


def of_buyer(order: str = "order__") -> dict[str, Any]:
    """Whose a row is that belongs to an order; ``order`` is the way there."""
    return {
        "user": f"{order}customer",
        "email": f"{order}email",
        "proved": Q((f"{order}email_proved_at__isnull", False)),
        "reference": f"{order}number",
    }


def with_order(order: str = "order__") -> dict[str, Any]:
    """Whose a row is, and since when: as long as its order."""
    return {
        **of_buyer(order),
        "clock": f"{order}closed_at",
        "performing": Q((f"{order}closed_at", None)) | unfinished.anything(order),
    }


LASTING = _("as long as our contract with you runs")
ADDRESS = ("street", "house_number", "postcode", "city", "country")


def received_by(subject: Subject) -> Q:
    """Where a parcel went: the buyer's own orders, and gifts whose code the receiver names.

    The receiver of a gift gave us no address to prove; who holds the code held the parcel's slip.
    """
    named = Q(gift_code__in=sorted({as_printed(code) for code in subject.references}))
    proved = Q(email_proved_at__isnull=False)
    mine = Role(**{**of_buyer(""), "proved": proved, "dates": ("placed_at",)})
    return mine.reach(subject) | named


def settled_by(subject: Subject) -> Q:
    """The refunds that a person working here asked for or approved."""
    worker = subject.user.pk if subject.user else None
    return Q(requested_by=worker) | Q(approved_by=worker) if worker else Q(pk__in=())
