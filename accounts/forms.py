from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, User

AUTOCOMPLETE = {
    "name": "name",
    "nickname": "nickname",
    "street": "address-line1",
    "house_number": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "country": "country",
    "phone": "tel",
}


def widgets(*names: str) -> dict[str, forms.Widget]:
    return {name: forms.TextInput(attrs={"autocomplete": AUTOCOMPLETE[name]}) for name in names}


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = User
        fields = ("name", "nickname", "language")
        labels: ClassVar = {"language": _("Language of our mails")}
        widgets: ClassVar = widgets("name", "nickname")


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Address
        fields = ("name", "street", "house_number", "postcode", "city", "country", "phone")
        widgets: ClassVar = widgets("name", "street", "house_number", "postcode", "city") | {
            "country": forms.Select(attrs={"autocomplete": "country"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        }
