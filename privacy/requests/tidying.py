"""What ends by itself: a request that nobody proved, a link that nobody used, a duty to keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.decisions import MINIMAL
from privacy.requests.events import SYSTEM, record

UNPROVED_LIFETIME = timedelta(days=1)


def tidy(*, now: datetime) -> None:
    unproved = Q(received_at__lte=now - UNPROVED_LIFETIME)
    unused, over = Q(link_until_at__lte=now), Q(retained_until_at__lte=now)
    forgotten = {"closed_at": now, "link_digest": "", **MINIMAL}
    expired = {"state": State.EXPIRED_UNVERIFIED, **forgotten}
    end(State.AWAITING_VERIFICATION, unproved, expired, Action.EXPIRED, now)
    lapsed = {"state": State.FULFILLED, **forgotten}
    end(State.AWAITING_REQUESTER, unused, lapsed, Action.LAPSED, now)
    over &= Q(sealed={})  # what is held without a date goes on by itself
    gone = {"state": State.FULFILLED, "closed_at": now}
    end(State.PARTIALLY_RETAINED, over, gone, Action.ENDED, now)


def end(state: State, due: Q, changes: dict[str, Any], action: Action, now: datetime) -> None:
    for pk in list(Request.objects.filter(due, state=state).values_list("pk", flat=True)):
        with transaction.atomic():
            if Request.objects.filter(pk=pk, state=state).update(**changes):
                record(Request.objects.get(pk=pk), action, by=SYSTEM, now=now)
