from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SignUpForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={
            "required": _("Fill in your e-mail address, like name@example.com."),
            "invalid": _("This is not a whole address. Write it like name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
    )
