"""Hands one message to the mail server: the only place that does.

``sending`` is committed before SMTP begins, so a crash is visible afterwards. What may have
reached the server is never repeated if it is marketing (at most once), and is repeated with the
same Message-ID if it is not (at least once).
"""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from outbox import gate
from outbox.composing import compose
from outbox.models import RESTRICTED, Message
from outbox.personal_data import HandOverRefused, told_mail_provider

log = logging.getLogger(__name__)

State = Message.State
WAITS = [timedelta(seconds=30)] + [timedelta(minutes=m) for m in (2, 10, 30, 120, 360, 720)]
AGAIN = timedelta(minutes=10)  # whether a restriction has ended
STUCK = timedelta(minutes=3)  # longer than the time limit of the task that sends
GRACE = timedelta(seconds=10)  # the task queued on commit goes first
SWEPT_AT_ONCE = 500


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; ``QUEUED`` means that it is tried again."""

    state: Message.State
    problem: str = ""


WAITING = Outcome(State.QUEUED, RESTRICTED)


def send(pk: int, *, now: datetime) -> None:
    """Send a waiting message, once, however many workers are asked to."""
    message = claim(pk, now=now)
    if message is None:
        return
    record(message, pass_on(message, now=now), now=now)


def pass_on(message: Message, *, now: datetime) -> Outcome:
    """Ask whether it may leave, put on record who carries it, then hand it over."""
    if not gate.allows(message):
        return WAITING if gate.waits(message) else Outcome(State.WITHHELD)
    try:
        told_mail_provider(message, now=now)
    except HandOverRefused:
        return Outcome(State.WITHHELD, "Refused")
    return attempt(message)


def claim(pk: int, *, now: datetime) -> Message | None:
    """The message, if this caller is the one to send it. Commits at once."""
    won = (
        Message.objects.due(now)
        .filter(pk=pk)
        .update(state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1)
    )
    return Message.objects.get(pk=pk) if won else None


def attempt(message: Message) -> Outcome:
    try:
        email = compose(message)
        email.message()  # refuses a header with a line break
    except Exception as error:  # noqa: BLE001  (whatever a template raises; its text may name people)
        problem = type(error).__name__
        log.error("Message %s cannot be composed: %s.", message.pk, problem)  # noqa: TRY400
        return Outcome(State.FAILED, problem)
    return hand_over(email, in_doubt=State.UNKNOWN if message.marketing else State.QUEUED)


def hand_over(email: EmailMultiAlternatives, *, in_doubt: Message.State) -> Outcome:
    """Give it to the server. Nothing was accepted if it could not be reached, or said no."""
    connection = mail.get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(State.QUEUED, type(error).__name__)
    try:
        connection.send_messages([email])
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return refused(code, State.BOUNCED)
    except smtplib.SMTPResponseException as error:
        return refused(error.smtp_code, State.FAILED)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(in_doubt, type(error).__name__)
    finally:
        close(connection)
    return Outcome(State.SENT)


def refused(code: int, for_good: Message.State) -> Outcome:
    return Outcome(for_good if code >= 500 else State.QUEUED, f"SMTP {code}")


def close(connection: Any) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        log.info("The mail server hung up before we did.")


def record(message: Message, outcome: Outcome, *, now: datetime) -> None:
    """Write how it ended. What is closed loses its context: links and codes live no longer."""
    state = outcome.state
    if state == State.QUEUED and message.attempts > len(WAITS):
        state = State.FAILED
    values: dict[str, Any] = {"state": state, "problem": outcome.problem, "claimed_at": None}
    if outcome is WAITING:  # nothing was tried
        values |= {"state": State.QUEUED, "next_try_at": now + AGAIN, "attempts": F("attempts") - 1}
    elif state == State.QUEUED:
        values["next_try_at"] = now + WAITS[message.attempts - 1]
    else:
        values["closed_at"] = now
    if state == State.SENT:
        values["sent_at"] = now
    if state not in {State.QUEUED, State.FAILED}:  # a failed one may be tried again by staff
        values |= {"context": {}, "headers": {}} | ({"recipient": ""} if message.forget else {})
    Message.objects.filter(pk=message.pk, state=State.SENDING).update(**values)


def recover(*, now: datetime) -> None:
    """After a crash: marketing may have left, so it stays; all else is sent again."""
    stuck = Message.objects.stuck(since=now - STUCK)
    stuck.exclude(campaign="").update(
        state=State.UNKNOWN, claimed_at=None, closed_at=now, context={}, headers={}
    )
    stuck.filter(attempts__gt=len(WAITS)).update(
        state=State.FAILED, claimed_at=None, closed_at=now, problem="Crashed"
    )
    stuck.update(state=State.QUEUED, claimed_at=None, next_try_at=now)


def overdue(*, now: datetime) -> list[int]:
    due = Message.objects.due(now - GRACE).order_by("next_try_at")
    return list(due.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
