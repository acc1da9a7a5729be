"""Asking the person: a question by mail, an answer on a page, all of it on record."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from privacy.models import Note, Request
from privacy.models.events import Action
from privacy.models.requests import State, Topic
from privacy.requests import decisions, links, timing
from privacy.requests.decisions import NotPossible, ReasonsMissing, Undecided
from privacy.requests.events import PERSON, SYSTEM, Actor, record

REMIND = timedelta(days=7)  # after which the person hears of it once more
GIVE_UP = timedelta(days=21)  # after which we decide on what there is


class DoubtMissing(Undecided):
    """Who someone is may only be asked where a doubt is on record (Art. 12(6) GDPR)."""

    words = _("Write down the doubt first: without one nobody is asked.")


@dataclass(frozen=True)
class Question:
    """``doubt``: why it is not certain who asks; for the record, not for the letter."""

    topic: Topic
    text: str
    doubt: str = ""


@transaction.atomic
def ask(case: Request, question: Question, *, by: Actor, now: datetime) -> None:
    """Put a question to the person. The case waits; whether its clock does, its law says."""
    decisions.refuse_own(case, by)
    if not question.text.strip():
        raise ReasonsMissing
    if question.topic == Topic.IDENTITY and not question.doubt.strip():
        raise DoubtMissing
    decisions.move(
        case,
        State.IN_ASSESSMENT,
        state=State.AWAITING_REQUESTER,
        asked_at=now,
        link_digest=links.digest(token_of(case, now), links.Door.REPLY),
        link_until_at=None,
        link_used_at=None,
    )
    note(case, Note.Kind.QUESTION, question.text, by=by, now=now)
    if question.doubt.strip():
        note(case, Note.Kind.INTERNAL, question.doubt, by=by, now=now)
    event = record(case, Action.ASKED, by=by, now=now, reason=question.topic)
    timing.recount(case)
    if case.paused_at:
        record(case, Action.PAUSED, by=by, now=now, reason=question.topic)
    send(case, "privacy/asked", question.text, event.sequence)


def token_of(case: Request, asked_at: datetime) -> str:
    """Of the link to the open question: made again for the reminder, and kept nowhere."""
    said = f"{case.pk}:{asked_at.timestamp()}"
    return salted_hmac("privacy.reply", said, algorithm="sha256").hexdigest()[:48]


def send(case: Request, kind: str, question: str, number: int) -> None:
    if case.asked_at is None:
        return
    page = links.absolute("privacy:reply", case.language, token_of(case, case.asked_at))
    decisions.tell(
        case, kind, about=f":{number}", question=question, link=page, still=bool(case.paused_at)
    )


def note(case: Request, kind: Note.Kind, text: str, *, by: Actor, now: datetime) -> None:
    Note.objects.create(request=case, kind=kind, text=text, author_id=by.staff_id, written_at=now)


def question_of(case: Request) -> str:
    """The one that is open."""
    asked = case.notes.filter(kind=Note.Kind.QUESTION).last()
    return asked.text if asked and case.asked_at else ""


def behind(token: str) -> Request | None:
    """The case of a link to a question, whether that is still open or not."""
    return links.behind(token, links.Door.REPLY).first()


@transaction.atomic
def reply(case: Request, text: str, *, now: datetime) -> None:
    """The person answers, once; the officer has the case again."""
    end(case, Action.REPLIED, by=PERSON, now=now)
    note(case, Note.Kind.REPLY, text, by=PERSON, now=now)


@transaction.atomic
def go_on(case: Request, *, by: Actor, now: datetime) -> None:
    """Wait no longer: the case is assessed on what there is."""
    end(case, Action.UNANSWERED, by=by, now=now)


def end(case: Request, how: Action, *, by: Actor, now: datetime) -> None:
    """Close the open question; NotPossible where there is none. In the caller's transaction."""
    open_now = Request.objects.filter(
        pk=case.pk, state=State.AWAITING_REQUESTER, asked_at__isnull=False
    )
    standing = open_now.values_list("paused_at", flat=True).first()
    if not open_now.update(state=State.IN_ASSESSMENT, asked_at=None):
        raise NotPossible
    record(case, how, by=by, now=now)
    case.refresh_from_db()
    timing.recount(case)
    if standing:
        event = record(case, Action.RESUMED, by=by, now=now)
        timing.say_dates(case, event.sequence)


def chase(*, now: datetime) -> None:
    """Remind once, and in the end go on without an answer: the officer decides, not the silence."""
    asked = Request.objects.filter(state=State.AWAITING_REQUESTER, asked_at__lte=now - REMIND)
    for case in asked:
        if case.asked_at and case.asked_at <= now - GIVE_UP:
            give_up(case, now=now)
        elif not since(case, Action.REMINDED):
            remind(case, now=now)


def give_up(case: Request, *, now: datetime) -> None:
    with suppress(NotPossible):  # answered this moment
        go_on(case, by=SYSTEM, now=now)


def since(case: Request, action: Action) -> bool:
    """Whether that happened since the open question was asked."""
    return case.events.filter(action=action, happened_at__gte=case.asked_at).exists()


@transaction.atomic
def remind(case: Request, *, now: datetime) -> None:
    asked = Request.objects.select_for_update().filter(pk=case.pk, asked_at=case.asked_at)
    current = asked.first()
    if current is None or since(current, Action.REMINDED):
        return
    event = record(current, Action.REMINDED, by=SYSTEM, now=now)
    send(current, "privacy/asked_again", question_of(current), event.sequence)
