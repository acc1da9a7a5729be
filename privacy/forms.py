"""What people type in the privacy room."""

from __future__ import annotations

import re
import uuid
from typing import Any, cast

from django import forms
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from privacy import countries
from privacy.models.requests import Kind
from privacy.requests import reviewing
from privacy.requests.filing import Inquiry

RIGHTS = [
    (Kind.ACCESS, _("See what you hold about me")),
    (Kind.PORTABILITY, _("Take my data along, to use elsewhere")),
    (Kind.RECIPIENTS, _("Know who received my data")),
    (Kind.RECTIFICATION, _("Correct something")),
    (Kind.COMPLETION, _("Add something that is missing")),
    (Kind.ERASURE, _("Erase my data")),
    (Kind.OBJECTION, _("Stop using my data")),
    (Kind.RESTRICTION, _("Keep it, but do not use it")),
    (Kind.WITHDRAWAL, _("Take back my consent")),
]
WORDS = [
    (Kind.QUESTION, _("Ask the data protection officer")),
    (Kind.COMPLAINT, _("Complain about how my data is used")),
    (Kind.APPEAL, _("Have an answer reviewed by somebody else")),
]
NEEDS_WORDS = (Kind.RECTIFICATION, Kind.COMPLETION, *(kind for kind, _label in WORDS))
OWN_KINDS = (Kind.OBJECTION, Kind.RESTRICTION, Kind.QUESTION, Kind.COMPLAINT)
OTHERS = 4  # further addresses in one form


class InquiryForm(forms.Form):
    kind = forms.ChoiceField(label=_("What would you like?"), widget=forms.RadioSelect)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    others = forms.CharField(
        label=_("Other addresses of yours, one on each line"),
        max_length=1200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    country = forms.ChoiceField(label=_("Country where you live"), required=False)
    order_reference = forms.CharField(label=_("Order number"), max_length=40, required=False)
    about = forms.CharField(label=_("Number of our answer"), max_length=20, required=False)
    message = forms.CharField(
        label=_("Anything we should know"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, kind: str = Kind.ACCESS, kinds: Any = ()) -> None:
        super().__init__(data, initial={"kind": kind, "key": str(uuid.uuid4())})
        lives = [("", _("I would rather not say")), *countries.names().items()]
        for name, offered in (("kind", [*(kinds or RIGHTS + WORDS)]), ("country", lives)):
            cast("forms.ChoiceField", self.fields[name]).choices = offered

    def clean_key(self) -> uuid.UUID:
        """A key that is none means a form that was not ours: it is simply another request."""
        try:
            return uuid.UUID(self.cleaned_data["key"])
        except ValueError:
            return uuid.uuid4()

    def clean_others(self) -> tuple[str, ...]:
        """Each once, and each an address; nothing is looked up."""
        typed = re.split(r"[\s,;]+", self.cleaned_data["others"].lower())
        found = tuple(dict.fromkeys(email for email in typed if email))
        if len(found) > OTHERS:
            raise forms.ValidationError(_("Four more addresses at most; send another request."))
        for email in found:
            validate_email(email)
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        kind = said.get("kind")
        if kind in NEEDS_WORDS and not said.get("message") and "message" in said:
            self.add_error("message", _("Tell us in a few words what it is about."))
        if kind == Kind.APPEAL and not reviewing.reviewable(said.get("about", "")):
            self.add_error(
                "about", _("We know no answer of that number. It stands at the end of our letter.")
            )
        return said

    def inquiry(self) -> Inquiry:
        said, email = self.cleaned_data, self.cleaned_data["email"].lower()
        return Inquiry(
            kind=Kind(said["kind"]),
            email=email,
            language=get_language() or "nl",
            key=said["key"],
            order_reference=said["order_reference"],
            message=said["message"],
            country=said["country"],
            others=tuple(other for other in said["others"] if other != email),
            about=said["about"].strip() if said["kind"] == Kind.APPEAL else "",
        )


OWN = [one for one in RIGHTS + WORDS if one[0] in OWN_KINDS]


class WishForm(forms.Form):
    """What a signed-in person asks for; what has a page of its own is linked there."""

    kind = forms.ChoiceField(label=_("What would you like?"), choices=OWN, widget=forms.RadioSelect)
    country = forms.ChoiceField(label=_("Country where you live"), required=False)
    message = forms.CharField(
        label=_("Tell us in a few words what it is about"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, data: Any = None, *, kind: str = "") -> None:
        super().__init__(data, initial={"kind": kind or Kind.QUESTION})
        lives = [("", _("I would rather not say")), *countries.names().items()]
        cast("forms.ChoiceField", self.fields["country"]).choices = lives


class AppealForm(forms.Form):
    message = forms.CharField(
        label=_("Why do you disagree?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
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
