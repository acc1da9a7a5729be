"""One page for what a person agrees to, objects to, restricts and wants kept longer. It acts at
once, by plain buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from privacy import gate, holds, stops, subjects
from privacy.holds.wishes import things_of
from privacy.models import ConsentDecision
from privacy.purposes import Purpose, purposes
from privacy.requests import disputing
from privacy.views.account import account
from privacy.vocabulary import midnight

Action = ConsentDecision.Action
WHY = [
    ("wrong", gettext_lazy("What you hold is not right")),
    ("objected", gettext_lazy("I have objected")),
    ("claim", gettext_lazy("I need it for a court case")),
    ("unlawful", gettext_lazy("You may not use it, but do not erase it")),
]


class RestrictForm(forms.Form):
    why = forms.ChoiceField(label=gettext_lazy("Why do you want that?"), choices=WHY)


class KeepForm(forms.Form):
    thing = forms.ChoiceField(label=gettext_lazy("What"))
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, things: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["thing"].choices = things  # type: ignore[attr-defined]  # a ChoiceField


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    shown: dict[str, Any] = {}
    if request.method == "POST":
        act = ACTS.get(request.POST.get("do", ""), nothing)
        found = act(request, timezone.now())
        if found is None:
            return redirect("privacy:choices")
        shown = found
    return render(request, "privacy/choices.html", context(request) | shown)


def context(request: HttpRequest) -> dict[str, Any]:
    me = subjects.of(request.user)
    history = [*gate.history(me)]
    things = [(one.value, one.name) for one in things_of(me)]
    return {
        "consents": [standing(one, me, history) for one in stops.consents() if one.asked],
        "objections": [standing(one, me, history) for one in map_of(stops.disputable)],
        "lasting": map_of(lambda one: bool(one.compelling)),
        "restricted": gate.is_restricted(me),
        "wishes": holds.wishes_of(me),
        "history": [told(one) for one in reversed(history)],
        "restrict_form": RestrictForm(),
        "keep_form": KeepForm(None, things) if things else None,
    }


def map_of(wanted: Callable[[Purpose], bool]) -> list[Purpose]:
    return [purpose for purpose in purposes.values() if wanted(purpose)]


def standing(purpose: Purpose, me: Any, history: list[ConsentDecision]) -> dict[str, Any]:
    """Whether it is on, and since when the last word stands."""
    said = [one for one in history if one.purpose == purpose.key and one.action in gate.WORDS]
    last = said[-1] if said else None
    given = last is not None and last.action == Action.GIVEN
    opposed = last is not None and last.action in (Action.OBJECTED, Action.WITHDRAWN)
    return {"purpose": purpose, "given": given, "opposed": opposed, "last": last}


def told(decision: ConsentDecision) -> dict[str, Any]:
    """One line of the history, in words."""
    purpose = purposes.get(decision.purpose)
    name = str(purpose.name) if purpose else decision.purpose or _("All use of your data")
    return {"name": name, "decision": decision}


def give(request: HttpRequest, now: datetime) -> None:
    purpose = chosen(request, stops.consents())
    if purpose is None or not purpose.asked:
        return nothing(request, now)
    if purpose.give:
        purpose.give(request.user, now)
    elif gate.last(subjects.of(request.user), purpose.key, gate.WORDS) != Action.GIVEN:
        purpose.grant(subjects.of(request.user), wording=purpose.asked, now=now)
    messages.success(request, _("That is on, and on record with the words you saw."))
    return None


def withdraw(request: HttpRequest, now: datetime) -> None:
    purpose, me = chosen(request, stops.consents()), subjects.of(request.user)
    if purpose is None:
        return nothing(request, now)
    if gate.last(me, purpose.key, gate.WORDS) == Action.GIVEN:
        purpose.withdraw(me, now=now)
    messages.success(request, _("That is off, also for what was already queued."))
    return None


def object_to(request: HttpRequest, now: datetime) -> None:
    purpose = chosen(request, map_of(stops.disputable))
    if purpose is None:
        return nothing(request, now)
    disputing.object_to(account(request), purpose, now=now)
    messages.success(request, _("It has stopped. You hear from us before it ever goes on."))
    return None


def no_marketing(request: HttpRequest, now: datetime) -> None:
    """An objection to all advertising: absolute, nobody decides on it (Art. 21(3) GDPR)."""
    for purpose in map_of(lambda one: one.marketing):
        if gate.last(subjects.of(request.user), purpose.key, gate.WORDS) != Action.OBJECTED:
            purpose.oppose(subjects.of(request.user), now=now)
    messages.success(request, _("No more advertising, also none that was queued."))


def restrict(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    form = RestrictForm(request.POST)
    if not form.is_valid():
        return {"restrict_form": form}
    why = str(dict(WHY)[form.cleaned_data["why"]])
    disputing.restrict(account(request), why, now=now)
    messages.success(request, _("We keep your data and do not use it."))
    return None


def lift(request: HttpRequest, now: datetime) -> None:
    me = subjects.of(request.user)
    if gate.is_restricted(me):
        stops.lift_own(account(request).pk, me, now=now)
    messages.success(request, _("We use your data again for what it is for."))


def keep(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    me = subjects.of(request.user)
    form = KeepForm(request.POST, [(one.value, one.name) for one in things_of(me)])
    if not form.is_valid():
        return {"keep_form": form}
    try:
        until = midnight(form.cleaned_data["until"])
        holds.keep_longer(me, form.cleaned_data["thing"], until, now=now)
    except (holds.NotHoldable, OverflowError, ValueError):
        form.add_error("until", format_lazy("{}", _("Choose a day from tomorrow to ten years on.")))
        return {"keep_form": form}
    messages.success(request, _("We keep it until then. You can take that back at any time."))
    return None


def take_back(request: HttpRequest, now: datetime) -> None:
    key = request.POST.get("hold", "")
    if key.isascii() and key.isdecimal() and len(key) < 19:
        holds.take_back(subjects.of(request.user), int(key), now=now)
    messages.success(request, _("It goes when everything else of its kind goes."))


def nothing(request: HttpRequest, now: datetime) -> None:
    messages.info(request, _("Nothing was changed."))


def chosen(request: HttpRequest, among: list[Purpose]) -> Purpose | None:
    return next((one for one in among if one.key == request.POST.get("purpose")), None)


ACTS: dict[str, Callable[[HttpRequest, datetime], dict[str, Any] | None]] = {
    "give": give,
    "withdraw": withdraw,
    "object": object_to,
    "no_marketing": no_marketing,
    "restrict": restrict,
    "lift": lift,
    "keep": keep,
    "take_back": take_back,
}
