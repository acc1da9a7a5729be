from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from orders import countries, offers, postcodes, shipping
from orders.models import Order

PLACE = ("name", "postcode", "house_number", "street", "city", "country")  # as they stand
DELIVERY = tuple(f"delivery_{name}" for name in PLACE)
BILLING = tuple(f"billing_{name}" for name in PLACE)
GIFT = ("delivery_phone", "gift_note")  # count only for a gift
NOTE = 300  # characters

LABELS = {
    "name": _("First and last name"),
    "street": _("Street"),
    "house_number": _("House number"),
    "postcode": _("Postcode"),
    "city": _("Town"),
    "country": _("Country"),
}
ASK = {  # what to do about an empty field
    "email": _("Fill in your e-mail address"),
    "name": _("Fill in a first and last name"),
    "street": _("Fill in the street"),
    "house_number": _("Fill in the house number"),
    "postcode": _("Fill in the postcode"),
    "city": _("Fill in the town"),
    "country": _("Choose a country"),
}
INVOICE = {name: format_lazy("{} ({})", said, _("invoice")) for name, said in ASK.items()}
CHANGED = _("The cart, the delivery or a price has changed. Look at the new total first.")
DRAWN = r"^[A-Za-z0-9_-]{32}$"  # a cart's nonce: whoever knows it ordered
DESPITE = _(
    "Use what I fill in here for this order. All else of mine is only kept, as I asked. You mail "
    "me what the law wants confirmed; other mail waits until I lift it."
)
NOT_AGREED = _("Tick this to order: you asked us not to use your data")
PHONE = RegexValidator(
    r"^\+?[0-9 ()./-]{6,30}$", _("Fill in digits only, such as +31 6 12345678, or leave it empty")
)


class CheckoutForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    nonce = forms.RegexField(DRAWN, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    way = forms.CharField(max_length=40, required=False)
    asked = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    gift = forms.BooleanField(label=_("It is a gift: bring it to someone else"), required=False)
    gift_note = forms.CharField(  # a browser counts a line's end once and sends it as two
        label=_("Your note"),
        max_length=2 * NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": NOTE}),
    )
    despite = forms.BooleanField(label=DESPITE, required=False)  # of who has the use restricted
    same = forms.BooleanField(label=_("The invoice goes to the same address"), required=False)

    class Meta:
        model = Order
        fields = ("email", "phone", *GIFT, *DELIVERY, *BILLING)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", *DELIVERY, *BILLING):
            field, bare = self.fields[name], name.partition("_")[2] or name
            invoice = name in BILLING
            field.error_messages["required"] = INVOICE[bare] if invoice else ASK[bare]
            field.label = LABELS.get(bare, field.label)
        self.fields["email"].error_messages["invalid"] = _(
            "Fill in an e-mail address with an @, such as name@example.com"
        )
        self.fields["seen"].error_messages["required"] = CHANGED
        for name in ("phone", "delivery_phone"):
            self.fields[name].validators.append(PHONE)
        self._offer_countries()
        self._ask_as_ticked()

    def _offer_countries(self) -> None:
        """Delivered to where a way of delivery goes; invoiced to anywhere in the Union."""
        there, invoiced = self.fields["delivery_country"], self.fields["billing_country"]
        there.choices = [(code, countries.title(code)) for code in shipping.served()]  # type: ignore[attr-defined]  # of a choice field
        invoiced.choices = countries.choices()  # type: ignore[attr-defined]  # likewise
        if self.is_bound:
            wanted = self.data.get("delivery_country", "")
            served = {code for code, _ in there.choices}  # type: ignore[attr-defined]  # likewise
            if wanted not in served:
                there.error_messages["invalid_choice"] = offers.why_not(wanted)

    def _ask_as_ticked(self) -> None:
        """The fields of another invoice address count only where one is asked for."""
        for name in BILLING:
            self.fields[name].required = self.is_bound and not self.same_place

    @property
    def same_place(self) -> bool:
        """Whether the invoice goes with the parcel; that of a gift never does."""
        ticked = self.data if self.is_bound else self.initial
        return bool(ticked.get("same")) and not ticked.get("gift")

    @property
    def is_gift(self) -> bool:
        return bool((self.data if self.is_bound else self.initial).get("gift"))

    def clean_gift_note(self) -> str:
        note = str(self.cleaned_data["gift_note"]).replace("\r\n", "\n")
        if self.is_gift and len(note) > NOTE:
            raise forms.ValidationError(_("Shorten the note to 300 characters"))
        return note

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.is_gift:
            self._forget(GIFT)
        if self.same_place:
            self._forget(BILLING)
        elif self.is_gift and self._for_the_receiver():
            self.add_error("billing_name", _("The invoice of a gift is yours: fill in your own"))
        self._ask_about("delivery", *(() if self.same_place else ("billing",)))
        if self.same_place:  # as it is written by now
            said |= {there: said.get(here, "") for there, here in zip(BILLING, DELIVERY)}  # noqa: B905  equally long
        return said

    def _forget(self, names: tuple[str, ...]) -> None:
        """Whatever stands there is not asked for."""
        for name in names:
            self.cleaned_data[name] = ""
            self.errors.pop(name, None)

    def _for_the_receiver(self) -> bool:
        """An invoice with the receiver's own name and address would tell him the prices."""
        pairs = [(self._typed(a), self._typed(b)) for a, b in zip(BILLING, DELIVERY, strict=True)]
        return all(here == there and here for here, there in pairs)

    def _typed(self, name: str) -> str:
        return str(self.cleaned_data.get(name, "")).casefold().replace(" ", "")

    def _ask_about(self, *parts: str) -> None:
        """What looks odd is asked about once, and kept if it is sent again."""
        before = set(self.cleaned_data.get("asked", "").split())
        self.asked_about = sorted(before)[:20]
        for part in parts:
            country = self.cleaned_data.get(f"{part}_country", "")
            for name, problem in self._odd(part, country):
                about = postcodes.asked(name, country, self._typed(name))
                self.asked_about.append(about)
                if about not in before:
                    self.add_error(name, problem)

    def _odd(self, part: str, country: str) -> list[tuple[str, str]]:
        found = []
        name, number = f"{part}_postcode", f"{part}_house_number"
        if code := self.cleaned_data.get(name):
            self.cleaned_data[name] = postcodes.written(country, code)
            if postcodes.odd(country, code):
                found.append((name, _looks_odd(code, postcodes.example(country))))
        if (typed := self.cleaned_data.get(number)) and postcodes.odd_number(country, typed):
            found.append((number, _looks_odd(typed, "12")))
        return found

    @property
    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """No order is made by this form: the service does, in one transaction."""


def _looks_odd(typed: str, example: str) -> str:
    said = _("Is “%(typed)s” right? We know something like %(example)s. To keep it, press again")
    return str(said) % {"typed": typed, "example": example}
