"""What allauth asks of the shop: who is new, what is mailed, when to ask again who someone is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts import reauthentication
from accounts.models import User
from outbox.services import Letter, queue


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or password is not right."),
        "too_many_login_attempts": _("Too many tries. Wait fifteen minutes, then try again."),
        "incorrect_code": _("This code is not right. Look in the latest mail."),
        "incorrect_password": _("This password is not right."),
        "enter_current_password": _("This is not your current password."),
        "duplicate_email": _("This is your address already."),
        "email_taken": _("This address cannot be used here."),
    }

    def new_user(self, request: HttpRequest) -> User:
        user: User = super().new_user(request)
        user.language = spoken()
        return user

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.name = form.cleaned_data.get("name") or user.name
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        User.objects.filter(pk=user.pk).update(last_seen_at=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox; ``account/email/x`` is of the kind ``account/x``."""
        user = User.objects.filter(email__iexact=email).first()
        user = user if user and user.proved else None  # else it may give way any moment
        words = {"code": context["code"]} if "code" in context else {}
        if "provider" in context:
            words["provider"] = context["provider"].name
        queue(
            Letter(
                template_prefix.replace("/email/", "/"),
                to=email,
                language=user.language if user else spoken(),
                about=f"mail:{uuid4().hex}",
                context=words,
                user=user,
            )
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:safety")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """By password where there is one, else and besides by a code in the mail."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated:
            url = reverse("accounts:reauthenticate-by-code")
            methods.append({"id": "code", "description": _("Mail me a code"), "url": url})
        return methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth lets an account without a password pass; here its mailbox is asked."""
        request = context.request
        user = request.user
        if user.is_authenticated and not user.has_usable_password():
            records = get_authentication_records(request, user)
            if not reauthentication.recent(records):
                raise ReauthenticationRequired
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required


def spoken() -> str:
    """The language of the request, as far as the shop speaks it."""
    language = translation.get_language() or ""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
