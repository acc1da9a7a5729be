from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, User
from orders import countries, shipping
from orders.models import Order

PLACE = ("name", "street", "house_number", "postcode", "city", "country")
DELIVERY = tuple(f"delivery_{name}" for name in PLACE)
BILLING = tuple(f"billing_{name}" for name in PLACE)

POSTCODES = {  # country: what it looks like, and an example
    "NL": (re.compile(r"([1-9]\d{3}) ?([A-Z]{2})"), "1015 AA"),
    "BE": (re.compile(r"([1-9]\d{3})"), "1000"),
    "DE": (re.compile(r"(\d{5})"), "10115"),
}
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
CHANGED = _("Your cart or a price has changed. Look at the new total first.")
PHONE = RegexValidator(
    r"^\+?[0-9 ()./-]{6,30}$", _("Fill in digits only, such as +31 6 12345678, or leave it empty")
)


class CheckoutForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    nonce = forms.CharField(max_length=40, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    way = forms.CharField(max_length=40, required=False)
    same = forms.BooleanField(label=_("The invoice goes to the same address"), required=False)

    class Meta:
        model = Order
        fields = ("email", "phone", *DELIVERY, *BILLING)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", *DELIVERY, *BILLING):
            field, bare = self.fields[name], name.partition("_")[2] or name
            field.error_messages["required"] = ASK[bare]
            field.label = LABELS.get(bare, field.label)
        self.fields["email"].error_messages["invalid"] = _(
            "Fill in an e-mail address with an @, such as name@example.com"
        )
        for said in ("required", "invalid"):
            self.fields["seen"].error_messages[said] = CHANGED
        served = [(code, countries.title(code)) for code in shipping.served()]
        self.fields["delivery_country"].choices = served  # type: ignore[attr-defined]  # a choice
        self.fields["billing_country"].choices = countries.choices()  # type: ignore[attr-defined]
        self.fields["phone"].validators.append(PHONE)
        self._billing_as_asked()

    def _billing_as_asked(self) -> None:
        """The fields of another invoice address count only where one is asked for."""
        same = "same" in self.data if self.is_bound else True
        for name in BILLING:
            self.fields[name].required = not same

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        self._clean_postcode("delivery")
        if said.get("same"):
            for there, here in zip(BILLING, DELIVERY, strict=True):
                said[there] = said.get(here, "")
                self.errors.pop(there, None)  # whatever stands there is not asked for
        else:
            self._clean_postcode("billing")
        return said

    def _clean_postcode(self, part: str) -> None:
        """Written as its country writes it; an error that shows how."""
        country = self.cleaned_data.get(f"{part}_country", "")
        postcode = self.cleaned_data.get(f"{part}_postcode", "")
        if not postcode or country not in POSTCODES:
            return
        pattern, example = POSTCODES[country]
        found = pattern.fullmatch(postcode.strip().upper())
        if found:
            self.cleaned_data[f"{part}_postcode"] = " ".join(found.groups())
        else:
            said = _("Fill in a postcode such as %(example)s") % {"example": example}
            self.add_error(f"{part}_postcode", said)

    @property
    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """No order is made by this form: the service does, in one transaction."""


def known_of(user: User) -> dict[str, str]:
    """What an account already told us, to fill the form with."""
    known = {"email": user.email, "delivery_name": user.name}
    address = Address.objects.filter(user=user, country__in=shipping.served()).first()
    if address is None:
        return known
    place = {f"delivery_{name}": getattr(address, name) for name in PLACE}
    return known | place | {"phone": address.phone}
