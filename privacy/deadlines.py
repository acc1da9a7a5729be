"""When an answer is due, counted as the law counts."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta

SATURDAY = 5


def answer_due(received_at: datetime, *, extended: bool = False) -> datetime:
    """The last moment to answer a request: one calendar month, three if extended.

    A month without that day ends on its last day; a weekend or public holiday moves to the next working day.
    Counted in the time zone of ``received_at``. Raises ValueError if that is naive.
    Source: Art. 12(3) GDPR; Art. 3 Regulation (EEC, Euratom) 1182/71.
    """  # noqa: E501
    if received_at.tzinfo is None:
        raise ValueError("received_at must have a time zone.")
    day = add_months(received_at.date(), 3 if extended else 1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, time.max, tzinfo=received_at.tzinfo)


def add_months(day: date, months: int) -> date:
    """The same day some months on; the last day of a month that has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def public_holidays(year: int) -> set[date]:
    """The Dutch days on which a legal term cannot end, Sundays apart.

    Source: Art. 3 Algemene termijnenwet, which counts Good Friday and every 5 May.
    """
    king = date(year, 4, 27)
    if king.weekday() > SATURDAY:  # never celebrated on a Sunday
        king -= timedelta(days=1)
    fixed = {date(year, m, d) for m, d in [(1, 1), (5, 5), (12, 25), (12, 26)]}
    moving = {easter(year) + timedelta(days=days) for days in (-2, 1, 39, 50)}
    return fixed | moving | {king}


def easter(year: int) -> date:
    """Easter Sunday by the method of Meeus, Jones and Butcher (valid from 1583)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, part = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - shift + 15) % 30
    week = (32 + 2 * part + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * week) // 451
    month, day = divmod(epact + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
