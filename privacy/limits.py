"""How often one may ask: counters in the cache, under keyed digests that name nobody."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.utils.crypto import salted_hmac


def allows(scope: str, who: str, *, times: int, within: timedelta) -> bool:
    """Count one more; False once it is more than so many times in the window."""
    key = f"limit.{scope}.{salted_hmac('privacy.limits', f'{scope}:{who}').hexdigest()}"
    cache.add(key, 0, timeout=within.total_seconds())
    try:
        return cache.incr(key) <= times
    except ValueError:  # the window ended between the two calls, or no cache
        return True
