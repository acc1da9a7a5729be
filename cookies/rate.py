"""How often one client may choose."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

TIMES, WINDOW = 100, 60  # per seconds


def seconds_to_wait(request: HttpRequest, *, now: datetime) -> int:
    """0 if this one is allowed. Counts under a digest that names nobody."""
    window, gone = divmod(int(now.timestamp()), WINDOW)
    who = salted_hmac("cookies.rate", f"{window}:{client(request)}").hexdigest()
    key = f"choice.{who}"
    try:
        cache.add(key, 0, timeout=2 * WINDOW)
        count = cache.incr(key)
    except ValueError:  # evicted between the two calls, or no cache: let it through
        return 0
    return WINDOW - gone if count > TIMES else 0


def client(request: HttpRequest) -> str:
    """The address that the outermost trusted proxy saw, else that of the connection."""
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if trusted and seen[0] and len(seen) >= trusted:
        return seen[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))
