"""What was decided and what was handed over."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from privacy.authorities import DEMANDS
from privacy.declarations import (
    Category,
    Erase,
    Rectify,
    Role,
    Source,
    Words,
    declare,
    declare_impersonal,
    not_personal,
    personal,
)
from privacy.handovers import HERS, not_yet_told
from privacy.models import ConsentDecision, Disclosure, Erased, LedgerMark, PurgeRun
from privacy.personal_data.purposes import CHOICES, DISCLOSURES

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
        *("email", "subject_id", "reference", "proved_at"),
        category=Category.CONTACT,
        purposes=[DISCLOSURES],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        *("recipient", "purpose", "fields", "about", "ground", "disclosed_at"),
        *("named", "told_from_at"),
        category=Category.RIGHTS,
        purposes=[DISCLOSURES, DEMANDS],
        recipients=(),  # an authority gets what the row names, not the row
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        "decided_by",
        category=Category.WORK,
        purposes=[DISCLOSURES],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="officer",
    ),
    not_personal("nonce"),
    user="user",
    email="email",
    proved=HERS.proved,
    match=HERS.match,
    clock="disclosed_at",
    unseen=not_yet_told,
    keep_row=True,
    roles={"officer": Role(user="decided_by")},
    words=Words(
        _("hand-over of your data"),
        _("hand-overs of your data"),
        {"decided_by": _("decided by")},
    ),
)
declare_impersonal(LedgerMark, PurgeRun, Erased)
