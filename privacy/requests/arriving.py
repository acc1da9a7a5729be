"""Whether our answer arrived: one that did not is no answer, and the case is open again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from privacy import letters
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests import decisions, watching
from privacy.requests.events import SYSTEM, record

LETTERS = {State.FULFILLED: "privacy/answered", State.REFUSED: "privacy/refused"}
LOOK_BACK = timedelta(days=7)  # longer than the outbox tries


def check(*, now: datetime) -> None:
    closed = Request.objects.filter(state__in=LETTERS, closed_at__gt=now - LOOK_BACK)
    for case in closed.exclude(email="").exclude(answer=""):
        kind, about = letter(case)
        if letters.fate(kind, about) == "lost":
            reopen(case, now=now)


def letter(case: Request) -> tuple[str, str]:
    return LETTERS[State(case.state)], f"request:{case.reference}{decisions.again(case)}"


@transaction.atomic
def reopen(case: Request, *, now: datetime) -> None:
    """Leave it to the officer, with the answer that was written; nothing was decided for good."""
    closed = Request.objects.filter(pk=case.pk, state=case.state, closed_at=case.closed_at)
    if closed.update(state=State.IN_ASSESSMENT, closed_at=None, refusal=""):
        event = record(case, Action.ANSWER_LOST, by=SYSTEM, now=now)
        watching.write(case, "lost", str(event.sequence))
