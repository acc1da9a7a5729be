"""A request that was under way while its person, or the row it was about, was erased."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, get_user_model
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from privacy.guard import REFUSED


class ErasedMeanwhile:
    """What such a request would write the database refuses; a visitor is told so, by no error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        visitor = settings.SESSION_COOKIE_NAME in request.COOKIES
        if not visitor or not isinstance(error, DatabaseError):
            return None
        gone = is_gone(request)
        if not gone and not refused(error):
            return None
        if gone:
            request.session.flush()
        messages.info(request, _("What you were busy with is no longer there: it was deleted."))
        return redirect(settings.LOGOUT_REDIRECT_URL)


def is_gone(request: HttpRequest) -> bool:
    key = request.session.get(SESSION_KEY)
    people = get_user_model()._default_manager
    return key is not None and not people.filter(pk=key).exists()


def refused(error: DatabaseError) -> bool:
    """Whether it was an INSERT under the key of a row that was erased."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", "") == REFUSED
