"""What belongs to a case, and who looked."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from privacy.declarations import (
    Category,
    Erase,
    Rectify,
    Role,
    Source,
    Subject,
    Words,
    declare,
    not_personal,
    personal,
)
from privacy.handovers import by_reference, not_yet_told
from privacy.models import Correction, Duty, Export, Hold, Look, Note, Residue
from privacy.personal_data.purposes import (
    ACCOUNTABILITY,
    ANSWERING,
    DISCLOSURES,
    WHILE_OPEN,
    of_case,
)


def for_colleagues(subject: Subject) -> Q:
    """The notes in an officer's own words; what he asks and answers speaks for the shop."""
    writer = subject.user.pk if subject.user else None
    return Q(author=writer, kind=Note.Kind.INTERNAL, model="") if writer else Q(pk__in=())


declare(
    Hold,
    personal(
        *("model", "key", "ground", "reason", "placed_at", "until_at", "released_at"),
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        *("author", "released_by"),
        category=Category.WORK,
        purposes=[ACCOUNTABILITY],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="officer",
    ),
    user="user",
    clock="released_at",
    performing=Q(released_at=None),
    keep_row=True,
    roles={"officer": Role(user="author")},
    words=Words(
        fields={
            "model": _("what is kept"),
            "key": _("number of what is kept"),
            "author": _("placed by"),
            "released_by": _("released by"),
        },
        lasting=_("until the hold is released"),
    ),
)
declare(
    Duty,
    personal(
        *("recipient", "kind", "state", "said", "opened_at", "told_at", "ended_at"),
        "told_from_at",
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        "sealed",
        category=Category.RIGHTS,
        purposes=[ANSWERING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase={},
        withheld=_("only until the recipient has answered"),
    ),
    not_personal("id", "request", "next_try_at", "tries", "escalated_at"),
    words=Words(lasting=WHILE_OPEN),
    unseen=not_yet_told,
    **of_case(),
)
declare(
    Residue,
    personal(
        *("place", "column", "key", "identifier", "found_at", "cleared_at"),
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "request"),
    words=Words(
        fields={"key": _("number of what was found"), "identifier": _("kind of what was found")},
        lasting=WHILE_OPEN,
    ),
    **of_case(),
)
declare(
    Correction,
    personal(
        *("before", "after"),
        category=Category.RIGHTS,
        purposes=[ANSWERING],
        rectify=Rectify.NEVER,
    ),
    personal(
        *("model", "key", "field", "state", "ground", "decided_at"),
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        "first_by",
        category=Category.WORK,
        purposes=[ACCOUNTABILITY],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="first officer",
    ),
    personal(
        "second_by",
        category=Category.WORK,
        purposes=[ACCOUNTABILITY],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="second officer",
    ),
    not_personal("id", "request"),
    roles={"first officer": Role(user="first_by"), "second officer": Role(user="second_by")},
    words=Words(
        fields={
            "model": _("what is corrected"),
            "key": _("number of what is corrected"),
            "first_by": _("seen by"),
            "second_by": _("decided by"),
        },
        lasting=WHILE_OPEN,
    ),
    **of_case(),
)
declare(
    Note,
    personal(
        "text",
        category=Category.RIGHTS,
        purposes=[ANSWERING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        author="writer",
    ),
    personal(
        *("kind", "model", "key", "role", "written_at"),
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(
        "author",
        category=Category.WORK,
        purposes=[ACCOUNTABILITY],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="officer",
    ),
    not_personal("id", "request"),
    roles={"officer": Role(user="author"), "writer": Role(match=for_colleagues)},
    words=Words(
        fields={
            "model": _("beside what it stands"),
            "key": _("number of what it stands beside"),
            "author": _("written by"),
        },
        lasting=WHILE_OPEN,
    ),
    **of_case(),
)
declare(
    Export,
    personal(
        *("state", "portable", "size", "created_at", "ready_at", "expires_at"),
        category=Category.RIGHTS,
        purposes=[ACCOUNTABILITY],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    not_personal("id", "request", "done", "total", "position", "file", "digest", "alive_at"),
    words=Words(lasting=WHILE_OPEN),
    **of_case(),
)
declare(
    Look,
    personal(
        *("email", "reference"),
        category=Category.RIGHTS,
        purposes=[DISCLOSURES],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        *("role", "model", "key", "looked_at"),
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
    not_personal("id"),
    user="user",
    email="email",
    proved=Q(),
    match=by_reference,
    clock="looked_at",
    keep_row=True,
    roles={"officer": Role(user="staff")},
    words=Words(
        fields={
            "model": _("what was looked at"),
            "key": _("number of what was looked at"),
            "staff": _("looked at by"),
            "role": _("role"),
        },
    ),
)
