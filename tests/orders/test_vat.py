"""The table of VAT rates, by country, class and day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from orders import countries, vat

CHANGES = [
    ("DE", vat.STANDARD, date(2020, 7, 1), "19", "16"),
    ("DE", vat.STANDARD, date(2021, 1, 1), "16", "19"),
    ("DE", vat.REDUCED, date(2020, 7, 1), "7", "5"),
    ("EE", vat.STANDARD, date(2024, 1, 1), "20", "22"),
    ("EE", vat.STANDARD, date(2025, 7, 1), "22", "24"),
    ("FI", vat.STANDARD, date(2024, 9, 1), "24", "25.5"),
    ("IE", vat.STANDARD, date(2021, 3, 1), "21", "23"),
    ("LU", vat.STANDARD, date(2023, 1, 1), "17", "16"),
    ("RO", vat.STANDARD, date(2025, 8, 1), "19", "21"),
    ("SK", vat.STANDARD, date(2025, 1, 1), "20", "23"),
]


@pytest.mark.parametrize(("country", "vat_class", "day", "before", "since"), CHANGES)
def test_a_rate_changes_on_its_day_and_not_a_day_sooner(
    country: str, vat_class: str, day: date, before: str, since: str
) -> None:
    assert vat.rate(country, vat_class, day - timedelta(days=1)) == Decimal(before)
    assert vat.rate(country, vat_class, day) == Decimal(since)


@pytest.mark.parametrize("country", countries.CODES)
@pytest.mark.parametrize("vat_class", [vat.STANDARD, vat.REDUCED])
def test_each_country_has_one_rate_for_each_day_with_its_source(
    country: str, vat_class: str
) -> None:
    rows = vat.TABLE[country, vat_class]

    assert rows[0].until is None
    assert rows[-1].since == vat.FIRST
    for newer, older in pairwise(rows):
        assert older.until == newer.since - timedelta(days=1)
    for row in rows:
        assert row.source
        assert Decimal(5) <= row.percent <= Decimal(27)  # Art. 98 and the highest there is
    standard = vat.rate(country, vat.STANDARD, date(2026, 1, 1))
    assert standard >= Decimal(15)  # Art. 97
    assert vat.rate(country, vat_class, date(2026, 1, 1)) <= standard


def test_the_table_speaks_of_the_whole_union_and_of_nothing_else() -> None:
    assert {country for country, _ in vat.TABLE} == set(countries.CODES)
    assert len(countries.CODES) == 27
    with pytest.raises(KeyError):
        vat.rate("CN", vat.STANDARD, date(2026, 1, 1))


def test_what_is_free_of_vat_has_none_anywhere() -> None:
    assert vat.rate("HU", vat.ZERO, date(2026, 1, 1)) == 0
