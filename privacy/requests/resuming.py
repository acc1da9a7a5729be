"""What goes on by itself: after an outage, after a residue was cleared, after a hold ended."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from privacy.models import Hold, Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests import answering, erasing
from privacy.requests.steps import locked, stopped_by

logger = logging.getLogger(__name__)

PATIENCE = {  # after which event, how long before the next try
    Action.FAILED: timedelta(hours=1),
    Action.ANSWER_LOST: timedelta(hours=1),
    Action.RESIDUE: timedelta(days=1),
}
FRESH = timedelta(minutes=5)  # a hold released so short ago is looked after at once


def take_up(*, now: datetime) -> None:
    """An outage is no decision: what stopped by one is tried again, as is what a hold kept."""
    stopped = Request.objects.filter(state__in=(State.NEEDS_OPERATOR, State.RESIDUE_FOUND))
    for case in stopped:
        last = stopped_by(case)
        wait = PATIENCE.get(Action(last.action)) if last else None
        if last and wait and last.happened_at <= now - wait and not unanswered(case, last):
            restart(case.pk, now=now)
    if Hold.objects.filter(released_at__gt=now - FRESH).exists():
        go_on_with(waiting(), now=now)


def unanswered(case: Request, last: RequestEvent) -> bool:
    """What did not arrive is not sent again by itself: the officer finds another way."""
    return answering.lost(case) or (last.action == Action.ANSWER_LOST and not case.sealed)


def waiting() -> QuerySet[Request]:
    """Erased in part, and the rest was held without a date: by a contract or a hold."""
    return Request.objects.filter(state=State.PARTIALLY_RETAINED).exclude(sealed={})


def go_on_with(cases: QuerySet[Request], *, now: datetime) -> None:
    for pk in list(cases.values_list("pk", flat=True)):
        try:
            erasing.again(pk, now=now)
        except Exception:
            logger.exception("An erasure could not go on.", extra={"request": pk})


def restart(pk: int, *, now: datetime) -> None:
    """One more try: erased, with all that follows; begun, from its step; else as it was left."""
    with transaction.atomic():
        case = locked(pk)
        if "database" in case.steps and "answer" not in case.steps:
            erasing.again(pk, now=now)
            return
        state = State.EXECUTING if case.sealed else unbegun(case)
        Request.objects.filter(pk=pk).update(state=state, attempts=max(case.attempts - 1, 0))


def unbegun(case: Request) -> State:
    return State.COOLING_OFF if case.cooling_off_until else State.APPROVED
