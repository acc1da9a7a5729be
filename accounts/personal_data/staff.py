"""What people who work here did in the administration, and of whom."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
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
    personal,
)

STAFF_RECORD = Purpose(
    _("Show which member of staff changed what"),
    LegalBasis.LEGITIMATE_INTERESTS,
    Period(years=1),
    interest=_("We can see who changed what about a customer."),
    compelling=_("Customers have a right to know what was done with their data."),
    key="staff-record",
)

declare(
    LogEntry,
    personal(
        *("action_time", "content_type", "object_id", "action_flag"),
        category=Category.WORK,
        purposes=[STAFF_RECORD],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    personal(  # an account is called by its address there
        *("object_repr", "change_message"),
        category=Category.WORK,
        purposes=[STAFF_RECORD],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        about="whose record it is",
    ),
    user="user",
    roles={"whose record it is": Role(generic=("content_type", "object_id"))},
    clock="action_time",
    words=Words(
        _("work in the administration"),
        _("work in the administration"),
        {
            "action_time": _("done at"),
            "content_type": _("kind of record"),
            "object_id": _("number of the record"),
            "object_repr": _("name of the record"),
            "action_flag": _("what was done"),
            "change_message": _("what changed"),
        },
    ),
)
