"""The letters at the end of an erasure, and the end itself: never before all of it is true."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from privacy import duties, letters, writings
from privacy.models import Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests import watching, wording
from privacy.requests.events import SYSTEM, record
from privacy.requests.receipt import proof, to_go_on
from privacy.requests.steps import locked, mark

RECEIPT = "privacy/receipt"
OTHERWISE = "otherwise"  # the step of a receipt that was given without a letter
STILL_NEEDED = ("to", "user", "subject_id", "emails", "references", "since")  # to find the rest by


@transaction.atomic
def answer(case: Request, now: datetime) -> bool:
    """Queue the receipt to the address captured before."""
    case = locked(case.pk)
    if "answer" in case.steps:
        return True
    number = case.events.filter(action=Action.RECEIPT).count()
    post(case, number, now=now)
    sealed = {**case.sealed, "letters": number + 1, "open": duties.running(case).exists()}
    Request.objects.filter(pk=case.pk).update(sealed=sealed)
    record(case, Action.RECEIPT, by=SYSTEM, now=now)
    return mark(case, "answer")


def post(case: Request, number: int, *, now: datetime) -> None:
    letters.send(
        RECEIPT,
        to=case.sealed["to"],
        language=case.language,
        about=about(case, number),
        context={
            "reference": case.reference,
            "erased_on": wording.day(now, case.language),
            "proof": proof(case, now),
            "again": number > 0,
            "waiting": duties.shown(duties.running(case), now).exists(),
            **case.receipt,
            "stays": stays(case),
            "told": told(case, now),
            "texts": writings.told(case),
        },
    )


def stays(case: Request) -> list[dict[str, Any]]:
    """With what the case keeps while it waits for a recipient; what runs has put it there."""
    kept: list[dict[str, Any]] = case.receipt.get("stays", [])
    if case.receipt.get("running") or not duties.running(case).exists():
        return kept
    return [*kept, to_go_on(case.language, waiting=True)]


def about(case: Request, number: int) -> str:
    return f"request:{case.reference}" + (f":{number}" if number else "")


def told(case: Request, now: datetime) -> list[dict[str, Any]]:
    """Who had received what, and what became of it there."""
    owed = list(duties.shown(case.duties.all(), now))
    said = zip(owed, duties.told(owed, case.language), strict=True)
    answers = {duty.recipient: words for duty, words in said}
    with translation.override(case.language):
        later = {"state": _("is told when what still runs with you has ended")}
    return [{**one, **answers.get(one["key"], later)} for one in case.receipt.get("told", [])]


def fate(case: Request) -> letters.Fate:
    """What became of the last receipt."""
    return letters.fate(RECEIPT, about(case, case.sealed["letters"] - 1))


def lost(case: Request) -> bool:
    """Whether a receipt was written that did not arrive: to try the same again helps nobody."""
    return "answer" in case.steps and not arrived(case) and fate(case) != "waiting"


def arrived(case: Request) -> bool:
    """Sent, or the officer has answered without a letter."""
    return OTHERWISE in case.steps or fate(case) == "sent"


@transaction.atomic
def conclude(pk: int, *, now: datetime) -> None:
    """End a case of which every step is done, every recipient answered and the receipt was sent."""
    case = locked(pk)
    if case.state not in (State.EXECUTING, State.AWAITING_RECIPIENTS) or "answer" not in case.steps:
        return
    if lost(case):
        event = turn(case, State.NEEDS_OPERATOR, Action.ANSWER_LOST, now)
        watching.write(case, "lost", str(event.sequence))
    elif duties.running(case).exists():
        if case.state == State.EXECUTING:
            turn(case, State.AWAITING_RECIPIENTS, Action.AWAITING, now)
    elif arrived(case):
        close(case, now=now)


def turn(case: Request, state: State, action: Action, now: datetime) -> RequestEvent:
    Request.objects.filter(pk=case.pk).update(state=state)
    return record(case, action, by=SYSTEM, now=now)


def accept(case: Request, *, now: datetime) -> None:
    """The officer gave the receipt without a letter. In the caller's transaction."""
    steps = [*case.steps, OTHERWISE]
    Request.objects.filter(pk=case.pk).update(state=State.EXECUTING, steps=steps)
    conclude(case.pk, now=now)


def close(case: Request, *, now: datetime) -> None:
    """Forget who it was, but while something is held without a date: that erasure goes on."""
    if case.sealed.get("open") and OTHERWISE not in case.steps:
        say_what_they_answered(case, now=now)
    waited = bool(case.sealed.get("open"))
    left_at = None if waited else letters.sent_at(RECEIPT, about(case, case.sealed["letters"] - 1))
    held = bool(case.receipt.get("running"))
    Request.objects.filter(pk=case.pk).update(
        state=State.PARTIALLY_RETAINED if case.receipt.get("stays") else State.FULFILLED,
        sealed={key: case.sealed[key] for key in STILL_NEEDED} if held else {},
        receipt=case.receipt if held else {},
        closed_at=left_at or now,
    )
    record(case, Action.CLOSED, by=SYSTEM, now=now)


def say_what_they_answered(case: Request, *, now: datetime) -> None:
    """The second letter: the last of those who had received data has answered."""
    letters.send(
        "privacy/recipients_answered",
        to=case.sealed["to"],
        language=case.language,
        about=about(case, case.sealed["letters"] - 1),
        context={
            "reference": case.reference,
            "told": told(case, now),
            "running": bool(case.receipt.get("running")),
        },
    )
    record(case, Action.ALL_TOLD, by=SYSTEM, now=now)
