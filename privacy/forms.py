"""What people type in the privacy room."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from privacy.models.requests import Kind
from privacy.requests.filing import Inquiry

CHOICES = [
    (Kind.ACCESS, _("See what you hold about me")),
    (Kind.RECTIFICATION, _("Correct something")),
    (Kind.ERASURE, _("Erase my data")),
    (Kind.OBJECTION, _("Stop using my data")),
    (Kind.RESTRICTION, _("Keep it, but do not use it")),
    (Kind.QUESTION, _("Ask the data protection officer")),
]


class InquiryForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What would you like?"), choices=CHOICES, widget=forms.RadioSelect
    )
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    order_reference = forms.CharField(label=_("Order number"), max_length=40, required=False)
    message = forms.CharField(
        label=_("Anything we should know"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, kind: str = Kind.ACCESS) -> None:
        super().__init__(data, initial={"kind": kind, "key": str(uuid.uuid4())})

    def clean_key(self) -> uuid.UUID:
        """A key that is none means a form that was not ours: it is simply another request."""
        try:
            return uuid.UUID(self.cleaned_data["key"])
        except ValueError:
            return uuid.uuid4()

    def inquiry(self) -> Inquiry:
        said = self.cleaned_data
        return Inquiry(
            kind=Kind(said["kind"]),
            email=said["email"].lower(),
            language=get_language() or "nl",
            key=said["key"],
            order_reference=said["order_reference"],
            message=said["message"],
        )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": _("Enter the six digits from the mail.")},
    )

    def clean_code(self) -> str:
        digits = re.sub(r"[\s-]", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise forms.ValidationError(_("Enter the six digits from the mail."))
        return digits


class ReplyForm(forms.Form):
    reply = forms.CharField(
        label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )
