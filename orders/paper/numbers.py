"""Numbers without a gap, per series and year."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from django.db import connection
from django.utils import timezone

TAKE = """
INSERT INTO orders_counter AS counter (name, last) VALUES (%s, 1)
ON CONFLICT (name) DO UPDATE SET last = counter.last + 1 RETURNING last
"""


class Series(Enum):
    """What is numbered: the letter of its numbers."""

    INVOICE = "F"
    CREDIT_NOTE = "C"

    def counter(self, year: int) -> str:
        return f"{self.name.lower().replace('_', '-')}-{year}"


def take(series: Series, *, now: datetime) -> str:
    """The next number of this year, in the shop's own time zone: F2026-000001.

    The counter's row stays locked until the caller's transaction ends, so a number is never given
    twice, nor lost by a rollback. Take it last: whoever wants the next one waits that long.
    """
    year = timezone.localtime(now).year
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [series.counter(year)])
        return f"{series.value}{year}-{cursor.fetchone()[0]:06d}"
