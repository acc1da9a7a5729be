"""Requests, the proofs of who asks and their history."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
from privacy.models import Request, RequestEvent, VerificationCode
from privacy.personal_data.purposes import ACCOUNTABILITY, ANSWERING, PROOF, REVIEW

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
        *(
            "country",
            "first_due_at",
            "extended_at",
            "paused_at",
            "asked_at",
            "duplicate_of",
            "appeal_of",
        ),
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
    not_personal("warned", "steps"),
    user="user",
    email="email",
    proved=Q(email_proved_at__isnull=False),
    clock="closed_at",
    performing=Q(closed_at=None) | Q(state="partially_retained"),
    roles={"officer": Role(user="assigned_to")},
    words=Words(
        _("privacy request"),
        _("privacy requests"),
        {
            "kind": _("kind of request"),
            "duplicate_of": _("the same request, filed before"),
            "appeal_of": _("request whose answer is reviewed"),
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
    performing=Q(request__closed_at=None) | Q(request__state="partially_retained"),
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
