"""When the last difference is decided: who received the old value is told, then the person is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation

from privacy import duties, remedies
from privacy.corrections.pending import waits
from privacy.declarations import registry
from privacy.models import Correction, Duty, Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.decisions import again, move, tell
from privacy.requests.events import Actor, record
from privacy.requests.subject import subject_of

STATES = Correction.State


def close_if_decided(case: Request, *, by: Actor, now: datetime) -> None:
    """In the caller's transaction, which holds the case."""
    if waits(case):
        return
    written = {*case.corrections.filter(state=STATES.APPLIED).values_list("field", flat=True)}
    if written:
        subject, kind = subject_of(case), Duty.Kind.RECTIFICATION
        duties.open_for(case, kind, subject, now=now, fields=written)
    steps = [f"corrected{again(case)}"]
    told = {"state": State.ANSWERING, "steps": steps, "assigned_to_id": by.staff_id}
    move(case, State.IN_ASSESSMENT, **told)
    record(case, Action.ANSWERED, by=by, now=now)
    write_to_the_person(case, now)


def write_to_the_person(case: Request, now: datetime) -> None:
    """What became of each difference, who is told, and what he can do about what was declined."""
    fields = in_words(case)
    declined = any(one["refused"] for one in fields)
    tell(
        case,
        "privacy/corrected",
        about=again(case),
        fields=fields,
        told=duties.told(duties.shown(case.duties.all(), now), case.language),
        reasons=case.answer,
        remedies=remedies.of(case.country, case.language) if declined else None,
    )


def in_words(case: Request) -> list[dict[str, Any]]:
    """Each difference and what became of it, in the language of the case; no values."""
    with translation.override(case.language):
        return [
            {
                "field": label(correction),
                "state": str(STATES(correction.state).label),
                "stale": correction.state == STATES.STALE,
                "refused": correction.state == STATES.REFUSED,
            }
            for correction in case.corrections.order_by("pk")
        ]


def label(correction: Correction) -> str:
    """``order: phone`` in the active language."""
    model = next((model for model in registry if model._meta.label == correction.model), None)
    if model is None:
        return correction.field
    declaration = registry[model]
    return f"{declaration.singular}: {declaration.name_of(correction.field)}"
