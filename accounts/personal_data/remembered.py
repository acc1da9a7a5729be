"""What the cache remembers of a person, and sessions that hold an address without an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from accounts import pending
from accounts.models import Session
from accounts.sessions import SessionStore
from privacy.subjects import Subject

COUNTS = "allauth:rl:"  # its counters: …:<SHA-256 of who>, or …:user:<key>


def tries(subject: Subject) -> list[str]:
    """The counters of a person's tries to sign in."""
    marks = {sha256(who.encode()).hexdigest() for who in counted_as(subject)}
    mine = f":user:{subject.user.pk}" if subject.user else ""
    found = list(named(COUNTS))
    return [k for k in found if k.rpartition(":")[2] in marks or (mine and k.endswith(mine))]


def counted_as(subject: Subject) -> Iterator[str]:
    """What allauth makes its keys of: the address, alone or behind the host's name."""
    hosts = {urlsplit(settings.SITE_URL).netloc, *settings.ALLOWED_HOSTS}
    for email in subject.emails:
        yield email
        yield from (f"{host}:{email}" for host in hosts)


def copies(subject: Subject) -> list[str]:
    """The cached copies of a person's sessions."""
    found = named(SessionStore.cache_key_prefix)
    return [key for key in found if speaks_of(subject, cache.get(key) or {})]


def at_the_door(subject: Subject) -> list[str]:
    """Keys of sessions that belong to no account and hold an address until it is proved."""
    return [row.pk for row in waiting() if speaks_of(subject, row.get_decoded())]


def waiting() -> QuerySet[Session]:
    """Few: a session that holds an address so is kept no longer than an hour."""
    now = timezone.now()
    soon = now + timedelta(seconds=pending.LIFETIME)
    return Session.objects.filter(user=None, expire_date__gt=now, expire_date__lte=soon)


def speaks_of(subject: Subject, data: dict[str, Any]) -> bool:
    """Whether a session is this person's, or holds one of the addresses."""
    if subject.user and str(subject.user.pk) == data.get(SESSION_KEY):
        return True
    if subject.user and subject.user.pk in pending.accounts(data):
        return True
    text = json.dumps(data, default=str).lower()
    return any(json.dumps(email) in text for email in subject.emails)


def forget_tries(subject: Subject) -> int:
    return drop(tries(subject))


def forget_copies(subject: Subject) -> int:
    return drop(copies(subject))


def turn_away(subject: Subject) -> int:
    """End the sessions that hold an address of this person; their cached copies go with them."""
    gone, _ = Session.objects.filter(pk__in=at_the_door(subject)).delete()
    return gone


def named(start: str) -> Iterator[str]:
    keys: Any = getattr(cache, "named")  # noqa: B009  (the shop's own cache has it, Django's types not)
    return iter(keys(start))


def drop(keys: list[str]) -> int:
    cache.delete_many(keys)
    return len(keys)
