"""Carrying out what is due: each request in one transaction, however many workers try."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from privacy import erasure, letters
from privacy.archives import delivery
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.plan import Plan
from privacy.requests import address, wording
from privacy.requests.decisions import MINIMAL
from privacy.requests.events import SYSTEM, record
from privacy.requests.receipt import proof, receipt, recipients
from privacy.requests.subject import seal, subject_of, unseal

ATTEMPTS = 5  # failures after which a person has to look

logger = logging.getLogger(__name__)


def run_due(*, now: datetime) -> int:
    """Carry out every request that is due; one that fails never stops the others."""
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

    A second worker finds the row locked or no longer due. One killed before the first commit
    leaves nothing behind; after it the case is `executing`, and the next sweep goes on: erasing
    again is harmless, and only one caller closes the case and queues the receipt.
    """
    case = begin(pk, now=now)
    if case is not None and case.kind == Kind.ERASURE:
        conclude(case, now=now)
    return case is not None


@transaction.atomic
def begin(pk: int, *, now: datetime) -> Request | None:
    due = Request.objects.due_to_run(now).select_for_update(skip_locked=True)
    case = due.filter(pk=pk).first()
    if case is None:
        return None
    if case.kind != Kind.ERASURE:
        delivery.carry_out(case, now=now)
    elif case.state == State.EXECUTING:
        erasure.erase(unseal(case.sealed), now)
    elif current := address.moved_to(case):
        address.stop(case, current, now=now)
    else:
        erase(case, now=now)
    return case


def erase(case: Request, *, now: datetime) -> None:
    """Erase the person, this case included but for what finishing it needs."""
    subject = subject_of(case)
    sealed = seal(subject, case.email)
    Request.objects.filter(pk=case.pk).update(
        state=State.EXECUTING, sealed=sealed, user_id=None, answer="", link_digest="", **MINIMAL
    )
    told = recipients(subject, case.language)
    plan = erasure.erase(subject, now)
    Request.objects.filter(pk=case.pk).update(
        receipt={**receipt(plan, case.language, now), "told": told},
        retained_until_at=retained_until(plan),
    )
    record(case, Action.PARTLY_ERASED if plan.kept else Action.ERASED, by=SYSTEM, now=now)


def retained_until(plan: Plan) -> datetime | None:
    """When the last kept value is due; None while a contract runs."""
    dates = [line.until for line in plan.kept]
    return None if None in dates else max((date for date in dates if date), default=None)


@transaction.atomic
def conclude(case: Request, *, now: datetime) -> None:
    """Write the receipt to the address captured before, and forget that too."""
    case = Request.objects.select_for_update().get(pk=case.pk)
    if case.state != State.EXECUTING:  # another worker was first
        return
    stays = bool(case.receipt["stays"])
    Request.objects.filter(pk=case.pk).update(
        state=State.PARTIALLY_RETAINED if stays else State.FULFILLED,
        sealed={},
        receipt={},
        closed_at=now,
    )
    letters.send(
        "privacy/receipt",
        to=case.sealed["to"],
        language=case.language,
        about=f"request:{case.reference}",
        context={
            "reference": case.reference,
            "erased_on": wording.day(now, case.language),
            "proof": proof(case.language, now),
            **case.receipt,
        },
    )
    record(case, Action.RECEIPT, by=SYSTEM, now=now)


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
