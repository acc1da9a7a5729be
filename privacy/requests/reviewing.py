"""The review of an answer: by somebody else than who gave it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests import decisions, timing
from privacy.requests.decisions import NotPossible
from privacy.requests.events import Actor, record

ANSWERED = (State.REFUSED, State.FULFILLED, State.PARTIALLY_RETAINED)


def reviewable(reference: str) -> Request | None:
    """The answered case of a number; who knows one had the letter with it."""
    return Request.objects.filter(reference=reference.strip(), state__in=ANSWERED).first()


@transaction.atomic
def take_up(case: Request, text: str, *, by: Actor, now: datetime) -> Request:
    """The reviewer comes to another answer: the request is open again, with a clock of its own.

    It is bound to the address that was proved for the review, so that nobody gets through a number
    what is another's.
    """
    taken = case.events.filter(action=Action.TAKEN_UP).exists()
    if case.kind != Kind.APPEAL or case.appeal_of is None or taken:
        raise NotPossible
    decisions.answer(case, text, by=by, now=now)
    again = Request.objects.create(
        kind=case.appeal_of.kind,
        state=State.IN_ASSESSMENT,
        appeal_of=case.appeal_of,
        filing_key=uuid.uuid4() if case.filing_key else None,
        order_reference=case.appeal_of.order_reference or case.order_reference,
        **asked_by(case),
        **timing.opening(case.country, now=now),
    )
    record(again, Action.TAKEN_UP, by=by, now=now)
    record(case, Action.TAKEN_UP, by=by, now=now)
    decisions.say_received(again)
    return again


def asked_by(case: Request) -> dict[str, Any]:
    """Who asks, and with which words, as it was proved."""
    kept = ("user_id", "subject_id", "email", "email_proved_at", "message", "language")
    return {name: getattr(case, name) for name in kept}
