"""The one link of a case: unguessable, and kept as a digest only."""

from __future__ import annotations

import hashlib
import secrets
from enum import Enum

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from privacy.models import Request


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Door(Enum):
    """What a link is for. It opens no other page, and does nothing else."""

    KEEP = "keep"  # take a deletion back
    FETCH = "fetch"  # download an archive
    REPLY = "reply"  # answer a question


def digest(token: str, door: Door) -> str:
    """Of a token and of what it is for, so that at another door it is unknown."""
    return hashlib.sha256(f"{door.value}:{token}".encode(errors="replace")).hexdigest()


def behind(token: str, door: Door) -> QuerySet[Request]:
    """The case of a link."""
    return Request.objects.filter(link_digest=digest(token, door))


def absolute(name: str, language: str, *args: str) -> str:
    """The address of a page in a language, for a letter."""
    with translation.override(language):
        return settings.SITE_URL.rstrip("/") + reverse(name, args=args)
