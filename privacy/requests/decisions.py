"""What a person and the officer decide on a request. Each decision happens once or not at all."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import translation

from privacy import letters, remedies
from privacy.corrections import pending, to_go_on
from privacy.models import Note, Request
from privacy.models.events import Action
from privacy.models.requests import Kind, Refusal, State
from privacy.requests import address, wording
from privacy.requests.events import PERSON, Actor, record
from privacy.requests.reviewers import first_reviewers
from privacy.requests.undecided import (
    AddressMoved,
    NotPossible,
    OwnRequest,
    ReasonsMissing,
    SameReviewer,
    Undecided,
)

__all__ = [
    "AddressMoved",
    "NotPossible",
    "OwnRequest",
    "ReasonsMissing",
    "SameReviewer",
    "Undecided",
]
# What is left of a case that needs no address any more: that it was, and how it went.
MINIMAL = {
    "email": "",
    "order_reference": "",
    "message": "",
    "subject_id": None,
}
RUN_BY_US = (Kind.ERASURE, Kind.ACCESS, Kind.PORTABILITY)  # approved, the shop does the rest


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
    wait_no_longer(case, by=PERSON, now=now)
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
def approve(case: Request, *, by: Actor, now: datetime) -> None:
    """Have a request carried out: by a job at once, else by the next sweep."""
    from privacy.tasks import execute_request

    refuse_own(case, by)
    if case.kind not in RUN_BY_US or case.held_at:
        raise NotPossible
    wait_no_longer(case, by=by, now=now)
    move(
        case,
        State.IN_ASSESSMENT,
        State.NEEDS_OPERATOR,
        State.RESIDUE_FOUND,
        state=State.EXECUTING if case.sealed else State.APPROVED,  # half done: go on
        assigned_to_id=by.staff_id,
        attempts=0,
        refusal="",
        steps=case.steps if case.sealed else [],
    )
    record(case, Action.APPROVED, by=by, now=now)
    transaction.on_commit(partial(execute_request.delay, case.pk), robust=True)


def refuse(case: Request, ground: Refusal, reasons: str, *, by: Actor, now: datetime) -> None:
    """Refuse, and tell the person why, where to complain and which court to ask.

    A deletion of one's own account is nobody else's to refuse. Like an answer, it goes to no
    address that is its account's no longer.
    """
    refuse_own(case, by)
    if not reasons.strip():
        raise ReasonsMissing
    if case.sealed or case.cooling_off_until or ground not in grounds(case):
        raise NotPossible
    same_address(case, by=by, now=now)
    send_refusal(case, ground, reasons, by=by, now=now)


@transaction.atomic
def send_refusal(case: Request, ground: Refusal, reasons: str, *, by: Actor, now: datetime) -> None:
    wait_no_longer(case, by=by, now=now)
    answer_with(case, "refused", reasons, by=by, refusal=ground)
    pending.refuse_all(case, now=now)
    record(case, Action.REFUSED, by=by, now=now, reason=ground)
    with translation.override(case.language):
        words = str(Refusal(ground).label)
    remedy = remedies.of(case.country, case.language)
    said = {"ground": words, "reasons": reasons, "remedies": remedy}
    tell(case, "privacy/refused", about=again(case), **said)


def grounds(case: Request) -> list[Refusal]:
    """On which a case can be refused: those of Art. 17(3) hold back an erasure and nothing else."""
    kind = case.appeal_of.kind if case.appeal_of else case.kind
    only = kind == Kind.ERASURE
    return [ground for ground in Refusal if only or not ground.startswith("art17")]


def answer(case: Request, text: str, *, by: Actor, now: datetime) -> None:
    """Answer a request that the officer carries out himself, such as a question.

    Not to an address that is its account's no longer: then both are told, and nothing is sent.
    """
    refuse_own(case, by)
    if not text.strip():
        raise ReasonsMissing
    if case.kind in RUN_BY_US:
        raise NotPossible
    pending.none_left(case)
    same_address(case, by=by, now=now)
    send_answer(case, text, by=by, now=now)


def same_address(case: Request, *, by: Actor, now: datetime) -> None:
    """Raises AddressMoved, and tells both addresses, where an answer would go astray."""
    if current := address.moved_to(case):
        halt(case, current, by=by, now=now)
        raise AddressMoved


@transaction.atomic
def halt(case: Request, current: str, *, by: Actor, now: datetime) -> None:
    wait_no_longer(case, by=by, now=now)
    address.stop(case, current, now=now)


@transaction.atomic
def send_answer(case: Request, text: str, *, by: Actor, now: datetime) -> None:
    wait_no_longer(case, by=by, now=now)
    answer_with(case, "answered", text, by=by, refusal="")
    if case.kind == Kind.COMPLETION:  # Art. 16: kept with the record
        said = {"text": case.message, "kind": Note.Kind.STATEMENT}
        Note.objects.create(request=case, written_at=now, **said)
    record(case, Action.ANSWERED, by=by, now=now)
    remedy = remedies.of(case.country, case.language)
    tell(case, "privacy/answered", about=again(case), answer=text, remedies=remedy)


def answer_with(case: Request, letter: str, words: str, *, by: Actor, refusal: str) -> None:
    """The answer is on its way; the case ends when it has left (see arriving)."""
    said = {"answer": words, "refusal": refusal, "assigned_to_id": by.staff_id}
    states, steps = (State.IN_ASSESSMENT, State.NEEDS_OPERATOR), [f"{letter}{again(case)}"]
    move(case, *states, state=State.ANSWERING, steps=steps, **said)


def again(case: Request) -> str:
    """What sets a letter apart from one that was lost."""
    lost = case.events.filter(action=Action.ANSWER_LOST).count()
    return f":{lost}" if lost else ""


def wait_no_longer(case: Request, *, by: Actor, now: datetime) -> None:
    """A decision ends the question that is open to the person. In the caller's transaction."""
    from privacy.requests import asking

    if case.asked_at:
        asking.end(case, Action.UNANSWERED, by=by, now=now)


@transaction.atomic
def look(case: Request, *, by: Actor, now: datetime) -> None:
    """Put on record that staff opened a case; it belongs to the person's export."""
    Request.objects.select_for_update().get(pk=case.pk)
    last = case.events.last()
    if last is None or (last.action, last.staff_id) != (Action.LOOKED, by.staff_id):
        record(case, Action.LOOKED, by=by, now=now)


def refuse_own(case: Request, by: Actor) -> None:
    """Who asks, who filed it for him, and who decided the first time do not decide."""
    own = get_user_model().objects.filter(pk=by.staff_id or 0, email__iexact=case.email)
    filed = case.events.filter(action=Action.RECEIVED, staff_id=by.staff_id or 0)
    if by.staff_id == case.user_id or own.exists() or filed.exists():
        raise OwnRequest
    if by.staff_id in first_reviewers(case):
        raise SameReviewer


def tell(case: Request, kind: str, *, about: str = "", **context: Any) -> None:
    """Write to the address that the request is bound to, while it is held."""
    if not case.email:
        return
    letters.send(
        kind,
        to=case.email,
        language=case.language,
        about=f"request:{case.reference}{about}",
        context={"reference": case.reference, "kind": case.kind, **context},
    )


def say_received(case: Request, done: str = "") -> None:
    """Confirm a request, by when it is answered, and what was done at once."""
    due = wording.day(case.due_at, case.language)
    with translation.override(case.language):
        law = str(case.get_regime_display())
    link = to_go_on.page(case) if case.filing_key else ""
    tell(case, "privacy/request_received", due=due, law=law, link=link, done=done)
