from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models import RESTRICTED, Message
from privacy.declarations import (
    Category,
    HandOverRefused,
    LegalBasis,
    Period,
    Purpose,
    Recipient,
    Rectify,
    Role,
    Source,
    Subject,
    Words,
    declare,
    declare_elsewhere,
    declare_job,
    not_personal,
    personal,
    purposes,
    registry,
)

__all__ = ["HandOverRefused", "purposes", "told_mail_provider"]

MAIL_PROVIDER = Recipient(
    settings.MAIL_PROVIDER[0],
    settings.MAIL_PROVIDER[1],
    role=_("carries our mail"),
    key="mail-provider",
    contract=_("processing contract"),
    forgets=Period(days=settings.MAIL_PROVIDER[2]),
)


THEIRS = Role("user", "recipient", proved=Q())


def drop_waiting(subject: Subject, now: datetime) -> None:
    """What a restriction kept back does not leave after the person himself has."""
    mine = THEIRS.reach(subject)
    waiting = Message.objects.filter(mine, state=Message.State.QUEUED, problem=RESTRICTED)
    waiting.update(state=Message.State.WITHHELD, closed_at=now, context={}, headers={})


MAIL = Purpose(
    _("Send you a message and see that it arrives"),
    LegalBasis.CONTRACT,
    Period(days=30),
    recipients=(MAIL_PROVIDER,),
    leave=drop_waiting,
    key="mail",
)
AT_WORK = ("privacy/duty", "privacy/duty_escalated")  # to those whose work it is: no person's mail


def told_mail_provider(message: Message, *, now: datetime) -> None:
    """Put on record, once for each message, that its carrier is given it.

    What is sent to someone whom we forget, such as the receipt of an erasure, names nobody.
    ``context`` is the letter as it left, whatever it tells: a later correction changes no letter,
    so it is none of the carrier's business, who was told where to bring it and keeps no more.
    """
    if message.attempts > 1 or message.kind in AT_WORK:
        return
    MAIL_PROVIDER.received(
        Subject() if message.forget else message.user or message.recipient,
        purpose=MAIL,
        fields=("recipient", "context"),
        about=f"message:{message.pk}",
        now=now,
    )


declare(
    Message,
    personal(
        *("recipient", "language"),
        category=Category.CONTACT,
        purposes=[MAIL],
        source=Source.DERIVED,  # from the account, or the order, that it was written for
    ),
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


def sent_to(subject: Subject) -> Iterator[dict[str, Any]]:
    """The messages that left for this person, as far as the outbox still knows."""
    mine = registry[Message].roles[""].reach(subject)
    sent = Message.objects.filter(mine, sent_at__isnull=False).order_by("pk")
    for kind, sent_at in sent.values_list("kind", "sent_at"):
        yield {"kind": kind, "sent_at": sent_at}


declare_elsewhere(
    _("Mail server"),
    [Category.CONTACT, Category.MESSAGES],
    [MAIL],
    find=sent_to,
    holder=MAIL_PROVIDER,
    note=_("it hands our messages on to yours and keeps a journal of that for a few days"),
)
declare_job(
    "outbox.send",
    rows=Message,
    why=_("Each message names its purpose, which is asked immediately before it leaves."),
)
declare_job(
    "outbox.sweep",
    why=_("It hands on the numbers of messages that wait; each is asked when it is sent."),
)
