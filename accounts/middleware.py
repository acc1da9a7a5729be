from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

SEEN = "seen_on"


class LastSeen:
    """Notes once a day that an account is in use: its retention is counted from the last visit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self.note(request)
        return self.get_response(request)

    def note(self, request: HttpRequest) -> None:
        now = timezone.now()
        today = timezone.localdate(now).isoformat()
        if SESSION_KEY in request.session and request.session.get(SEEN) != today:
            User.objects.filter(pk=request.session[SESSION_KEY]).update(last_seen_at=now)
            request.session[SEEN] = today
