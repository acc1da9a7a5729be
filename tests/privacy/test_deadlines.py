from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.deadlines import answer_due, is_working_day, public_holidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MOMENTS = st.datetimes(  # naive bounds, as hypothesis wants them
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(AMSTERDAM),
)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-10T09:00", "2026-04-10"),  # the same day, next month
        ("2026-11-13T10:20", "2026-12-14"),  # the 13th is a Sunday
        ("2025-01-31T23:59", "2025-02-28"),  # no 31 February
        ("2024-01-31T12:00", "2024-02-29"),  # a leap year
        ("2026-03-06T12:00", "2026-04-07"),  # Easter Monday is the 6th
        ("2026-11-25T12:00", "2026-12-28"),  # both days of Christmas, then a weekend
        ("2026-12-01T00:00", "2027-01-04"),  # New Year's Day is a Friday
    ],
)
def test_an_answer_is_due_one_calendar_month_later_on_a_working_day(
    received: str, due: str
) -> None:
    answer = answer_due(datetime.fromisoformat(received).replace(tzinfo=AMSTERDAM))

    assert answer.date() == date.fromisoformat(due)
    assert (answer + timedelta(microseconds=1)).date() == answer.date() + timedelta(days=1)


def test_an_extended_answer_is_due_three_months_later() -> None:
    received = datetime(2026, 11, 30, 12, tzinfo=AMSTERDAM)

    assert answer_due(received, extended=True).date() == date(2027, 3, 1)  # 28 February: a Sunday


def test_a_request_just_after_midnight_counts_from_its_day_where_we_are() -> None:
    received = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)

    assert answer_due(received.astimezone(AMSTERDAM)).date() == date(2026, 4, 10)


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        answer_due(datetime(2026, 3, 10))  # noqa: DTZ001


def test_the_kings_birthday_is_never_celebrated_on_a_sunday() -> None:
    assert date(2025, 4, 26) in public_holidays(2025)
    assert date(2025, 4, 27) not in public_holidays(2025)


@given(MOMENTS)
def test_no_answer_is_due_on_a_free_day_nor_before_a_month_has_passed(received: datetime) -> None:
    due = answer_due(received)

    assert is_working_day(due.date())
    assert timedelta(days=27) < due.date() - received.date() < timedelta(days=37)


@given(MOMENTS, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60)))
def test_who_asks_later_is_never_answered_earlier(received: datetime, later: timedelta) -> None:
    assert answer_due(received) <= answer_due(received + later)
