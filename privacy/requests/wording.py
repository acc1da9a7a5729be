"""Dates in the words of the person's language, for letters."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone, translation
from django.utils.formats import date_format


def day(moment: datetime, language: str) -> str:
    with translation.override(language):
        return date_format(timezone.localtime(moment), "j F Y")


def minute(moment: datetime, language: str) -> str:
    with translation.override(language):
        return date_format(timezone.localtime(moment), "j F Y, H:i")
