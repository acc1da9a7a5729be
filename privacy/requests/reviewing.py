"""The review of an answer: by somebody else than who gave it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests import decisions, standstill, timing
from privacy.requests.decisions import NotPossible
from privacy.requests.events import Actor, record

ANSWERED = (State.REFUSED, State.FULFILLED, State.PARTIALLY_RETAINED)


def reviewable(reference: str) -> Request | None:
    """The answered or held case of a number; who knows one had the letter with it."""
    case = Request.objects.filter(reference=reference.strip()).first()
    return case if case and decided(case) else None


def decided(case: Request) -> bool:
    """Whether there is something to review: an answer, or a hold."""
    return case.state in ANSWERED or case.held_at is not None


@transaction.atomic
def take_up(case: Request, text: str, *, by: Actor, now: datetime) -> Request:
    """The reviewer comes to another answer: what stood still goes on, else the request is open
    again, with a clock of its own."""
    taken, first = case.events.filter(action=Action.TAKEN_UP).exists(), case.appeal_of
    if case.kind != Kind.APPEAL or first is None or taken:
        raise NotPossible
    decisions.answer(case, text, by=by, now=now)
    record(case, Action.TAKEN_UP, by=by, now=now)
    if first.held_at:
        standstill.release(first, by=by, now=now)
        return first
    return open_again(case, first, by=by, now=now)


def open_again(case: Request, first: Request, *, by: Actor, now: datetime) -> Request:
    """Bound to the address that was proved for the review, so that nobody gets through a number
    what is another's."""
    again = Request.objects.create(
        kind=first.kind,
        state=State.IN_ASSESSMENT,
        appeal_of=first,
        filing_key=uuid.uuid4() if case.filing_key else None,
        order_reference=first.order_reference or case.order_reference,
        **asked_by(case),
        **timing.opening(case.country, now=now),
    )
    record(again, Action.TAKEN_UP, by=by, now=now)
    decisions.say_received(again)
    return again


def asked_by(case: Request) -> dict[str, Any]:
    """Who asks, and with which words, as it was proved."""
    kept = ("user_id", "subject_id", "email", "email_proved_at", "message", "language")
    return {name: getattr(case, name) for name in kept}
