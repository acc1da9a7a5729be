"""Days and moments in words, in the active language and the shop's time zone."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def day(at: datetime | None) -> str:
    """``14 december 2026``; nothing for no day."""
    return date_format(timezone.localtime(at), "j F Y") if at else ""


def moment(at: datetime) -> str:
    """``14 december 2026, 15:20``."""
    return date_format(timezone.localtime(at), "j F Y, H:i")
