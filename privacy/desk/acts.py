"""The buttons of a case page that send no letter: note, colleague, holds, answers of recipients."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from privacy import duties, officers, writings
from privacy.deeds import Deed, by, simply
from privacy.desk import forms, holding
from privacy.models import Duty, Hold, Note, Request
from privacy.models.events import Action, Role
from privacy.models.requests import OPEN
from privacy.requests import decisions, standstill
from privacy.requests.events import Actor, record


def note(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = forms.NoteForm(request.POST)
    if not form.is_valid():
        return {"note_form": form}
    Note.objects.create(
        request=case,
        text=form.cleaned_data["note"],
        author_id=by(request).staff_id,
        written_at=timezone.now(),
    )
    return None


def assign(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = forms.AssignForm(request.POST)
    if not form.is_valid():
        return {"assign_form": form}
    colleague = int(form.cleaned_data["colleague"])
    hand_to(case, colleague, by=by(request), now=timezone.now())
    return None


@transaction.atomic
def hand_to(case: Request, colleague: int, *, by: Actor, now: datetime) -> None:
    """Lay a case on a desk; not on that of somebody who may not decide on it."""
    decisions.refuse_own(case, Actor(Role.OFFICER, colleague))
    if not officers.people().filter(pk=colleague).exists():
        raise decisions.NotPossible
    free = Request.objects.filter(pk=case.pk, state__in=OPEN).exclude(assigned_to=colleague)
    if not free.update(assigned_to=colleague):
        raise decisions.NotPossible
    record(case, Action.ASSIGNED, by=by, now=now)


def place(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = forms.HoldForm(request.POST, case=case)
    if not form.is_valid():
        return {"hold_form": form}
    said = form.cleaned_data
    ground = Hold.Ground(said["why_held"])
    words = {"reason": said["number"]}
    holding.place(case, said["thing"], ground, by=by(request), now=timezone.now(), **words)
    return None


def hold(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = forms.StandstillForm(request.POST)
    if not form.is_valid():
        return {"standstill_form": form}
    ground, reasons = Hold.Ground(form.cleaned_data["why_still"]), form.cleaned_data["still"]
    standstill.hold(case, ground, reasons, by=by(request), now=timezone.now())
    return None


def free(request: HttpRequest, case: Request) -> None:
    key = request.POST.get("held", "")
    pk = int(key) if key.isdecimal() and len(key) < 19 else 0
    holding.release(case, pk, by=by(request), now=timezone.now())


def answered(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = forms.DutyForm(request.POST)
    if not form.is_valid():
        return {"duty_form": form}
    said = form.cleaned_data
    duty = case.duties.filter(pk=said["duty"]).first()
    if duty is None:
        raise decisions.NotPossible
    decisions.refuse_own(case, by(request))
    state = Duty.State(said["ended"])
    duties.answer(duty, state, said["said"], by=by(request), now=timezone.now())
    return None


def texts(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    """Keep or take out the chosen texts that the person wrote in other people's records."""
    form = forms.TextsForm(request.POST)
    keys = {int(k) for k in request.POST.getlist("text") if k.isdecimal() and len(k) < 19}
    if not form.is_valid() or not keys:
        form.add_error(None, _("Choose the texts, and a ground."))
        return {"texts_form": form}
    ground = form.cleaned_data["ground"]
    writings.decide(case, keys, ground, by=by(request), now=timezone.now())
    return None


ACTS: dict[str, Deed] = {
    "note": note,
    "assign": assign,
    "hold": hold,
    "place": place,
    "free": free,
    "answered": answered,
    "texts": texts,
    "again": simply(decisions.approve),  # look again for what was left behind, and go on
}
