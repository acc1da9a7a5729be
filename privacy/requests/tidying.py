"""What ends by itself: a request that nobody proved, a link that nobody used, a duty to keep.

A copy that nobody fetched was given all the same: it lay in the account, or the letter with its
link has left. Without that letter nobody was answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from privacy import letters
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests import arriving
from privacy.requests.decisions import MINIMAL
from privacy.requests.events import SYSTEM, record

UNPROVED_LIFETIME = timedelta(days=1)


def tidy(*, now: datetime) -> None:
    unproved = Q(received_at__lte=now - UNPROVED_LIFETIME)
    over = Q(retained_until_at__lte=now)
    forgotten = {"closed_at": now, "link_digest": "", **MINIMAL}
    expired = {"state": State.EXPIRED_UNVERIFIED, **forgotten}
    end(State.AWAITING_VERIFICATION, unproved, expired, Action.EXPIRED, now)
    lapsed = {"state": State.FULFILLED, **forgotten}
    for case in Request.objects.filter(state=State.AWAITING_REQUESTER, link_until_at__lte=now):
        if case.filing_key is None or letters.was_sent(*arriving.link_letter(case)):
            end(State.AWAITING_REQUESTER, Q(pk=case.pk), lapsed, Action.LAPSED, now)
        else:
            arriving.lose(case.pk, now=now)
    over &= Q(sealed={})  # what is held without a date goes on by itself
    gone = {"state": State.FULFILLED, "closed_at": now}
    end(State.PARTIALLY_RETAINED, over, gone, Action.ENDED, now)


def end(state: State, due: Q, changes: dict[str, Any], action: Action, now: datetime) -> None:
    for pk in list(Request.objects.filter(due, state=state).values_list("pk", flat=True)):
        with transaction.atomic():
            if Request.objects.filter(pk=pk, state=state).update(**changes):
                record(Request.objects.get(pk=pk), action, by=SYSTEM, now=now)
