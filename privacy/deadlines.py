"""When an answer is due, counted as the law counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from privacy.models.requests import Regime
from privacy.regimes import RULES

SATURDAY = 5


def answer_due(
    received_at: datetime,
    *,
    extended: bool = False,
    regime: str = Regime.GDPR,
    paused: int = 0,
) -> datetime:
    """The last moment to answer a request: one calendar month, three if extended.

    A month without that day ends on its last day; a weekend or public holiday moves to the next working day.
    Counted in the time zone of ``received_at``. Raises ValueError if that is naive.
    ``paused``: days during which the clock stood still. Other laws have other terms: see regimes.
    Source: Art. 12(3) GDPR; Art. 3 Regulation (EEC, Euratom) 1182/71.
    """  # noqa: E501
    if received_at.tzinfo is None:
        raise ValueError("received_at must have a time zone.")
    rules = RULES[regime]
    term = rules.extended if extended else rules.term
    day = term.after(received_at.date()) + timedelta(days=paused)
    while rules.working and not is_working_day(day, regime):
        day += timedelta(days=1)
    return datetime.combine(day, time.max, tzinfo=received_at.tzinfo)


def confirm_due(received_at: datetime, regime: str) -> datetime | None:
    """The last moment to confirm receipt, where a law asks for that; the day itself not counted."""
    if received_at.tzinfo is None:
        raise ValueError("received_at must have a time zone.")
    left, day = RULES[regime].confirm, received_at.date()
    if not left:
        return None
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, regime)
    return datetime.combine(day, time.max, tzinfo=received_at.tzinfo)


def is_working_day(day: date, regime: str = Regime.GDPR) -> bool:
    return day.weekday() < SATURDAY and day not in public_holidays(day.year, regime)


@lru_cache(maxsize=200)
def public_holidays(year: int, regime: str = Regime.GDPR) -> frozenset[date]:
    """The days on which a legal term cannot end, weekends apart.

    For the Netherlands those of Art. 3 Algemene termijnenwet, which counts Good Friday and every
    5 May, though most people work on them.
    """
    rules = RULES[regime]
    offered = holidays.country_holidays(rules.country).supported_categories
    counted = [kind for kind in ("public", "optional") if kind in offered and rules.working]
    return frozenset(
        holidays.country_holidays(
            rules.country, subdiv=rules.part, years=year, categories=counted or ["public"]
        )
    )
