"""An erasure by named steps. The case remembers those done; each may run again, by anybody.

A worker killed after any step leaves a case that the next sweep goes on with. Two at once do one
thing: what changes rows is done under the lock of the case, what lies outside may go twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from privacy import duties, erasure, residue, telling, tombstones, writings
from privacy.corrections import to_go_on as corrections
from privacy.models import Duty, Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests import asking, unproved
from privacy.requests.answering import answer
from privacy.requests.decisions import MINIMAL
from privacy.requests.events import SYSTEM, record
from privacy.requests.receipt import receipt, recipients, retained_until, still, to_go_on
from privacy.requests.steps import locked, mark
from privacy.requests.subject import seal, subject_of, unseal
from privacy.subjects import Subject

Step = Callable[[Request, datetime], bool]  # whether the next step may begin


@transaction.atomic
def seal_up(case: Request, now: datetime) -> bool:
    """Take by what the person can be found, and what a scan looks for, before anything goes."""
    tombstones.read()  # or nothing begins: by it, what an earlier erasure left is told apart
    subject = subject_of(case)
    sealed = {**seal(subject, case.email), "identifiers": residue.identifiers(subject)}
    Request.objects.filter(pk=case.pk).update(
        state=State.EXECUTING, sealed=sealed, steps=["sealed"], link_digest=""
    )
    record(case, Action.EXECUTING, by=SYSTEM, now=now)
    return True


@transaction.atomic
def database(case: Request, now: datetime) -> bool:
    """All rows in one transaction, this case included but for what finishing it needs."""
    case = locked(case.pk)
    if "database" in case.steps:
        return True
    subject = unseal(case.sealed)
    Request.objects.filter(pk=case.pk).update(user_id=None, answer="", **MINIMAL)
    said = {
        "told": recipients(subject, case.language),
        "unproved": unproved.named(subject, case.language),
    }
    lying = erasure.lying_elsewhere(subject)
    duties.open_for(case, Duty.Kind.ERASURE, subject, now=now)
    writings.open_for(case, subject, now=now)
    plan, files = erasure.erase_rows(subject, now)
    plan.elsewhere |= lying
    keep(case, {**receipt(plan, case.language, now), **said}, files)
    record(case, Action.PARTLY_ERASED if plan.kept else Action.ERASED, by=SYSTEM, now=now)
    return mark(case, "database")


def keep(case: Request, said: dict[str, Any], files: erasure.Files) -> None:
    """What later steps need, in the transaction that erases: files to delete, words to say."""
    lying = [*case.sealed.get("files", []), *erasure.named(files)]
    until = retained_until(said["stays"])
    if said["running"]:
        said = {**said, "stays": [*said["stays"], to_go_on(case.language)]}
    Request.objects.filter(pk=case.pk).update(
        receipt=said,
        retained_until_at=until,
        sealed={**case.sealed, "files": lying},
    )


def tombstone(case: Request, now: datetime) -> bool:
    """Outside the database, so that a restored backup is erased again."""
    tombstones.bury(case, unseal(case.sealed), now=now)
    return mark(case, "tombstone")


def sessions(case: Request, now: datetime) -> bool:
    """What could still be used in the person's name: browsers, keys, links."""
    subject = unseal(case.sealed)
    erasure.end_sessions(subject)
    end_links(subject, now)
    return mark(case, "sessions")


def end_links(subject: Subject, now: datetime) -> None:
    """To the person's other cases, such as to an open question, which says what it is about.

    The question ends too, so that nobody is reminded of it; its officer decides on what there is.
    """
    theirs = Q(subject_id=subject.subject_id) if subject.subject_id else Q(pk__in=())
    for email in sorted(subject.emails):
        theirs |= Q(email__iexact=email, email_proved_at__isnull=False)
    cases = Request.objects.filter(theirs)
    cases.exclude(link_digest="").update(link_digest="")
    corrections.end(cases, now=now)
    for case in cases.filter(state=State.AWAITING_REQUESTER, asked_at__isnull=False):
        asking.give_up(case, now=now)


def files(case: Request, now: datetime) -> bool:
    if failed := erasure.removed(erasure.stored(case.sealed.get("files", []))):
        raise ExceptionGroup("Not every file was deleted.", failed)
    return mark(case, "files")


def elsewhere(case: Request, now: datetime) -> bool:
    """Cache, queue, outbox and all that is declared to lie outside the tables."""
    if failed := erasure.cleared(unseal(case.sealed)):
        raise ExceptionGroup("Not everything outside the database was erased.", failed)
    return mark(case, "elsewhere")


def tell(case: Request, now: datetime) -> bool:
    """Begin with each recipient; the case waits for their answers at its end, not here."""
    for duty in duties.running(case):
        telling.advance(duty.pk, now=now)
    return mark(case, "recipients")


def texts(case: Request, now: datetime) -> bool:
    """What the person wrote in other people's records: the case waits until all is decided.

    Meanwhile time passed, in which a letter or an order may have left something: that goes too.
    """
    if writings.waiting(case).exists():
        return False
    if writings.told(case):
        once_more(case.pk, now)
        case = Request.objects.get(pk=case.pk)
        files(case, now)
        elsewhere(case, now)
    return mark(case, "texts")


@transaction.atomic
def once_more(pk: int, now: datetime) -> None:
    case = locked(pk)
    if "texts" not in case.steps:
        plan, found = erasure.erase_rows(unseal(case.sealed), now)
        keep(case, said_again(case, receipt(plan, case.language, now), now), found)


def scan(case: Request, now: datetime) -> bool:
    """Look everywhere by value. Anything left stops the case; what cannot be read is a failure."""
    left = residue.scan(case, case.sealed.get("identifiers", {}), now=now)
    return stop_at_residue(case, left, now) if left else mark(case, "scan", Action.CLEAN, now)


@transaction.atomic
def stop_at_residue(case: Request, left: int, now: datetime) -> bool:
    found = Request.objects.filter(pk=case.pk, state=State.EXECUTING)
    if found.update(state=State.RESIDUE_FOUND):
        record(locked(case.pk), Action.RESIDUE, by=SYSTEM, now=now, reason=str(left))
    return False


STEPS: dict[str, Step] = {
    "database": database,
    "tombstone": tombstone,
    "sessions": sessions,
    "files": files,
    "elsewhere": elsewhere,
    "recipients": tell,
    "texts": texts,
    "scan": scan,
    "answer": answer,
}


def go_on(pk: int, *, now: datetime) -> None:
    """Do what is left of a case that is being carried out."""
    for name, step in STEPS.items():
        case = Request.objects.get(pk=pk)
        if case.state != State.EXECUTING:
            return
        if name not in case.steps and not step(case, now):
            return


def said_again(case: Request, new: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What stays until a day stays; for a receipt not sent yet, what went before has gone too."""
    old = case.receipt
    new = {**new, "stays": still(old.get("stays", []), new["stays"], now)}
    if case.state == State.PARTIALLY_RETAINED:
        return new
    kept = ("goes", "elsewhere", "told", "unproved")
    return {**new, **{part: old[part] for part in kept if part in old}}


@transaction.atomic
def again(pk: int, *, now: datetime) -> bool:
    """Erase once more what may go by now; True if anything did, so that all later steps follow."""
    case = locked(pk)
    if case.state == State.EXECUTING or not case.sealed:
        return False
    subject = unseal(case.sealed)
    named = case.sealed.get("identifiers") or residue.identifiers(subject)
    told = recipients(subject, case.language)
    duties.open_for(case, Duty.Kind.ERASURE, subject, now=now)
    plan, lying = erasure.erase_rows(subject, now)
    held = any(line.until is None for line in plan.kept)
    if case.state == State.PARTIALLY_RETAINED and not plan.gone and held:
        return False
    case.sealed = {**case.sealed, "identifiers": named}
    said = {**receipt(plan, case.language, now), "told": told}
    keep(case, said_again(case, said, now), lying)
    Request.objects.filter(pk=pk).update(
        state=State.EXECUTING, closed_at=None, steps=["sealed", "database", "tombstone"], attempts=0
    )
    record(case, Action.GOES_ON, by=SYSTEM, now=now)
    return True
