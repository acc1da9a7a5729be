"""Whose time is running out: the officers are told at each mark, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from privacy import letters, officers
from privacy.clock import fraction
from privacy.deadlines import confirm_due
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import OPEN, Regime, RequestQuerySet, State
from privacy.regimes import RULES
from privacy.requests import timing, wording
from privacy.requests.events import SYSTEM, record

MARKS = (50, 75, 90, 100)  # percent of the time
CONFIRM = "confirm"


def watch(*, now: datetime) -> None:
    """Each sweep: warn of what has reached a mark; of several passed at once, of the last."""
    for case in owed().filter(warned__lt=MARKS[-1]).iterator():
        mark = reached(case, now)
        if mark > case.warned:
            warn(case.pk, mark, now=now)
    for case in unconfirmed(now):
        warn_unconfirmed(case.pk, now=now)


def owed() -> RequestQuerySet:
    """Cases whose answer somebody still owes, and whose clock runs.

    Not what nobody proved, what runs by itself in its cooling-off, and what waits to be fetched.
    """
    by_itself = Q(state=State.COOLING_OFF, held_at=None)
    fetched = Q(state=State.AWAITING_REQUESTER, asked_at=None)
    running = Request.objects.filter(state__in=OPEN, paused_at=None)
    return running.exclude(state=State.AWAITING_VERIFICATION).exclude(by_itself | fetched)


def reached(case: Request, now: datetime) -> int:
    """The last mark that the time of a case has passed; 0 before the first."""
    if passed(case, now, 0) * 100 < MARKS[0]:  # a pause would make it even less
        return 0
    percent = passed(case, now, timing.paused_days(case)) * 100
    return max((mark for mark in MARKS if mark <= percent), default=0)


def passed(case: Request, now: datetime, paused: int) -> float:
    return fraction(case.received_at + timedelta(days=paused), case.due_at, now)


@transaction.atomic
def warn(pk: int, mark: int, *, now: datetime) -> None:
    if not owed().filter(pk=pk, warned__lt=mark).update(warned=mark):
        return
    case = Request.objects.get(pk=pk)
    record(case, Action.WARNED, by=SYSTEM, now=now, reason=str(mark))
    write(case, "mark", str(mark))


def unconfirmed(now: datetime) -> Iterator[Request]:
    """Cases whose law wants receipt confirmed by now, and nothing was sent."""
    laws = owed().exclude(email_proved_at=None).exclude(events__reason=CONFIRM)
    for case in laws.filter(regime__in=[law for law in Regime if RULES[law].confirm]).iterator():
        end = confirm_due(timing.home(case.received_at), case.regime)
        if end and end - now < timedelta(days=2) and not letters.was_sent(*confirmation(case)):
            yield case


def confirmation(case: Request) -> tuple[str, str]:
    return "privacy/request_received", f"request:{case.reference}"


@transaction.atomic
def warn_unconfirmed(pk: int, *, now: datetime) -> None:
    case = Request.objects.select_for_update().get(pk=pk)
    if not case.events.filter(reason=CONFIRM).exists():
        record(case, Action.WARNED, by=SYSTEM, now=now, reason=CONFIRM)
        write(case, CONFIRM, "")


def write(case: Request, why: str, number: str) -> None:
    """One letter to each officer: the case and its date, nothing of the person."""
    for place, (address, language) in enumerate(officers.addresses()):
        letters.send(
            "privacy/clock",
            to=address,
            language=language,
            about=f"request:{case.reference}:{why}:{number}:{place}",
            context={
                "reference": case.reference,
                "why": why,
                "mark": number,
                "due": wording.day(case.due_at, language),
                "case": case.pk,
            },
        )
