"""Carrying out what is due: each request in one transaction, however many workers try."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from privacy import erasure, letters
from privacy.models import Request
from privacy.models.requests import Action, Kind, State
from privacy.plan import Plan
from privacy.requests import links, wording
from privacy.requests.decisions import MINIMAL
from privacy.requests.events import SYSTEM, record
from privacy.requests.receipt import receipt
from privacy.requests.subject import subject_of

ATTEMPTS = 5  # failures after which a person has to look
LINK_LIFETIME = timedelta(days=7)
UNPROVED_LIFETIME = timedelta(days=1)

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


@transaction.atomic
def execute(pk: int, *, now: datetime) -> bool:
    """Carry out one request; True for the caller that did it.

    A second worker finds the row locked or no longer due. A killed one leaves nothing behind:
    effect, letter and state are one transaction, and the next sweep starts afresh.
    """
    due = Request.objects.due_to_run(now).select_for_update(skip_locked=True)
    case = due.filter(pk=pk).first()
    if case is None:
        return False
    if case.kind == Kind.ERASURE:
        erase_and_tell(case, now=now)
    else:
        send_link(case, now=now)
    return True


def erase_and_tell(case: Request, *, now: datetime) -> None:
    """Forget the address here, erase, and write the receipt to it: it is the last letter."""
    subject = subject_of(case)
    Request.objects.filter(pk=case.pk).update(
        state=State.FULFILLED, user_id=None, answer="", link_digest="", closed_at=now, **MINIMAL
    )
    plan = erasure.erase(subject, now)
    ended = Action.PARTLY_ERASED if plan.kept else Action.ERASED
    if plan.kept:
        Request.objects.filter(pk=case.pk).update(
            state=State.PARTIALLY_RETAINED, retained_until_at=retained_until(plan)
        )
    record(case, ended, by=SYSTEM, now=now)
    letters.send(
        "privacy/receipt",
        to=case.email,
        language=case.language,
        about=f"request:{case.reference}",
        context={
            "reference": case.reference,
            "erased_on": wording.day(now, case.language),
            **receipt(plan, case.language),
        },
    )
    record(case, Action.RECEIPT, by=SYSTEM, now=now)


def retained_until(plan: Plan) -> datetime | None:
    """When the last kept value is due; None while a contract runs."""
    dates = [line.until for line in plan.kept]
    return None if None in dates else max((date for date in dates if date), default=None)


def send_link(case: Request, *, now: datetime) -> None:
    """Mail a link that hands out the data once, within a week."""
    token, until = links.new_token(), now + LINK_LIFETIME
    Request.objects.filter(pk=case.pk).update(
        state=State.FULFILLED,
        closed_at=now,
        link_digest=links.digest(token),
        link_until_at=until,
    )
    record(case, Action.LINK_SENT, by=SYSTEM, now=now)
    letters.send(
        "privacy/export_ready",
        to=case.email,
        language=case.language,
        about=f"request:{case.reference}",
        context={
            "reference": case.reference,
            "link": links.absolute("privacy:fetch", case.language, token),
            "until": wording.minute(until, case.language),
        },
    )


@transaction.atomic
def note_failure(pk: int, *, now: datetime) -> None:
    """Count a failed attempt. It is an outage, not a decision: the case stays open."""
    due = Request.objects.due_to_run(now).filter(pk=pk)
    if not due.update(attempts=F("attempts") + 1):
        return
    case = Request.objects.get(pk=pk)
    if case.attempts >= ATTEMPTS:
        Request.objects.filter(pk=pk).update(state=State.NEEDS_OPERATOR)
        record(case, Action.FAILED, by=SYSTEM, now=now)


def tidy(*, now: datetime) -> None:
    """Close what was never proved, forget addresses behind old links, end what ended by itself."""
    unproved = Request.objects.filter(
        state=State.AWAITING_VERIFICATION, received_at__lte=now - UNPROVED_LIFETIME
    )
    for pk in list(unproved.values_list("pk", flat=True)):
        expire(pk, now=now)
    Request.objects.filter(state=State.FULFILLED, link_until_at__lte=now).exclude(
        link_digest=""
    ).update(link_digest="", **MINIMAL)
    Request.objects.filter(state=State.PARTIALLY_RETAINED, retained_until_at__lte=now).update(
        state=State.FULFILLED
    )


@transaction.atomic
def expire(pk: int, *, now: datetime) -> None:
    ended = Request.objects.filter(pk=pk, state=State.AWAITING_VERIFICATION).update(
        state=State.EXPIRED_UNVERIFIED, closed_at=now, **MINIMAL
    )
    if ended:
        record(Request.objects.get(pk=pk), Action.EXPIRED, by=SYSTEM, now=now)
