"""Which steps of a case are done: written down by one worker each, under the lock of the case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from privacy.models import Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.events import SYSTEM, record

# Why a case left its way; what officers did since, or were warned of, is no reason.
STOPS = (Action.FAILED, Action.ANSWER_LOST, Action.RESIDUE, Action.ADDRESS_CHANGED)


def locked(pk: int) -> Request:
    return Request.objects.select_for_update().get(pk=pk)


def stopped_by(case: Request) -> RequestEvent | None:
    """What last stopped a case."""
    return case.events.filter(action__in=STOPS).last()


@transaction.atomic
def mark(
    case: Request, name: str, action: Action | None = None, now: datetime | None = None
) -> bool:
    """Note a step as done, once; always True, for whoever comes second goes on too."""
    case = locked(case.pk)
    if name not in case.steps and case.state == State.EXECUTING:
        Request.objects.filter(pk=case.pk).update(steps=[*case.steps, name])
        if action and now:
            record(case, action, by=SYSTEM, now=now)
    return True
