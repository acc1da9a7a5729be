"""What a person and the officer decide on a request. Each decision happens once or not at all."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import translation

from privacy import letters
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import OPEN, Kind, Refusal, State
from privacy.requests.events import PERSON, Actor, record

# What is left of a case that needs no address any more: that it was, and how it went.
MINIMAL = {
    "email": "",
    "order_reference": "",
    "message": "",
    "subject_id": None,
}
RUN_BY_US = (Kind.ERASURE, Kind.ACCESS)  # approved, the shop does the rest


class NotPossible(Exception):
    """The request is no longer in a state in which this can be decided."""


class OwnRequest(Exception):
    """Nobody decides on his own request."""


def move(case: Request, *states: State, **changes: Any) -> None:
    """Change a request that is still in one of these states; NotPossible if another was first."""
    if not Request.objects.filter(pk=case.pk, state__in=states).update(**changes):
        raise NotPossible
    case.refresh_from_db()


@transaction.atomic
def withdraw(case: Request, *, now: datetime) -> None:
    """The person thinks better of it: in the cooling-off, or before the officer decided."""
    begun = Request.objects.select_for_update().exclude(sealed={}).filter(pk=case.pk)
    if begun.exists():  # part of it is gone already
        raise NotPossible
    move(
        case,
        State.COOLING_OFF,
        State.IN_ASSESSMENT,
        State.NEEDS_OPERATOR,
        state=State.WITHDRAWN,
        closed_at=now,
        held_at=None,
        **MINIMAL,
    )
    record(case, Action.CANCELLED, by=PERSON, now=now)


@transaction.atomic
def hold(case: Request, *, by: Actor, now: datetime) -> None:
    """Keep a request from being carried out until it is released."""
    held = Request.objects.filter(pk=case.pk, state__in=OPEN, held_at=None).update(held_at=now)
    if not held:
        raise NotPossible
    record(case, Action.HELD, by=by, now=now)


@transaction.atomic
def release(case: Request, *, by: Actor, now: datetime) -> None:
    """End a hold. A cooling-off that ended meanwhile is carried out by the next sweep."""
    freed = Request.objects.filter(pk=case.pk, held_at__isnull=False).update(held_at=None)
    if not freed:
        raise NotPossible
    record(case, Action.RELEASED, by=by, now=now)


@transaction.atomic
def approve(case: Request, *, by: Actor, now: datetime) -> None:
    """Have a request carried out: by a job at once, else by the next sweep."""
    from privacy.tasks import execute_request

    refuse_own(case, by)
    if case.kind not in RUN_BY_US or case.held_at:
        raise NotPossible
    move(
        case,
        State.IN_ASSESSMENT,
        State.NEEDS_OPERATOR,
        state=State.EXECUTING if case.sealed else State.APPROVED,  # half done: go on
        assigned_to_id=by.staff_id,
        attempts=0,
    )
    record(case, Action.APPROVED, by=by, now=now)
    transaction.on_commit(partial(execute_request.delay, case.pk), robust=True)


@transaction.atomic
def refuse(case: Request, ground: Refusal, reasons: str, *, by: Actor, now: datetime) -> None:
    """Refuse, and tell the person why and where to complain."""
    refuse_own(case, by)
    if case.cooling_off_until:  # a deletion of one's own account is nobody else's to refuse
        raise NotPossible
    move(
        case,
        State.IN_ASSESSMENT,
        State.NEEDS_OPERATOR,
        state=State.REFUSED,
        refusal=ground,
        answer=reasons,
        assigned_to_id=by.staff_id,
        closed_at=now,
    )
    record(case, Action.REFUSED, by=by, now=now, reason=ground)
    with translation.override(case.language):
        words = str(Refusal(ground).label)
    tell(case, "privacy/refused", ground=words, reasons=reasons)


@transaction.atomic
def answer(case: Request, text: str, *, by: Actor, now: datetime) -> None:
    """Answer a request that the officer carries out himself, such as a question."""
    refuse_own(case, by)
    if case.kind in RUN_BY_US:
        raise NotPossible
    move(
        case,
        State.IN_ASSESSMENT,
        state=State.FULFILLED,
        answer=text,
        assigned_to_id=by.staff_id,
        closed_at=now,
    )
    record(case, Action.ANSWERED, by=by, now=now)
    tell(case, "privacy/answered", answer=text)


@transaction.atomic
def ask(case: Request, *, by: Actor, now: datetime) -> None:
    """Ask for the number of an order; the clock goes on. Once, for a letter is sent once."""
    live = Request.objects.select_for_update().filter(pk=case.pk, state=State.IN_ASSESSMENT)
    if not live or case.events.filter(action=Action.ASKED).exists():
        raise NotPossible
    record(case, Action.ASKED, by=by, now=now)
    tell(case, "privacy/asked")


@transaction.atomic
def look(case: Request, *, by: Actor, now: datetime) -> None:
    """Put on record that staff opened a case; it belongs to the person's export."""
    Request.objects.select_for_update().get(pk=case.pk)
    last = case.events.last()
    if last is None or (last.action, last.staff_id) != (Action.LOOKED, by.staff_id):
        record(case, Action.LOOKED, by=by, now=now)


def refuse_own(case: Request, by: Actor) -> None:
    own = get_user_model().objects.filter(pk=by.staff_id or 0, email__iexact=case.email)
    if by.staff_id == case.user_id or own.exists():
        raise OwnRequest


def tell(case: Request, kind: str, **context: str) -> None:
    """Write to the address that the request is bound to, while it is held."""
    if not case.email:
        return
    letters.send(
        kind,
        to=case.email,
        language=case.language,
        about=f"request:{case.reference}",
        context={"reference": case.reference, "kind": case.kind, **context},
    )
