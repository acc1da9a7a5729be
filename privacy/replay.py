"""After a restore: what the ledger says was erased is erased again, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from privacy import declarations, erasure, marks, tombstones
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import OPEN, Kind, State
from privacy.plan import Plan
from privacy.requests.decisions import MINIMAL, NotPossible, move
from privacy.requests.events import SYSTEM, record
from privacy.requests.receipt import receipt, retained_until
from privacy.subjects import Subject
from privacy.tombstones import Tombstone

AGAIN = "restored"  # the reason of the event: a backup had brought it back


def waiting() -> str:
    """Why this database must not be served yet; empty if it may."""
    try:
        stones = marks.to_apply(tombstones.read())
    except (tombstones.Unreadable, marks.Foreign) as reason:
        return str(reason)
    return f"{len(stones)} to replay: run replay_erasures" if stones else ""


def replay(*, now: datetime) -> int:
    """Erase again what this database has not seen; how many people that was.

    Killed anywhere, it goes on where it was. A second run finds nothing. Raises Unreadable,
    Foreign, or the ExceptionGroup of what failed outside the database.
    """
    with tombstones.locked() as file:
        stones = list(tombstones.parsed(file.read()))
        again = {stone.number for stone in marks.to_apply(stones)}
        known = addresses() if again else {}
        for stone in marks.after_mark(stones):
            if stone.number in again:
                erase(stone, known, now)
            marks.move(stone, now)
        return len(again)


def erase(stone: Tombstone, known: dict[str, set[str]], now: datetime) -> None:
    """One person's rows older than the erasure, by the random number and by the addresses."""
    emails = {address for digest in stone.emails for address in known.get(digest, ())}
    users = get_user_model()._default_manager.filter(subject_id=stone.subject)
    subject = Subject(users.first(), frozenset(emails), before=stone.at)
    with transaction.atomic():
        case = close(stone, now)
        plan = erasure.erase(subject, now)
        if case:
            note(case, plan, now)


def close(stone: Tombstone, now: datetime) -> Request | None:
    """The case as the backup knew it ends: it was answered in the time that was lost."""
    for case in Request.objects.filter(kind=Kind.ERASURE, state__in=OPEN, sealed={}):
        if stone.is_of(case.reference):
            try:
                move(case, *OPEN, state=State.FULFILLED, closed_at=now, held_at=None, **MINIMAL)
            except NotPossible:  # it ended this very moment
                return None
            return case
    return None


def note(case: Request, plan: Plan, now: datetime) -> None:
    if plan.kept:
        state, stays = State.PARTIALLY_RETAINED, receipt(plan, case.language, now)["stays"]
        until = retained_until(stays)
        Request.objects.filter(pk=case.pk).update(state=state, retained_until_at=until)
    action = Action.PARTLY_ERASED if plan.kept else Action.ERASED
    record(case, action, by=SYSTEM, now=now, reason=AGAIN)


def addresses() -> dict[str, set[str]]:
    """Every address by which a declared row can be found, under each of its digests."""
    found: dict[str, set[str]] = {}
    for address in set(declared()):
        for digest in tombstones.keyed(address):
            found.setdefault(digest, set()).add(address)
    return found


def declared() -> Iterator[str]:
    for declaration in declarations.registry.values():
        for role in declaration.roles.values():
            if role.email:
                rows = declaration.model._base_manager.order_by().values_list(role.email, flat=True)
                yield from (one.lower() for one in rows.distinct().iterator() if one)
