"""The personal data of the privacy room itself: requests, their proofs and their history."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from privacy.declarations import (
    Category,
    Erase,
    LegalBasis,
    Period,
    Purpose,
    Rectify,
    Role,
    Source,
    Words,
    declare,
    declare_impersonal,
    not_personal,
    personal,
)
from privacy.models import (
    ConsentDecision,
    Disclosure,
    PurgeRun,
    Request,
    RequestEvent,
    VerificationCode,
)

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
    key="privacy-accountability",
)
PROOF = Purpose(
    _("Check that an address is yours"), LegalBasis.LEGAL_OBLIGATION, Period(days=1), key="proof"
)

declare(
    Request,
    personal(
        "email",
        "order_reference",
        "message",
        category=Category.RIGHTS,
        purposes=[ANSWERING],
    ),
    personal(
        "answer",
        category=Category.RIGHTS,
        purposes=[REVIEW],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        "sealed",
        category=Category.RIGHTS,
        purposes=[ANSWERING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase={},
        withheld=_("only while an erasure is carried out"),
    ),
    personal(
        "subject_id",
        category=Category.RIGHTS,
        purposes=[ANSWERING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        "link_digest",
        category=Category.CREDENTIALS,
        purposes=[ANSWERING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        withheld=_("secret"),
    ),
    personal(
        *("reference", "kind", "state", "language", "received_at", "due_at", "cooling_off_until"),
        *("email_proved_at", "held_at", "retained_until_at", "closed_at", "refusal"),
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        "assigned_to",
        category=Category.WORK,
        purposes=[ACCOUNTABILITY],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        about="officer",
    ),
    not_personal("regime", "filing_key", "receipt", "attempts", "link_until_at", "link_used_at"),
    user="user",
    email="email",
    proved=Q(email_proved_at__isnull=False),
    clock="closed_at",
    performing=Q(closed_at=None),
    roles={"officer": Role(user="assigned_to")},
    words=Words(
        _("privacy request"),
        _("privacy requests"),
        {
            "kind": _("kind of request"),
            "assigned_to": _("handled by"),
            "link_digest": _("key of your link"),
        },
        lasting=_("as long as your request is open"),
    ),
)
declare(
    RequestEvent,
    personal(
        "action",
        "role",
        "reason",
        "happened_at",
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        "staff",
        category=Category.WORK,
        purposes=[ACCOUNTABILITY],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="officer",
    ),
    not_personal("request", "sequence", "digest"),
    user="request__user",
    email="request__email",
    proved=Q(request__email_proved_at__isnull=False),
    clock="request__closed_at",
    performing=Q(request__closed_at=None),
    roles={"officer": Role(user="staff")},
    words=Words(
        _("event of your privacy request"),
        _("events of your privacy requests"),
        lasting=_("as long as your request is open"),
    ),
)
declare(
    VerificationCode,
    personal(
        "digest",
        category=Category.CREDENTIALS,
        purposes=[PROOF],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        withheld=_("secret"),
    ),
    not_personal("request", "expires_at", "tries", "used_at"),
    user="request__user",
    email="request__email",
    proved=Q(request__email_proved_at__isnull=False),
    clock="expires_at",
    words=Words(
        _("code that proves your address"),
        _("codes that prove your address"),
        {"digest": _("scrambled copy of the code")},
    ),
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

declare(
    ConsentDecision,
    personal(
        *("email", "subject_id"),
        category=Category.CHOICES,
        purposes=[CHOICES],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        *("purpose", "action", "wording", "notice_version", "decided_at"),
        category=Category.CHOICES,
        purposes=[CHOICES],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    user="user",
    email="email",
    proved=Q(),
    clock="decided_at",
    performing=Q(user__isnull=False),  # what an account decided is in force as long as it is there
    keep_row=True,
    words=Words(lasting=_("as long as your account is there")),
)
declare(
    Disclosure,
    personal(
        *("email", "subject_id"),
        category=Category.CONTACT,
        purposes=[DISCLOSURES],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        *("recipient", "purpose", "fields", "about", "disclosed_at"),
        category=Category.RIGHTS,
        purposes=[DISCLOSURES],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    user="user",
    email="email",
    proved=Q(),
    clock="disclosed_at",
    keep_row=True,
    words=Words(_("hand-over of your data"), _("hand-overs of your data")),
)
declare_impersonal(PurgeRun)
