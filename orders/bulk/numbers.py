"""Numbers for many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.utils import timezone

from orders.bulk.plans import Plan
from orders.paper.numbers import Series

TAKE = """
INSERT INTO orders_counter AS counter (name, last) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET last = counter.last + EXCLUDED.last RETURNING last
"""


def take(series: Series, moments: list[datetime]) -> Iterator[str]:
    """A number for each of these moments, without a gap, as ``paper.numbers.take`` would."""
    years = [timezone.localtime(moment).year for moment in moments]
    following: dict[int, int] = {}
    with connection.cursor() as cursor:
        for year, count in Counter(years).items():
            cursor.execute(TAKE, [series.counter(year), count])
            following[year] = cursor.fetchone()[0] - count
    for year in years:
        following[year] += 1
        yield f"{series.value}{year}-{following[year]:06d}"


def draw(plans: list[Plan]) -> list[str]:
    """A number for each order, of the year it was placed in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_number') FROM generate_series(1, %s)", [len(plans)])
        drawn = [number for (number,) in cursor.fetchall()]
    return [f"{p.placed_at:%Y}-{n:06d}" for p, n in zip(plans, drawn, strict=True)]
