"""The one link of a case: unguessable, and kept as a digest only."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse
from django.utils import translation


def new_token() -> str:
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def absolute(name: str, language: str, *args: str) -> str:
    """The address of a page in a language, for a letter."""
    with translation.override(language):
        return settings.SITE_URL.rstrip("/") + reverse(name, args=args)
