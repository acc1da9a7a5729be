"""How often one may ask: counters in the cache, under keyed digests that name nobody."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from cookies.rate import client

WITHIN = 3600  # seconds
OF_CLIENT, OF_MATTER = 20, 5
BY_ADDRESS = ("find",)  # the others are counted by order


def exceeded(request: HttpRequest, scope: str, about: str) -> bool:
    """Count one more of this connection and about this address or order; True once too many.

    Both are counted each time, so that neither says anything about the other.
    """
    by_client = _over(f"{scope}.client", client(request), OF_CLIENT)
    by_matter = _over(f"{scope}.matter", about.lower(), OF_MATTER)
    return by_client or by_matter


def counters(emails: Iterable[str]) -> list[str]:
    """The counters of these addresses that there are now."""
    keys = [_key(f"{scope}.matter", email.lower()) for scope in BY_ADDRESS for email in emails]
    return sorted(cache.get_many(keys))


def forget(emails: Iterable[str]) -> int:
    """Drop the counters of these addresses; how many."""
    found = counters(emails)
    cache.delete_many(found)
    return len(found)


def _over(scope: str, who: str, times: int) -> bool:
    key = _key(scope, who)
    cache.add(key, 0, timeout=WITHIN)
    try:
        return bool(cache.incr(key) > times)
    except ValueError:  # the window ended between the two calls, or no cache
        return False


def _key(scope: str, who: str) -> str:
    return f"limit.orders.{salted_hmac('orders.limits', f'{scope}:{who}').hexdigest()}"
