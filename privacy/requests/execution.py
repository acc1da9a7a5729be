"""Carrying out what is due: each request in one transaction, however many workers try."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from privacy.archives import delivery
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests import address, answering, erasing, resuming
from privacy.requests.events import SYSTEM, record

ATTEMPTS = 5  # failures after which a person has to look

logger = logging.getLogger(__name__)


def run_due(*, now: datetime) -> int:
    """Carry out every request that is due; one that fails never stops the others."""
    resuming.take_up(now=now)
    due = list(Request.objects.due_to_run(now).values_list("pk", flat=True))
    return sum(try_to_execute(pk, now=now) for pk in due)


def try_to_execute(pk: int, *, now: datetime) -> bool:
    """Execute, and count a failure; after five the case asks for an operator."""
    try:
        return execute(pk, now=now)
    except Exception:
        logger.exception("A request could not be carried out.", extra={"request": pk})
        note_failure(pk, now=now)
        return False


def execute(pk: int, *, now: datetime) -> bool:
    """Carry out one request; True for a caller that did some of it.

    A second worker finds the row locked, no longer due, or the step done. One killed before the
    first commit leaves nothing behind; after it the case is `executing`, and the next sweep goes
    on where it stopped.
    """
    case = begin(pk, now=now)
    if case is not None and case.kind == Kind.ERASURE:
        erasing.go_on(pk, now=now)
        answering.conclude(pk, now=now)
    return case is not None


@transaction.atomic
def begin(pk: int, *, now: datetime) -> Request | None:
    due = Request.objects.due_to_run(now).select_for_update(skip_locked=True)
    case = due.filter(pk=pk).first()
    if case is None:
        return None
    if case.kind != Kind.ERASURE:
        delivery.carry_out(case, now=now)
    elif case.state in (State.EXECUTING, State.AWAITING_RECIPIENTS):
        return case
    elif current := address.moved_to(case):
        address.stop(case, current, now=now)
    else:
        erasing.seal_up(case, now)
    return case


@transaction.atomic
def note_failure(pk: int, *, now: datetime) -> None:
    """Count a failed attempt; after some of them the sweep leaves the case to an operator."""
    due = Request.objects.due_to_run(now).filter(pk=pk)
    if not due.update(attempts=F("attempts") + 1):
        return
    case = Request.objects.get(pk=pk)
    if case.attempts >= ATTEMPTS:  # an outage is no decision: the case stays open
        Request.objects.filter(pk=pk).update(state=State.NEEDS_OPERATOR)
        record(case, Action.FAILED, by=SYSTEM, now=now)
