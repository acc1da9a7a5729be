"""How often one may ask: counters in the cache, under keyed digests that name nobody."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from cookies.rate import client

WITHIN = 3600  # seconds
OF_CLIENT, OF_ADDRESS = 20, 5


def exceeded(request: HttpRequest, scope: str, email: str) -> bool:
    """Count one more of this connection and of this address; True once either is too many.

    Both are counted each time, so that neither says anything about the other.
    """
    by_client = _over(f"{scope}.client", client(request), OF_CLIENT)
    by_address = _over(f"{scope}.address", email.lower(), OF_ADDRESS)
    return by_client or by_address


def _over(scope: str, who: str, times: int) -> bool:
    key = f"limit.orders.{salted_hmac('orders.limits', f'{scope}:{who}').hexdigest()}"
    cache.add(key, 0, timeout=WITHIN)
    try:
        return bool(cache.incr(key) > times)
    except ValueError:  # the window ended between the two calls, or no cache
        return False
