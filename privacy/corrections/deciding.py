"""Four eyes on a difference: one officer agrees, another applies; never the person, never alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from privacy.corrections import statements
from privacy.corrections.applying import (
    NotFitting,
    copies,
    fact_of,
    rewritable,
    row_of,
    text,
    write,
)
from privacy.corrections.closing import close_if_decided
from privacy.corrections.pending import PENDING
from privacy.declarations import registry
from privacy.models import Correction, Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.decisions import refuse_own, same_address
from privacy.requests.events import Actor, record
from privacy.requests.subject import subject_of
from privacy.requests.undecided import NotPossible

STATES = Correction.State


class SameOfficer(NotPossible):
    """Four eyes are not two."""

    words = _("You agreed first: somebody else has to apply it.")


class NotAllowedThere(NotPossible):
    """What the person wants cannot stand in that field."""

    words = _("This value cannot stand there: decline it, and say why.")


class AllDeclined(NotPossible):
    """A request of which nothing is done is refused as a whole, with its remedies."""

    words = _("Nothing would be left: refuse the request itself, with its ground.")


@transaction.atomic
def second(correction: Correction, *, by: Actor, now: datetime) -> None:
    """The first officer agrees."""
    case = locked(correction, by)
    move(correction, STATES.PROPOSED, state=STATES.SECONDED, first_by_id=by.staff_id)
    record(case, Action.SECONDED, by=by, now=now, reason=place(correction))


def apply(correction: Correction, *, by: Actor, now: datetime) -> str:
    """The second officer has it written down; returns what became of it.

    A value that changed since it was shown is not overwritten: the difference is overtaken. What
    must stay as issued gets the person's statement beside it. Raises AddressMoved, having told
    both, where the answer would go to an address that is the account's no longer.
    """
    same_address(correction.request, by=by, now=now)
    return apply_at_once(correction, by=by, now=now)


@transaction.atomic
def apply_at_once(correction: Correction, *, by: Actor, now: datetime) -> str:
    case = locked(correction, by)
    correction.refresh_from_db()
    if correction.state != STATES.SECONDED:
        raise NotPossible
    if correction.first_by_id == by.staff_id:
        raise SameOfficer
    end = {"second_by_id": by.staff_id, "decided_at": now}
    became = carried_out(case, correction, end, now=now)
    move(correction, STATES.SECONDED, state=became, **end)
    record(case, HOW[became], by=by, now=now, reason=place(correction))
    close_if_decided(case, by=by, now=now)
    return became


HOW: dict[str, Action] = {
    STATES.APPLIED: Action.CORRECTED,
    STATES.ATTACHED: Action.CORRECTED,
    STATES.STALE: Action.OVERTAKEN,
}


def decline(correction: Correction, reasons: str, *, by: Actor, now: datetime) -> None:
    """Leave one field as it is, and say why. All of them: then the request itself is refused."""
    same_address(correction.request, by=by, now=now)
    decline_at_once(correction, reasons, by=by, now=now)


@transaction.atomic
def decline_at_once(correction: Correction, reasons: str, *, by: Actor, now: datetime) -> None:
    case = locked(correction, by)
    others = case.corrections.exclude(pk=correction.pk).exclude(state=STATES.REFUSED)
    if not others.exists():
        raise AllDeclined
    move(correction, *PENDING, state=STATES.REFUSED, second_by_id=by.staff_id, decided_at=now)
    said = f"{named(case, correction.model, correction.field)}: {reasons.strip()}"
    Request.objects.filter(pk=case.pk).update(answer=f"{case.answer}\n{said}".strip())
    record(case, Action.DECLINED, by=by, now=now, reason=place(correction))
    close_if_decided(case, by=by, now=now)


def locked(correction: Correction, by: Actor) -> Request:
    """The case of a correction, if it is still open to decisions and not the officer's own."""
    case = Request.objects.select_for_update(of=("self",)).get(pk=correction.request_id)
    refuse_own(case, by)
    if case.state != State.IN_ASSESSMENT or case.held_at:
        raise NotPossible
    return case


def move(correction: Correction, *states: str, **changes: Any) -> None:
    if not Correction.objects.filter(pk=correction.pk, state__in=states).update(**changes):
        raise NotPossible
    correction.refresh_from_db()


def carried_out(
    case: Request, correction: Correction, end: dict[str, Any], *, now: datetime
) -> str:
    row = row_of(correction.model, correction.key)
    if row is None or text(row, correction.field) != correction.before:
        return STATES.STALE
    became = put(case, row, correction.field, correction, now=now)
    fact = fact_of(type(row), correction.field)
    for copy, field in copies(subject_of(case), fact, correction.before, besides=row):
        follow(correction, copy, field, end, now=now)
    return became


def put(case: Request, row: Model, field: str, correction: Correction, *, now: datetime) -> str:
    """Write it into one row, or put the statement beside one that stays as it was issued."""
    if not rewritable(type(row), field):
        label = named(case, row._meta.label, field)
        said = f"{label}: {correction.before} → {correction.after}"
        statements.attach(case, row, said, now=now)
        return STATES.ATTACHED
    try:
        write(row, field, correction.after)
    except NotFitting as why:
        raise NotAllowedThere from why
    return STATES.APPLIED


def follow(
    correction: Correction, copy: Model, field: str, end: dict[str, Any], *, now: datetime
) -> None:
    """A copy that says the same follows, as a correction of its own: each is told of and shown.

    Proposed apart by the person as well, it waits for its own officers.
    """
    case, whose = correction.request, {"model": copy._meta.label, "key": str(copy.pk)}
    if case.corrections.filter(**whose, field=field, state__in=PENDING).exists():
        return
    became = put(case, copy, field, correction, now=now)
    said: dict[str, Any] = {"before": correction.before, "after": correction.after}
    said |= {"state": became, "first_by_id": correction.first_by_id}
    Correction.objects.create(request=case, **whose, field=field, **said, **end)


def place(correction: Correction) -> str:
    return f"{correction.model}.{correction.field}"[:60]


def named(case: Request, label: str, field: str) -> str:
    """The field as people call it, in the language of the case."""
    model = next((model for model in registry if model._meta.label == label), None)
    with translation.override(case.language):
        return registry[model].name_of(field) if model else field
