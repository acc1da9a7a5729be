"""What an officer types at the desk and the person does not read as a letter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy import officers
from privacy.desk.holding import things
from privacy.models import Correction, Duty, Hold, Request
from privacy.officer_forms import words

Ground = Hold.Ground
GROUNDS = [(one.value, one.label) for one in (Ground.CLAIM, Ground.AUTHORITY, Ground.DISPUTE)]
ANSWERS = [(one.value, one.label) for one in (Duty.State.CONFIRMED, Duty.State.IMPOSSIBLE)]


class NoteForm(forms.Form):
    note = words(_("Note for colleagues; the person finds it in an export"), rows=3)


class AssignForm(forms.Form):
    colleague = forms.ChoiceField(label=_("Colleague"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        named = [(str(one.pk), one.get_short_name() or f"#{one.pk}") for one in officers.people()]
        self.fields["colleague"] = forms.ChoiceField(label=_("Colleague"), choices=named)


class HoldForm(forms.Form):
    thing = forms.ChoiceField(label=_("What is held"))
    why_held = forms.ChoiceField(label=_("Why it is held"), choices=GROUNDS)
    number = forms.CharField(
        label=_("Number of the claim or dispute; no names"), max_length=60, required=False
    )

    def __init__(self, data: Any = None, *, case: Request | None = None) -> None:
        super().__init__(data)
        found = [(one.value, one.name) for one in things(case)] if case else []
        self.fields["thing"] = forms.ChoiceField(label=_("What is held"), choices=found)


class StandstillForm(forms.Form):
    why_still = forms.ChoiceField(
        label=_("Why the deletion stands still"), choices=[("", "—"), *GROUNDS]
    )
    still = words(_("Reasons, as the person will read them"))


class TextsForm(forms.Form):
    ground = forms.ChoiceField(label=_("Kept or taken out, and why"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["ground"] = forms.ChoiceField(
            label=_("Kept or taken out, and why"),
            choices=[("", "—"), (_("Keep it"), named(keeps)), (_("Take it out"), named(takes))],
        )


def named(grounds: list[Correction.Ground]) -> list[tuple[str, Any]]:
    return [(ground.value, ground.label) for ground in grounds]


takes = [*Correction.TAKES_OUT]
keeps = [ground for ground in Correction.Ground if ground not in takes]


class DutyForm(forms.Form):
    duty = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    ended = forms.ChoiceField(label=_("What they answered"), choices=ANSWERS)
    said = forms.CharField(label=_("In which words, or why"), max_length=200, required=False)

    def clean(self) -> dict[str, Any] | None:
        said = super().clean() or {}
        if said.get("ended") == Duty.State.IMPOSSIBLE and not said.get("said", "").strip():
            self.add_error("said", _("Write down why the law makes it impossible."))
        return said
