"""How often one may ask: counters in the cache, under keyed digests that name nobody."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from privacy.subjects import Subject

OF_ADDRESS = ("codes", "tries")  # what is counted of an address, and what of an account
OF_ACCOUNT = ("download",)


def allows(scope: str, who: str, *, times: int, within: timedelta) -> bool:
    """Count one more; False once it is more than so many times in the window."""
    counter = key(scope, who)
    cache.add(counter, 0, timeout=within.total_seconds())
    try:
        return cache.incr(counter) <= times
    except ValueError:  # the window ended between the two calls, or no cache
        return True


def network(request: HttpRequest) -> str:
    """Where a visitor is: the address that the outermost proxy of ours saw; of IPv6 the /64."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    known = proxies and hops[0] and len(hops) >= proxies
    address = hops[-proxies] if known else str(request.META.get("REMOTE_ADDR", ""))
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip if ip.version == 4 else ipaddress.ip_network(f"{ip}/64", strict=False))


def key(scope: str, who: str) -> str:
    return f"limit.{scope}.{salted_hmac('privacy.limits', f'{scope}:{who}').hexdigest()}"


def counters(subject: Subject) -> list[str]:
    """The counters of a person that there are now."""
    keys = [key(scope, email) for scope in OF_ADDRESS for email in sorted(subject.emails)]
    if subject.user:
        keys += [key(scope, str(subject.user.pk)) for scope in OF_ACCOUNT]
    return sorted(cache.get_many(keys))


def forget(subject: Subject) -> int:
    """Drop the counters of a person; how many."""
    found = counters(subject)
    cache.delete_many(found)
    return len(found)
