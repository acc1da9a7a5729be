"""Texts in both languages of the shop: the Dutch one and the English one stand side by side."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language


def in_language(row: models.Model, field: str, language: str | None = None) -> str:
    """The text of ``field`` in the language, else in Dutch: the one that is never empty."""
    chosen = (language or get_language() or "nl")[:2]
    text = getattr(row, f"{field}_{chosen}", "") or getattr(row, f"{field}_nl")
    return str(text)
