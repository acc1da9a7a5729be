"""The forms at the door: allauth's, in our words, and blind to sign-ups that nobody proved."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import compare_user_code
from allauth.socialaccount import forms as social
from allauth.socialaccount.adapter import get_adapter as social_adapter
from allauth.socialaccount.providers.base import Provider
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.turns import kept, turn

LABELS = {
    "account": _("Connected with"),
    "code": _("Code from the mail"),
    "email": _("E-mail address"),
    "login": _("E-mail address"),
    "oldpassword": _("Current password"),
    "password": _("Password"),
    "password1": _("Password"),
    "password2": _("Password, once more"),
}
HINTS = {"password1": _("At least 12 characters. A sentence is easiest to remember.")}


class Worded:
    """Our labels and hints, and no placeholder that takes a label's place."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.validators.append(MaxLengthValidator(254))


class OfTheProved:
    """Finds accounts whose address was proved, and no other.

    Else a code mailed to the owner of an address would open an account that a stranger made
    with it, and whose password he knows.
    """

    users: list[User]
    _user: User | None

    def clean_email(self) -> str:
        email: str = super().clean_email()  # type: ignore[misc]
        if hasattr(self, "users"):
            self.users = [user for user in self.users if user.proved]
        if getattr(self, "_user", None) and not (self._user and self._user.proved):
            self._user = None
        return email


class NewAccount:
    """Sign-up, by form or through a provider: what nobody proved never stands in the way."""

    account_already_exists: bool
    cleaned_data: dict[str, Any]

    def validate_unique_email(self, value: str) -> str:
        if User.objects.unproved().with_address(value).exists():
            self.account_already_exists = False
            return value
        email: str = super().validate_unique_email(value)  # type: ignore[misc]
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        """In the turn of the address, with all that the view does."""
        email = self.cleaned_data["email"]
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1"))  # as much work as a new account
        User.objects.unproved().with_address(email).give_way()
        saved: tuple[User | None, Any] = super().try_save(request)  # type: ignore[misc]
        return saved


class SignupForm(Worded, NewAccount, account.SignupForm):
    name = forms.CharField(
        label=_("Full name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("email", "password1", "name")


class SocialSignupForm(Worded, NewAccount, social.SignupForm):
    """For a provider that gives no address."""


class LoginForm(Worded, account.LoginForm):
    user: User

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Mails a code if the address is not proved; then the sign-up may have given way."""
        with turn(self.user.email):
            if User.objects.filter(pk=self.user.pk).exists():
                answer: HttpResponse = super().login(request, redirect_url)
                return kept(answer)
        messages.error(request, get_adapter().error_messages["email_password_mismatch"])
        return redirect("account_login")


class AddEmailForm(Worded, account.AddEmailForm):
    pass


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    pass


class SetPasswordForm(Worded, account.SetPasswordForm):
    pass


class ResetPasswordForm(Worded, OfTheProved, account.ResetPasswordForm):
    pass


class ResetPasswordFromKeyForm(Worded, account.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    pass


class RequestLoginCodeForm(Worded, OfTheProved, account.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(Worded, account.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(Worded, account.ConfirmEmailVerificationCodeForm):
    def clean_code(self) -> str:
        """Who has the code has the mailbox: another's sign-up that nobody proved gives way."""
        if self.user is None:  # gave way itself, and what the latest mail says is not for it
            raise get_adapter().validation_error("incorrect_code")
        if compare_user_code(actual=self.cleaned_data["code"], expected=self.expected_code):
            holders = User.objects.unproved().with_address(self.email)
            holders.exclude(pk=self.user.pk).give_way()
        code: str = super().clean_code()
        return code


class ConfirmPasswordResetCodeForm(Worded, account.ConfirmPasswordResetCodeForm):
    pass


class DisconnectForm(social.DisconnectForm):
    """Deletes what came from the provider, the name too unless the person keeps it."""

    keep_name = forms.BooleanField(label=_("Keep the name that came from there"), required=False)

    def connectable(self) -> list[Provider]:
        taken = {account.provider for account in self.accounts}
        every = social_adapter().list_providers(self.request)
        return sorted((p for p in every if p.id not in taken), key=lambda p: str(p.name))

    def save(self) -> None:
        given = self.cleaned_data["account"].extra_data.get("name")
        super().save()
        user = self.request.user
        if given and user.name == given and not self.cleaned_data["keep_name"]:
            user.name = ""
            user.save(update_fields=["name"])
