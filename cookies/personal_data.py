from __future__ import annotations

from cookie_consent.models import Cookie, CookieGroup, LogItem
from django.utils.translation import gettext_lazy as _

from cookies.models import ConsentEvent, ConsentNotice
from privacy.declarations import (
    Category,
    LegalBasis,
    Period,
    Purpose,
    Rectify,
    Source,
    Words,
    declare,
    declare_impersonal,
    not_personal,
    personal,
)

PROOF = Purpose(
    _("Show that cookies were chosen"),
    LegalBasis.LEGAL_OBLIGATION,  # Art. 7(1) GDPR
    Period(years=1),
    exemption="Art. 17(3)(b)",
    key="cookie-proof",
)

declare(
    ConsentEvent,
    personal(
        "subject_id",
        "happened_at",
        "action",
        "decisions",
        "language",
        "method",
        category=Category.CHOICES,
        purposes=[PROOF],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        withheld=_("only your browser knows which choice is yours: download it there"),
    ),
    not_personal("notice"),
    clock="happened_at",
    words=Words(
        fields={"subject_id": _("number of the browser"), "happened_at": _("chosen at")},
    ),
)
declare_impersonal(ConsentNotice, CookieGroup, Cookie, LogItem)
