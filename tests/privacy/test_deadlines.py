"""Dates on which an answer is due, each with its reasoning beside it.

Weekdays and holidays were looked up in a calendar, not computed with the code under test.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.deadlines import answer_due, confirm_due, is_working_day, public_holidays
from privacy.models.requests import Regime
from privacy.regimes import RULES, of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MOMENTS = st.datetimes(  # naive bounds, as hypothesis wants them
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(AMSTERDAM),
)
REGIMES = st.sampled_from([Regime.GDPR, Regime.UK, Regime.CALIFORNIA])

GDPR = [
    # one calendar month: the same day of the next
    ("2026-03-10T09:00", "2026-04-10", "the same day next month, a Friday"),
    ("2026-06-15T09:00", "2026-07-15", "a month of 30 days gives 30 days"),
    ("2026-07-15T09:00", "2026-08-17", "a month of 31 days; the 15th of August is a Saturday"),
    ("2026-02-12T09:00", "2026-03-12", "February gives 28 days, not 30"),
    ("2024-02-12T09:00", "2024-03-12", "a leap February gives 29 days"),
    ("2026-12-15T09:00", "2027-01-15", "over the year's end"),
    ("2025-12-01T09:00", "2026-01-02", "the 1st of January is free; the 2nd is a Friday"),
    # the day of receipt does not count, whatever its hour
    ("2026-03-10T00:00", "2026-04-10", "received in the first moment of the day"),
    ("2026-03-10T23:59", "2026-04-10", "received in the last minute of the day"),
    ("2026-03-11T00:00", "2026-04-13", "a minute later; the 11th of April is a Saturday"),
    # a day that the month does not have: its last day
    ("2025-01-31T23:59", "2025-02-28", "no 31 February; the 28th is a Friday"),
    ("2025-01-30T12:00", "2025-02-28", "no 30 February"),
    ("2025-01-29T12:00", "2025-02-28", "no 29 February in 2025"),
    ("2025-01-28T12:00", "2025-02-28", "there is a 28th"),
    ("2024-01-31T12:00", "2024-02-29", "a leap year: the 29th, a Thursday"),
    ("2024-01-29T12:00", "2024-02-29", "a leap year has this day"),
    ("2026-01-31T12:00", "2026-03-02", "the 28th of February is a Saturday: Monday"),
    ("2028-01-31T12:00", "2028-02-29", "a leap year: the 29th, a Tuesday"),
    ("2100-01-29T12:00", "2100-03-01", "2100 is no leap year; the 28th of February is a Sunday"),
    ("2026-03-31T12:00", "2026-04-30", "no 31 April; the 30th is a Thursday"),
    ("2026-05-31T12:00", "2026-06-30", "no 31 June; a Tuesday"),
    ("2026-08-31T12:00", "2026-09-30", "no 31 September; a Wednesday"),
    ("2026-10-31T12:00", "2026-11-30", "no 31 November; a Monday"),
    # a month that ends on its last day does not stretch: the 28th gives the 28th
    ("2026-02-28T12:00", "2026-03-30", "the 28th of March, a Saturday; not the 31st"),
    ("2024-02-29T12:00", "2024-04-02", "the 29th of March is Good Friday, the 1st of April Easter"),
    ("2026-04-30T12:00", "2026-06-01", "the 30th of May is a Saturday; not the 31st"),
    # a weekend
    ("2026-11-13T10:20", "2026-12-14", "the 13th of December is a Sunday"),
    ("2026-09-10T12:00", "2026-10-12", "the 10th of October is a Saturday"),
    ("2026-04-11T12:00", "2026-05-11", "received on a Saturday: that does not move the start"),
    ("2026-04-12T12:00", "2026-05-12", "received on a Sunday: that does not either"),
    # holidays of the Algemene termijnenwet
    ("2026-03-06T12:00", "2026-04-07", "the 6th of April is Easter Monday"),
    ("2026-03-03T12:00", "2026-04-07", "Good Friday, then Easter to Monday the 6th"),
    ("2027-02-26T12:00", "2027-03-30", "Good Friday the 26th of March, Easter to the 29th"),
    ("2025-03-18T12:00", "2025-04-22", "Good Friday the 18th of April, Easter to the 21st"),
    ("2026-03-27T12:00", "2026-04-28", "the King's birthday, a Monday"),
    ("2027-03-27T12:00", "2027-04-28", "the King's birthday, a Tuesday"),
    ("2025-03-27T12:00", "2025-04-28", "a Sunday in 2025; the birthday was kept on the 26th"),
    ("2025-03-26T12:00", "2025-04-28", "the 26th of April 2025: the birthday, and a Saturday"),
    ("2026-04-05T12:00", "2026-05-06", "the 5th of May counts in every year, not in lustrum years"),
    ("2025-04-05T12:00", "2025-05-06", "the 5th of May in a lustrum year, when all have it off"),
    ("2027-04-05T12:00", "2027-05-07", "the 5th of May, then Ascension Day the 6th"),
    ("2026-04-14T12:00", "2026-05-15", "Ascension Day the 14th; the Friday after it is no holiday"),
    ("2026-04-25T12:00", "2026-05-26", "Whit Monday the 25th"),
    ("2026-04-24T12:00", "2026-05-26", "Whit Sunday the 24th, then Whit Monday"),
    ("2026-11-25T12:00", "2026-12-28", "both days of Christmas, then a Sunday"),
    ("2027-11-25T12:00", "2027-12-27", "Christmas on a weekend is not made up for on Monday"),
    ("2026-11-24T12:00", "2026-12-24", "Christmas Eve is an ordinary Thursday"),
    ("2026-11-30T12:00", "2026-12-30", "so are the days between the years"),
    ("2025-11-30T12:00", "2025-12-30", "the 30th, a Tuesday"),
    ("2026-12-01T00:00", "2027-01-04", "New Year's Day is a Friday, then a weekend"),
    ("2026-09-30T12:00", "2026-10-30", "Reformation Day is free elsewhere, not here"),
    ("2026-04-01T12:00", "2026-05-01", "the 1st of May is free elsewhere, not here"),
]

EXTENDED = [
    (Regime.GDPR, "2026-11-30T12:00", "2027-03-01", "three months: no 30 February, then a Sunday"),
    (Regime.GDPR, "2026-01-31T12:00", "2026-04-30", "counted from receipt, not from 2 March"),
    (Regime.GDPR, "2026-03-10T12:00", "2026-06-10", "the 10th of June, a Wednesday"),
    (Regime.GDPR, "2026-02-05T12:00", "2026-05-06", "the 5th of May"),
    (Regime.UK, "2026-02-05T12:00", "2026-05-05", "no holiday in England"),
    (Regime.UK, "2026-05-31T12:00", "2026-09-01", "the 31st of August: the summer bank holiday"),
    (Regime.CALIFORNIA, "2026-03-10T12:00", "2026-06-08", "90 days from receipt"),
    (Regime.CALIFORNIA, "2025-12-01T12:00", "2026-03-01", "90 days, a Sunday: days are days"),
]

ELSEWHERE = [
    (Regime.UK, "2026-03-10T09:00", "2026-04-10", "the same day next month"),
    (Regime.UK, "2026-01-31T09:00", "2026-03-02", "no 31 February; the 28th is a Saturday"),
    (Regime.UK, "2026-03-27T09:00", "2026-04-27", "the Dutch King's birthday is a working day"),
    (Regime.UK, "2026-04-05T09:00", "2026-05-05", "the 5th of May is one too"),
    (Regime.UK, "2026-04-04T09:00", "2026-05-05", "the early May bank holiday, Monday the 4th"),
    (Regime.UK, "2026-04-25T09:00", "2026-05-26", "the spring bank holiday, Monday the 25th"),
    (Regime.UK, "2026-03-03T09:00", "2026-04-07", "Good Friday to Easter Monday"),
    (Regime.UK, "2026-11-26T09:00", "2026-12-29", "Boxing Day, a Saturday: made up for on Monday"),
    (Regime.UK, "2026-07-31T09:00", "2026-09-01", "the summer bank holiday, Monday the 31st"),
    (Regime.UK, "2026-12-01T09:00", "2027-01-04", "New Year's Day, then a weekend"),
    (Regime.CALIFORNIA, "2026-03-10T09:00", "2026-04-24", "45 days: 21 in March, 24 in April"),
    (Regime.CALIFORNIA, "2026-01-31T09:00", "2026-03-17", "45 days: 28 in February, 17 in March"),
    (Regime.CALIFORNIA, "2024-01-31T09:00", "2024-03-16", "45 days: 29 in February, 16 in March"),
    (Regime.CALIFORNIA, "2026-03-04T09:00", "2026-04-18", "a Saturday does not move it"),
    (Regime.CALIFORNIA, "2026-11-10T09:00", "2026-12-25", "nor does Christmas"),
]

PAUSED = [
    (Regime.GDPR, "2026-03-10T09:00", 5, "2026-04-15", "five days later"),
    (Regime.GDPR, "2026-03-10T09:00", 1, "2026-04-13", "a day later is a Saturday"),
    (Regime.GDPR, "2026-03-06T09:00", 0, "2026-04-07", "no pause: Easter Monday moves it"),
    (Regime.GDPR, "2026-03-06T09:00", 1, "2026-04-07", "the pause is added before Easter moves it"),
    (Regime.UK, "2026-03-10T09:00", 14, "2026-04-24", "two weeks later"),
]

CONFIRMED = [
    ("2026-03-10T09:00", "2026-03-24", "ten working days: two weekends, nothing else"),
    ("2026-11-10T09:00", "2026-11-25", "Veterans Day, the 11th, is none"),
    ("2026-11-20T09:00", "2026-12-08", "Thanksgiving and the Friday after it are none"),
    ("2026-12-18T09:00", "2027-01-05", "neither are Christmas and New Year's Day"),
    ("2026-03-07T09:00", "2026-03-20", "received on a Saturday: Monday is the first"),
]


def here(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(("received", "due", "why"), GDPR)
def test_an_answer_is_due_one_calendar_month_later_on_a_working_day(
    received: str, due: str, why: str
) -> None:
    answer = answer_due(here(received))

    assert answer.date() == date.fromisoformat(due), why
    assert (answer + timedelta(microseconds=1)).date() == answer.date() + timedelta(days=1)


@pytest.mark.parametrize(("regime", "received", "due", "why"), EXTENDED)
def test_an_extended_answer_is_counted_from_receipt(
    regime: Regime, received: str, due: str, why: str
) -> None:
    assert answer_due(here(received), extended=True, regime=regime).date() == date.fromisoformat(
        due
    ), why


@pytest.mark.parametrize(("regime", "received", "due", "why"), ELSEWHERE)
def test_other_laws_have_their_own_terms_and_holidays(
    regime: Regime, received: str, due: str, why: str
) -> None:
    assert answer_due(here(received), regime=regime).date() == date.fromisoformat(due), why


@pytest.mark.parametrize(("regime", "received", "days", "due", "why"), PAUSED)
def test_a_pause_is_added_to_the_term(
    regime: Regime, received: str, days: int, due: str, why: str
) -> None:
    assert answer_due(here(received), regime=regime, paused=days).date() == date.fromisoformat(
        due
    ), why


@pytest.mark.parametrize(("received", "due", "why"), CONFIRMED)
def test_receipt_is_confirmed_within_ten_working_days_in_california(
    received: str, due: str, why: str
) -> None:
    confirm = confirm_due(here(received), Regime.CALIFORNIA)

    assert confirm is not None
    assert confirm.date() == date.fromisoformat(due), why
    assert confirm_due(here(received), Regime.GDPR) is None


def test_the_table_has_at_least_sixty_dates() -> None:
    assert len(GDPR) + len(EXTENDED) + len(ELSEWHERE) + len(PAUSED) + len(CONFIRMED) >= 60


@pytest.mark.parametrize(
    ("moment", "due", "why"),
    [
        ("2026-03-09T23:30", "2026-04-10", "half past midnight in winter: the 10th here"),
        ("2026-03-09T22:59", "2026-04-09", "a minute before midnight: the 9th here"),
        ("2026-07-08T22:30", "2026-08-10", "in summer two hours ahead: the 9th here, then Sunday"),
        ("2026-07-08T21:59", "2026-08-10", "the 8th here, which is a Saturday in August"),
    ],
)
def test_the_day_is_that_of_where_we_are(moment: str, due: str, why: str) -> None:
    received = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert answer_due(received.astimezone(AMSTERDAM)).date() == date.fromisoformat(due), why


def test_the_last_moment_keeps_its_hour_over_the_change_to_summer_time() -> None:
    due = answer_due(here("2026-03-10T09:00"))

    assert due.isoformat() == "2026-04-10T23:59:59.999999+02:00"


def test_a_moment_without_time_zone_is_refused() -> None:
    for count in (answer_due, lambda moment: confirm_due(moment, Regime.CALIFORNIA)):
        with pytest.raises(ValueError, match="time zone"):
            count(datetime(2026, 3, 10))  # noqa: DTZ001


def test_the_kings_birthday_is_never_celebrated_on_a_sunday() -> None:
    assert date(2025, 4, 26) in public_holidays(2025)
    assert date(2025, 4, 27) not in public_holidays(2025)


@pytest.mark.parametrize("year", range(2024, 2036))
def test_the_fifth_of_may_and_good_friday_count_every_year(year: int) -> None:
    fixed = [date(year, month, day) for month, day in [(1, 1), (5, 5), (12, 25), (12, 26)]]

    assert not [day for day in fixed if day not in public_holidays(year)]
    assert sum(day.weekday() == 4 and day.month in (3, 4) for day in public_holidays(year)) >= 1


def test_the_law_follows_the_country() -> None:
    assert [of(c) for c in ("GB", "US-CA", "NL", "DE", "US", "", "ZZ")] == [
        Regime.UK,
        Regime.CALIFORNIA,
        *[Regime.GDPR] * 5,
    ]
    assert set(RULES) == set(Regime)


@given(MOMENTS, REGIMES)
def test_no_answer_is_due_on_a_free_day_nor_before_a_month_has_passed(
    received: datetime, regime: Regime
) -> None:
    due = answer_due(received, regime=regime)

    if RULES[regime].working:
        assert is_working_day(due.date(), regime)
    assert timedelta(days=27) < due.date() - received.date() < timedelta(days=46)


@given(MOMENTS, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60)), REGIMES)
def test_who_asks_later_is_never_answered_earlier(
    received: datetime, later: timedelta, regime: Regime
) -> None:
    assert answer_due(received, regime=regime) <= answer_due(received + later, regime=regime)


@given(MOMENTS, REGIMES)
def test_more_time_is_never_less(received: datetime, regime: Regime) -> None:
    assert answer_due(received, regime=regime) < answer_due(received, extended=True, regime=regime)
