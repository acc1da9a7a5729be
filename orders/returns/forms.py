"""What a buyer fills in to withdraw, to send back, and to find his order."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Return
from orders.returns.pieces import Pieces, everything

ALL, SOME = "all", "some"
NONCE = r"^[A-Za-z0-9_-]{20,40}$"
ASK = {
    "name": _("Fill in your name"),
    "number": _("Fill in the order number; it is in the mail we sent you"),
    "email": _("Fill in your e-mail address"),
}
NO_EMAIL = _("Fill in an e-mail address with an @, such as name@example.com")
NOTHING_CHOSEN = _("Choose at least one item, or the whole order")
NOT_BOTH = _("You chose items, and also the whole order. Which of the two?")


class ContractForm(forms.Form):
    """A name, an order number and an address: the law lets us ask for no more."""

    name = forms.CharField(label=_("Your name"), max_length=100)
    number = forms.CharField(label=_("Order number"), max_length=40)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ASK.keys() & self.fields.keys():
            self.fields[name].error_messages["required"] = ASK[name]
        self.fields["email"].error_messages["invalid"] = NO_EMAIL

    def clean_number(self) -> str:
        return one_line(self.cleaned_data["number"]).removeprefix("#").strip()

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])


class FindForm(ContractForm):
    name = None  # type: ignore[assignment]  # Django's way to leave a field out


class PiecesForm(forms.Form):
    """How many of each line; ``left`` is what the order's page knows of them."""

    def __init__(self, *args: Any, left: list[Pieces] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = [one for one in left or [] if self.most(one)]
        for one in self.left:
            choices = [(n, str(n)) for n in range(self.most(one) + 1)]
            self.fields[f"line_{one.line.pk}"] = forms.TypedChoiceField(
                label=one.line.title,
                choices=choices,
                coerce=int,
                required=False,
                initial=0,
                widget=forms.Select(attrs={"class": "input"}),
            )

    def most(self, one: Pieces) -> int:
        return one.outside

    @property
    def rows(self) -> list[tuple[Pieces, forms.BoundField]]:
        return [(one, self[f"line_{one.line.pk}"]) for one in self.left]

    @property
    def chosen(self) -> dict[int, int]:
        said = self.cleaned_data
        counts = {one.line.pk: said.get(f"line_{one.line.pk}") or 0 for one in self.left}
        return {key: count for key, count in counts.items() if count}


class WithdrawalForm(PiecesForm, ContractForm):
    what = forms.ChoiceField(
        label=_("What do you want to withdraw from?"),
        choices=[(ALL, _("The whole order")), (SOME, _("Only some items"))],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    words = forms.CharField(
        label=_("Which items, and how many?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def most(self, one: Pieces) -> int:
        return one.all

    @property
    def whole(self) -> bool:
        return bool(self.cleaned_data["what"] == ALL)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        chosen, what = self.chosen, said.get("what")
        if what == SOME and not (chosen or said.get("words")):
            self.add_error("what" if self.left else "words", NOTHING_CHOSEN)
        if what == ALL and chosen and chosen != everything(self.left):
            self.add_error("what", NOT_BOTH)
        return said


class ConfirmForm(forms.Form):
    nonce = forms.RegexField(NONCE, widget=forms.HiddenInput)


class ReturnForm(PiecesForm):
    """Something does not work, is not what was ordered, or arrived broken."""

    reason = forms.ChoiceField(
        label=_("What is the matter?"),
        choices=[(r.value, r.label) for r in Return.Reason if r != Return.Reason.WITHDRAWAL],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what is the matter")},
    )
    words = forms.CharField(
        label=_("What do you see or hear?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    position = forms.IntegerField(min_value=1, max_value=9999, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.chosen:
            self.add_error(None, _("Choose at least one item"))
        return said


class AnnounceForm(ReturnForm):
    """What somebody told staff by telephone or mail; it may be a withdrawal too."""

    nonce = forms.RegexField(NONCE, widget=forms.HiddenInput)
    received_on = forms.DateField(
        label=_("Received on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = Return.Reason.choices  # type: ignore[attr-defined]

    def most(self, one: Pieces) -> int:
        return one.all


class SentForm(forms.Form):
    tracking = forms.CharField(
        label=_("Tracking code"),
        max_length=60,
        error_messages={"required": _("Fill in the tracking code; it is on your receipt")},
    )


def one_line(said: str) -> str:
    return " ".join(said.split())


def new_nonce() -> str:
    return secrets.token_urlsafe(24)
