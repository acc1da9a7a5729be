"""What a browser is in the middle of at the door: for whose account, and until when."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows import email_verification_by_code, password_reset_by_code
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.internal.userkit import str_to_user_id
from allauth.account.utils import url_str_to_user_pk
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

LOGIN = LOGIN_SESSION_KEY
RESET = password_reset_by_code.PASSWORD_RESET_VERIFICATION_SESSION_KEY
AWAITED = email_verification_by_code.EMAIL_VERIFICATION_CODE_SESSION_KEY
SOCIAL = "socialaccount_sociallogin"  # a sign-up through a provider that is not whole yet
PROVED = "account_verified_email"
TIMED = {LOGIN: "initiated_at", RESET: "at", AWAITED: "at"}
CODE_LIFETIME = 15 * 60  # seconds
LIFETIME = 60 * 60  # seconds that a browser is remembered after it left such a thing undone

View = Callable[[HttpRequest], HttpResponse]


def under_way(data: dict[str, Any]) -> bool:
    """Whether a session that nobody is signed in with holds an address at the door."""
    held = (LOGIN, RESET, AWAITED, SOCIAL, PROVED)
    return not data.get(SESSION_KEY) and any(data.get(key) for key in held)


def drop_old(data: dict[str, Any]) -> bool:
    """Forget whose code has expired, address and all; whether there was any."""
    old = [key for key, at in TIMED.items() if _expired(data.get(key), at)]
    for key in old:
        del data[key]
    return bool(old)


def keep_latest(data: dict[str, Any]) -> None:
    """Without a sign-in, codes for one account at a time: the session goes together with it."""
    held = [key for key in TIMED if account(data, key) is not None]
    if data.get(SESSION_KEY) or not held:
        return
    latest = account(data, max(held, key=lambda key: data[key].get(TIMED[key], 0)))
    for key in held:
        if account(data, key) != latest:
            del data[key]


def accounts(data: dict[str, Any]) -> set[int]:
    """Whose accounts the codes are for, though nobody is signed in."""
    return {pk for pk in (account(data, key) for key in TIMED) if pk is not None}


def account(data: dict[str, Any], key: str) -> int | None:
    entry = data.get(key) or {}
    if key == LOGIN:
        return url_str_to_user_pk(entry["user_pk"]) if entry.get("user_pk") else None
    return str_to_user_id(entry["user_id"]) if entry.get("user_id") else None


def still(view: View, key: str, start: str) -> View:
    """The view of a later step; back to the start if there is no step before it any more."""

    @wraps(view)
    def step(request: HttpRequest) -> HttpResponse:
        nothing = not request.session.get(key) and not request.user.is_authenticated
        if not nothing and not _gone(request.session, key):
            return view(request)
        request.session.pop(key, None)
        messages.error(request, _("This is no longer under way. Please start again."))
        return redirect(start)

    return step


def _gone(session: SessionBase, key: str) -> bool:
    """Whether the account is; for a sign-up that gave way the form itself says what is wrong."""
    from accounts.models import User

    pk = None if key == AWAITED else account({key: session.get(key)}, key)
    return pk is not None and not User.objects.filter(pk=pk).exists()


def _expired(entry: Any, at: str) -> bool:
    return isinstance(entry, dict) and time.time() - entry.get(at, 0) > CODE_LIFETIME
