from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from privacy.declarations import Period

moments = st.datetimes(
    datetime(2001, 1, 1),  # noqa: DTZ001  (hypothesis wants them naive and adds the zone)
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
periods = st.builds(
    Period,
    years=st.integers(0, 10),
    months=st.integers(0, 15),
    days=st.integers(0, 800),
    from_year_end=st.booleans(),
)


def test_a_year_from_the_29th_of_february_ends_on_the_28th() -> None:
    assert Period(years=1).after(date(2024, 2, 29)) == date(2025, 2, 28)
    assert Period(years=4).after(date(2024, 2, 29)) == date(2028, 2, 29)


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert Period(months=1).after(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Period(months=13).after(date(2026, 1, 31)) == date(2027, 2, 28)


def test_seven_years_are_seven_years() -> None:
    kept_until = Period(years=7).until(datetime(2026, 3, 1, 12, tzinfo=UTC))

    assert kept_until == datetime(2033, 3, 1, 23, 0, tzinfo=UTC)  # midnight in Amsterdam


def test_tax_law_counts_from_the_end_of_the_year() -> None:
    assert Period(years=7, from_year_end=True).after(date(2026, 1, 2)) == date(2033, 12, 31)


@given(clock=moments, now=moments, period=periods)
def test_the_cutoff_is_the_exact_inverse(clock: datetime, now: datetime, period: Period) -> None:
    assert (clock < period.cutoff(now)) == (period.until(clock) <= now)


@given(now=moments, period=periods)
def test_it_is_exact_to_the_microsecond_beside_the_cutoff(now: datetime, period: Period) -> None:
    cutoff = period.cutoff(now)

    assert period.until(cutoff - timedelta(microseconds=1)) <= now < period.until(cutoff)
