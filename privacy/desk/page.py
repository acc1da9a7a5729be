"""What a case page shows beside the plan: who will be told, duties, residue, and why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from privacy import writings
from privacy.desk import forms, holding
from privacy.models import Correction, Duty, Request
from privacy.models.requests import Kind, State
from privacy.purposes import recipients as declared
from privacy.requests import decisions, extending, standstill
from privacy.requests.events import officer
from privacy.requests.receipt import recipients
from privacy.requests.subject import subject_of

TELLS = (Kind.ERASURE, Kind.RECTIFICATION, Kind.RESTRICTION)  # Art. 19 GDPR
STATES = Correction.State
OWN = {"hold", "release", "country", "note", "assign"}  # what is open to who may not decide


def more(case: Request, staff_id: int, can: set[str], now: datetime) -> dict[str, Any]:
    blocked = barred(case, staff_id)
    things = holding.things(case)
    return {
        "blocked": blocked,
        "can": can & OWN if blocked else can,
        "why_not": reasons(case, can, now),
        "told": to_be_told(case),
        "duties": told(case, now),
        "texts": writings.shown(case),
        "texts_wait": writings.waiting(case).exists(),
        "texts_form": forms.TextsForm(),
        "residue": case.residue.order_by("cleared_at", "pk"),
        "looks_again": case.state == State.RESIDUE_FOUND and not blocked,
        "holdable": bool(things) and case.is_open and not blocked,
        "held_rows": holding.in_force(case, things),
        "note_form": forms.NoteForm(),
        "assign_form": forms.AssignForm(),
        "still_ground": standstill.ground_of(case, get_language() or "nl"),
        "standstill_form": forms.StandstillForm(),
        "hold_form": forms.HoldForm(case=case),
        "duty_form": forms.DutyForm(),
    }


def barred(case: Request, staff_id: int) -> str:
    """Why this officer does not decide on the case; empty: he may."""
    try:
        decisions.refuse_own(case, officer(staff_id))
    except decisions.Undecided as why:
        return str(why.words)
    return ""


def to_be_told(case: Request) -> list[dict[str, Any]]:
    """The actual recipients, before anything is carried out; of a correction those it concerns."""
    known = case.is_open and case.email and case.email_proved_at
    if case.kind not in TELLS or not known or case.duties.exists():
        return []
    return recipients(subject_of(case), get_language() or case.language, concerned(case))


def concerned(case: Request) -> set[str] | None:
    """The fields that a correction changes, and may still; None: everything of the person."""
    if case.kind != Kind.RECTIFICATION:
        return None
    proposed = case.corrections.exclude(state__in=(STATES.REFUSED, STATES.STALE))
    return {*proposed.values_list("field", flat=True)}


def told(case: Request, now: datetime) -> list[dict[str, Any]]:
    """Each duty, its recipient's name, and whether an answer can still be written down."""
    return [
        {
            "duty": duty,
            "name": declared[duty.recipient].name if duty.recipient in declared else duty.recipient,
            "open": duty.state not in Duty.ENDED,
            "gag": duty.told_from_at if duty.told_from_at and duty.told_from_at > now else None,
            "level": LEVELS.get(duty.state, ""),
        }
        for duty in case.duties.order_by("pk")
    ]


LEVELS: dict[str, str] = {
    Duty.State.CONFIRMED: "badge-ok",
    Duty.State.IMPOSSIBLE: "badge-ok",
    Duty.State.FAILED: "badge-danger",
    Duty.State.TOLD: "badge-warn",
}


def reasons(case: Request, can: set[str], now: datetime) -> list[tuple[str, str]]:
    """Of each button that is not there: its name, and why it is not."""
    if not case.is_open:
        return []
    said = [
        ("approve", _("Approve"), approve(case)),
        ("extend", _("Take more time"), extend(case, now)),
        ("refuse", _("Refuse"), refuse(case)),
        ("ask", _("Ask the person"), elsewhere(case)),
        ("answer", _("Answer"), answer(case)),
    ]
    return [(name, why) for deed, name, why in said if deed not in can and why]


def approve(case: Request) -> str:
    if case.kind not in decisions.RUN_BY_US:
        return _("This kind is answered by a letter; there is nothing for the shop to carry out.")
    if case.held_at:
        return _("Release the hold first.")
    return elsewhere(case)


def extend(case: Request, now: datetime) -> str:
    if case.extended_at:
        return _("The law allows it once, and it was done.")
    if now > (case.first_due_at or case.due_at):
        return _("The law allows it within the first term only.")
    if extending.said(case):
        return _("The notice is queued; the time is longer once it was sent.")
    return elsewhere(case)


def refuse(case: Request) -> str:
    if case.cooling_off_until:
        return _("A deletion of one's own account is nobody else's to refuse; a hold is possible.")
    return elsewhere(case)


def answer(case: Request) -> str:
    if case.kind in decisions.RUN_BY_US:
        return _("The shop sends it by itself after you approve.")
    return elsewhere(case)


def elsewhere(case: Request) -> str:
    return _("The case stands at “%(state)s”.") % {"state": case.get_state_display()}
