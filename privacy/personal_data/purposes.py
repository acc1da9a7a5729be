"""Why the privacy room keeps what it keeps."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from privacy.declarations import LegalBasis, Period, Purpose
from privacy.holds import forget_wishes

ANSWERING = Purpose(
    _("Answer your privacy requests"),
    LegalBasis.LEGAL_OBLIGATION,
    Period(),  # while the case is open, then the night comes
    exemption="Art. 17(3)(b)",
    key="privacy-requests",
)
REVIEW = Purpose(
    _("Let you have our answer reviewed"),
    LegalBasis.LEGAL_OBLIGATION,
    Period(days=90),
    key="privacy-review",
)
ACCOUNTABILITY = Purpose(
    _("Show that we answered your privacy requests"),
    LegalBasis.LEGAL_OBLIGATION,
    Period(years=2),
    exemption="Art. 17(3)(b)",
    leave=forget_wishes,
    key="privacy-accountability",
)
PROOF = Purpose(
    _("Check that an address is yours"), LegalBasis.LEGAL_OBLIGATION, Period(days=1), key="proof"
)
CHOICES = Purpose(
    _("Show what you consented to and what you refused"),
    LegalBasis.LEGAL_OBLIGATION,  # Art. 7(1) GDPR
    Period(years=5),
    key="privacy-choices",
)
DISCLOSURES = Purpose(
    _("Tell you who received your data"),
    LegalBasis.LEGAL_OBLIGATION,  # Art. 15(1)(c), 19 GDPR
    Period(years=2),
    key="privacy-disclosures",
)


def of_case(case: str = "request__") -> dict[str, Any]:
    """Whose a row is that belongs to a case, and since when; ``case`` is the way there."""
    return {
        "user": f"{case}user",
        "email": f"{case}email",
        "proved": Q((f"{case}email_proved_at__isnull", False)),
        "clock": f"{case}closed_at",
        "performing": Q((f"{case}closed_at", None)) | Q((f"{case}state", "partially_retained")),
    }


WHILE_OPEN = _("as long as your request is open")
