from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from cookies import inventory
from cookies.choosing import Answer
from cookies.models import ConsentEvent


class ChoiceForm(forms.Form):
    """The buttons and switches of banner and preference page; anything more is refused."""

    choice = forms.ChoiceField(choices=ConsentEvent.Action)
    place = forms.ChoiceField(choices=ConsentEvent.Method)
    known = forms.IntegerField(min_value=0, max_value=10**15)
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    next = forms.CharField(required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        groups = {group.key for group in inventory.optional()}
        if set(self.data) - set(self.fields) - groups:
            raise forms.ValidationError("unknown")
        if any(self.data[key] != "on" for key in groups & set(self.data)):
            raise forms.ValidationError("unknown")
        return self.cleaned_data | {"picked": frozenset(groups & set(self.data))}

    def answer(self) -> Answer:
        given = self.cleaned_data
        return Answer(
            given["choice"], given["picked"], given["known"], given["language"], given["place"]
        )
