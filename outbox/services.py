"""Queueing mail. The only way in: ``queue(Letter(...))``, inside the caller's transaction.

    from outbox.services import Letter, queue

    queue(
        Letter(
            "orders/confirmed",  # templates/orders/email/confirmed.txt and .html
            to=order.email,
            language=order.language,  # "nl" or "en": the language both are rendered in
            about=f"order:{order.pk}",  # (kind, about) is unique
            context={"number": order.number, "url": url},  # JSON values only, no model
            user=order.customer,  # optional: the account the mail belongs to
        )
    )

The text template's first line is ``Subject: ...``; it is not escaped. The HTML template extends
``email/base.html`` (blocks ``title``, ``preview``, ``body``, ``foot``). Both see the context,
``language``, ``site_url`` and ``subject``. ``reverse()`` inside them knows the language, so links
are ``{{ site_url }}{% url ... %}``; or put the whole address into the context.

Nothing leaves before the transaction commits. Then Celery sends it; if the broker is dead, the
sweep of beat does. After sending, the context is emptied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from email.utils import make_msgid, parseaddr
from functools import partial
from typing import Any, Literal

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import validate_email
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Count
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.utils import timezone

from outbox import kinds, tasks
from outbox.models import Message

# Sent to someone who is no longer known here, or not yet: no trace of the address stays.
FORGOTTEN = {"privacy/receipt", "privacy/recipients_answered", "privacy/code"}


@dataclass(frozen=True)
class Letter:
    """What is to be sent.

    ``purpose``: the key of a declared Purpose; empty: the one that its room named for the kind. It
    is asked again immediately before each attempt: a refusal withholds the message, and while the
    person has the use of his data restricted, it waits.
    ``campaign``: what marketing it belongs to. Such mail has its own sender and is sent at most
    once: after a crash its state is ``unknown``. Any other is sent at least once.
    ``forget``: blank the recipient as well once sent, as for the receipt of an erasure.
    """

    kind: str
    _: KW_ONLY
    to: str
    language: str
    about: str
    context: Mapping[str, Any]
    purpose: str = ""
    campaign: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    user: AbstractBaseUser | None = None
    forget: bool = False

    @property
    def sender(self) -> str:
        return settings.NEWSLETTER_FROM_EMAIL if self.campaign else settings.DEFAULT_FROM_EMAIL


def queue(letter: Letter) -> Message | None:
    """Queue a letter in the caller's transaction; None if this (kind, about) was queued before.

    Raises ValidationError if ``to`` is not one e-mail address, NoPurpose if nothing says what it
    is sent for.
    """
    validate_email(letter.to)
    message = _inserted(Message(**_row(letter, timezone.now())))
    if message:
        transaction.on_commit(partial(tasks.send.delay, message.pk), robust=True)
    return message


def _inserted(message: Message) -> Message | None:
    """In one statement; None if this (kind, about) is there, or is when who queues it commits."""
    fields = [field for field in Message._meta.concrete_fields if not field.primary_key]
    query = InsertQuery(Message, on_conflict=OnConflict.IGNORE)
    query.insert_values(fields, [message])
    [(insert, values)] = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"{insert} RETURNING id", values)
        found = cursor.fetchone()
    if found is None:
        return None
    message.pk = found[0]
    message._state.adding = False
    return message


def post(kind: str, *, to: str, language: str, about: str, **said: Any) -> None:
    """Carry a letter of the privacy room. said: context, purpose."""
    forget = kind in FORGOTTEN
    queue(Letter(kind, to=to, language=language, about=about, forget=forget, **said))


def fate(kind: str, about: str) -> tuple[Literal["", "waiting", "sent", "lost"], datetime | None]:
    """What became of a letter and when it left; "" where there is none (any more)."""
    found = Message.objects.filter(kind=kind, about=about).values_list("state", "sent_at").first()
    if found is None:
        return "", None
    state, sent_at = found
    if state in (Message.State.QUEUED, Message.State.SENDING):
        return "waiting", None
    return ("sent" if state == Message.State.SENT else "lost"), sent_at


def _row(letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "about": letter.about,
        "recipient": letter.to,
        "user_id": letter.user.pk if letter.user else None,
        "language": letter.language,
        "purpose": letter.purpose or kinds.purpose_of(letter.kind),
        "campaign": letter.campaign,
        "context": dict(letter.context),
        "headers": dict(letter.headers),
        "forget": letter.forget,
        "message_id": make_msgid(domain=parseaddr(letter.sender)[1].rpartition("@")[2]),
        "queued_at": now,
        "next_try_at": now,
    }


def withdraw(*, purpose: str, recipients: Iterable[str], now: datetime) -> int:
    """Withhold what still waits for these addresses under a purpose; the number withheld."""
    waiting = Message.objects.filter(purpose=purpose, state=Message.State.QUEUED)
    return sum(
        waiting.filter(recipient__iexact=recipient).update(
            state=Message.State.WITHHELD, closed_at=now, context={}, headers={}
        )
        for recipient in recipients
    )


def retry(messages: Iterable[Message], *, now: datetime) -> int:
    """Queue failed messages once more; the number queued."""
    count = 0
    for message in messages:
        with transaction.atomic():
            won = Message.objects.filter(pk=message.pk, state=Message.State.FAILED).update(
                state=Message.State.QUEUED, attempts=0, problem="", next_try_at=now, closed_at=None
            )
            if won:
                transaction.on_commit(partial(tasks.send.delay, message.pk), robust=True)
        count += won
    return count


def discard(kind: str, about: Iterable[str]) -> None:
    """Forget messages altogether, sent or not, but for those being sent this moment."""
    rows = Message.objects.filter(kind=kind, about__in=list(about))
    rows.exclude(state=Message.State.SENDING).delete()


def states(campaign: str) -> list[tuple[str, int]]:
    """How many messages of a campaign are in which state."""
    rows = Message.objects.filter(campaign=campaign).values_list("state")
    counted = rows.annotate(n=Count("pk")).order_by("state")
    return [(str(Message.State(state).label), n) for state, n in counted]
