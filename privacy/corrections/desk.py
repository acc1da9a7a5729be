"""The officer's side of a difference: what he sees of it, and his three buttons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from privacy.corrections import deciding
from privacy.corrections.applying import rewritable
from privacy.corrections.closing import label
from privacy.declarations import registry
from privacy.models import Correction, Request
from privacy.requests.decisions import ReasonsMissing
from privacy.requests.events import officer
from privacy.writings import REVIEWS

STATES = Correction.State


def chosen(request: HttpRequest, case: Request) -> Correction:
    key = request.POST.get("correction", "")
    return get_object_or_404(case.corrections, pk=key if key.isdecimal() else 0)


def second(request: HttpRequest, case: Request) -> None:
    deciding.second(chosen(request, case), by=officer(request.user.pk or 0), now=timezone.now())


def apply(request: HttpRequest, case: Request) -> None:
    by, now = officer(request.user.pk or 0), timezone.now()
    if deciding.apply(chosen(request, case), by=by, now=now) == STATES.STALE:
        words = _("Nothing was written: the value has changed since the person saw it.")
        messages.warning(request, words)


def decline(request: HttpRequest, case: Request) -> None:
    reasons = request.POST.get("why", "")[:2000].replace("\x00", "")
    if not reasons.strip():
        raise ReasonsMissing
    by, now = officer(request.user.pk or 0), timezone.now()
    deciding.decline(chosen(request, case), reasons, by=by, now=now)


def differences(case: Request, officer_id: int = 0) -> list[dict[str, Any]]:
    """Each with its name, whether it stays as issued, and what this officer may do."""
    proposed = case.corrections.exclude(state__in=REVIEWS).order_by("pk")
    return [shown(correction, officer_id) for correction in proposed]


def shown(correction: Correction, officer_id: int) -> dict[str, Any]:
    model = next((model for model in registry if model._meta.label == correction.model), None)
    mine = correction.first_by_id == officer_id
    return {
        "correction": correction,
        "label": label(correction),
        "fixed": model is None or not rewritable(model, correction.field),
        "may_second": correction.state == STATES.PROPOSED,
        "may_apply": correction.state == STATES.SECONDED and not mine,
        "waits_for_other": correction.state == STATES.SECONDED and mine,
        "may_decline": correction.state in (STATES.PROPOSED, STATES.SECONDED),
    }


DEEDS = {"second": second, "apply": apply, "decline": decline}
