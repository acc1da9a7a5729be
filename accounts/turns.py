"""Coming in with one address is done one after another: see ADR 0061."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from hashlib import blake2b

from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY as AWAITED,
)
from allauth.core.exceptions import ImmediateHttpResponse
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

View = Callable[[HttpRequest], HttpResponse]
TOO_MANY = 429


@contextmanager
def turn(*emails: str) -> Iterator[None]:
    """One transaction, in which nobody else makes, proves or removes a sign-up of these."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for key in sorted({_key(email) for email in emails}):  # no two wait for each other
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        yield


def in_turn(view: View, address: Callable[[HttpRequest], str]) -> View:
    """What the view does on a POST, mail and all, happens in the turn of this address."""

    @wraps(view)
    def wait(request: HttpRequest) -> HttpResponse:
        email = address(request) if request.method == "POST" else ""
        if not email:
            return view(request)
        with turn(email):
            return kept(_answer(view, request))

    return wait


def kept(response: HttpResponse) -> HttpResponse:
    """Who tried too often was mailed no code, so the sign-up he would have replaced stays."""
    if response.status_code == TOO_MANY:
        transaction.set_rollback(True)
    return response


def typed(request: HttpRequest) -> str:
    return request.POST.get("email", "")


def awaited(request: HttpRequest) -> str:
    """The address whose code this browser waits for."""
    email: str = request.session.get(AWAITED, {}).get("email", "")
    return email


def _answer(view: View, request: HttpRequest) -> HttpResponse:
    try:
        return view(request)
    except ImmediateHttpResponse as answer:  # an answer, not a fault: nothing is undone
        response: HttpResponse = answer.response
        return response


def _key(email: str) -> int:
    digest = blake2b(email.strip().lower().encode(), digest_size=8, person=b"accounts")
    return int.from_bytes(digest.digest(), signed=True)
