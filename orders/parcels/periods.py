"""Until when a buyer can withdraw, counted as the law counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from django.utils import timezone

from orders.models import Order
from orders.parcels.holding import lineage

DAYS = 14  # Art. 9(1) Directive 2011/83
SATURDAY = 5
HERE = "NL"
FREE = ("public", "bank", "optional")


def withdrawal_end(delivered_at: datetime, country: str) -> datetime:
    """The last moment to withdraw from what was delivered then, in our time zone.

    The day of delivery does not count; the fourteenth day after it counts to its last hour. If
    that is a Saturday, a Sunday or a public holiday, here or where it was delivered, the period
    ends with the next working day.
    Source: Art. 9(2)(b) Directive 2011/83; Art. 3 Regulation (EEC, Euratom) 1182/71.
    """
    day = timezone.localdate(delivered_at) + timedelta(days=DAYS)
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


def withdrawal_until(order: Order) -> datetime | None:
    """Until when its buyer can withdraw; None while not all of it is there.

    Of a redelivery it is the period of the order in whose place it was sent.
    """
    first = lineage(order)[-1]
    if first.delivered_at is None:
        return None
    return withdrawal_end(first.delivered_at, first.delivery_country)


def is_working_day(day: date, country: str) -> bool:
    free = _holidays(HERE, day.year) | _holidays(country or HERE, day.year)
    return day.weekday() < SATURDAY and day not in free


@lru_cache(maxsize=200)
def _holidays(country: str, year: int) -> frozenset[date]:
    """Public and bank holidays, also those that some only have off, such as 5 May here.

    A day too many gives the buyer a day more; one too few would take it from him.
    """
    known = holidays.country_holidays(country).supported_categories
    counted = [category for category in FREE if category in known]
    return frozenset(holidays.country_holidays(country, years=year, categories=counted))
