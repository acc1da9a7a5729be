"""How often one connection may sign up: nobody fills strangers' inboxes from here."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from cookies.rate import client

TIMES, WITHIN = 60, 3600  # seconds


def exceeded(request: HttpRequest) -> bool:
    """Count one more; True once it is too many. The key is a digest that names nobody."""
    key = f"limit.sign-up.{salted_hmac('mailings.limits', client(request)).hexdigest()}"
    cache.add(key, 0, timeout=WITHIN)
    try:
        return cache.incr(key) > TIMES
    except ValueError:  # the window ended between the two calls, or no cache
        return False
