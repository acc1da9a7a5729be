"""Secrets in links. Only their digests are stored."""

from __future__ import annotations

import hashlib
import secrets


def new() -> str:
    """22 characters, 128 random bits."""
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
