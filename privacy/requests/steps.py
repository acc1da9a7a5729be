"""Which steps of a case are done: written down by one worker each, under the lock of the case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.events import SYSTEM, record


def locked(pk: int) -> Request:
    return Request.objects.select_for_update().get(pk=pk)


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
