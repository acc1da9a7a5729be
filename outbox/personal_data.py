from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models import Message
from privacy.declarations import (
    Category,
    LegalBasis,
    Period,
    Purpose,
    Rectify,
    Source,
    Words,
    declare,
    not_personal,
    personal,
    purposes,
)

__all__ = ["purposes"]

MAIL = Purpose(
    _("Send you a message and see that it arrives"),
    LegalBasis.CONTRACT,
    Period(days=30),
    key="mail",
)

declare(
    Message,
    personal("recipient", "language", category=Category.CONTACT, purposes=[MAIL]),
    personal(
        *("kind", "about", "purpose", "campaign", "state"),
        *("queued_at", "sent_at"),
        category=Category.MESSAGES,
        purposes=[MAIL],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        *("context", "headers"),
        category=Category.MESSAGES,
        purposes=[MAIL],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase={},
        withheld=_("it waits to be sent to you, and is emptied then; it can hold codes"),
    ),
    not_personal("attempts", "problem", "forget", "message_id"),
    not_personal("next_try_at", "claimed_at", "closed_at"),
    user="user",
    email="recipient",
    proved=Q(),
    clock="closed_at",
    # An order's mail still goes out; marketing goes with the person.
    performing=Q(campaign="", state__in=[Message.State.QUEUED, Message.State.SENDING]),
    words=Words(
        _("message to you"),
        _("messages to you"),
        {"kind": _("kind of message")},
        lasting=_("until the message has been sent"),
    ),
)
