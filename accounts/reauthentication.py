"""Asking again who someone is, by a code in the mail: for accounts without a password too."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

KEY = "reauthentication_code"
LIFETIME = 15 * 60  # seconds
TRIES = 5


def recent(records: list[dict[str, Any]]) -> bool:
    """Whether the latest fresh proof in the session is young enough."""
    proofs = [record["at"] for record in records if record.get("reauthenticated")]
    return bool(proofs) and time.time() - proofs[-1] < app_settings.REAUTHENTICATION_TIMEOUT


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code from the mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


@login_required
@require_http_methods(["GET", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """Mail a code on demand, then take it; five tries, a quarter of an hour."""
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, action="reauthenticate", user=request.user
    )
    if limited:
        return limited
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and "send" in request.POST:
        return _send(request)
    if form.is_valid() and _fits(request, form.cleaned_data["code"]):
        record_authentication(request, request.user, method="code", reauthenticated=True)
        resumed: HttpResponse | None = resume_request(request)
        return resumed or redirect("accounts:safety")
    if form.is_bound and not form.errors:
        form.add_error("code", get_adapter().error_messages["incorrect_code"])
    sent = KEY in request.session
    words = {"form": form, "sent": sent, "next": get_next_redirect_url(request) or ""}
    return render(request, "accounts/reauthenticate_by_code.html", words)


def _send(request: HttpRequest) -> HttpResponse:
    code = get_adapter().generate_login_code()
    request.session[KEY] = {"code": _digest(code), "at": time.time(), "tries": 0}
    get_adapter().send_mail("account/email/login_code", request.user.email, {"code": code})  # type: ignore[union-attr]
    messages.success(request, _("A code is on its way to your e-mail address."))
    return redirect(request.get_full_path())


def _fits(request: HttpRequest, code: str) -> bool:
    """Whether it is the code that was mailed; a used, an old or a guessed one is gone."""
    sent = request.session.get(KEY)
    if not sent:
        return False
    right = constant_time_compare(_digest(code), sent["code"])
    young = time.time() - sent["at"] < LIFETIME
    if right or not young or sent["tries"] + 1 >= TRIES:
        del request.session[KEY]
    else:
        request.session[KEY] = {**sent, "tries": sent["tries"] + 1}
    return right and young


def _digest(code: str) -> str:
    return salted_hmac(KEY, normalize_user_code(code)).hexdigest()
