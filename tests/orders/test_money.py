from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orders.money import Part, vat_by_part, vat_by_rate
from orders.vat import TABLE
from orders.vat import rate as rate_in

CENT = Decimal("0.01")
RATES = sorted({row.percent for rows in TABLE.values() for row in rows})

amounts = st.integers(0, 99_999_99).map(lambda cents: Decimal(cents) / 100)
parts = st.lists(st.builds(Part, gross=amounts, rate=st.sampled_from(RATES)), max_size=12)


@given(parts)
def test_the_shares_of_the_lines_add_up_to_the_vat_of_the_order(lines: list[Part]) -> None:
    shares = vat_by_part(lines)

    for rate, vat in vat_by_rate(lines).items():
        of_rate = zip(lines, shares, strict=True)
        assert sum(share for part, share in of_rate if part.rate == rate) == vat


@given(parts)
def test_vat_is_in_whole_cents_and_never_more_than_the_price(lines: list[Part]) -> None:
    for rate, vat in vat_by_rate(lines).items():
        gross = sum(part.gross for part in lines if part.rate == rate)
        assert vat == vat.quantize(CENT)
        assert Decimal(0) <= vat <= gross
        assert abs(vat - gross * rate / (100 + rate)) <= CENT / 2


@given(parts)
def test_net_and_vat_make_the_gross_price_again(lines: list[Part]) -> None:
    """True because gross is kept and VAT derived: 14.95 has no net price that rounds back."""
    for part, vat in zip(lines, vat_by_part(lines), strict=True):
        assert (part.gross - vat) + vat == part.gross


@given(parts)
def test_a_line_is_off_by_no_more_than_the_odd_cents(lines: list[Part]) -> None:
    for part, share in zip(lines, vat_by_part(lines), strict=True):
        exact = part.gross * part.rate / (100 + part.rate)
        assert abs(share - exact) <= CENT * (len(lines) + 1) / 2


def test_the_vat_of_the_example_is_to_the_cent() -> None:
    order = [Part(Decimal("129.95"), Decimal(21)), Part(Decimal("24.95"), Decimal(21))]

    assert vat_by_rate(order) == {Decimal(21): Decimal("26.88")}
    assert vat_by_part(order) == [Decimal("22.55"), Decimal("4.33")]


def test_nothing_shows_no_vat() -> None:
    assert vat_by_rate([Part(Decimal("0.00"), Decimal(21))]) == {}


def test_an_unknown_class_is_taxed_in_full() -> None:
    assert rate_in("NL", "unheard-of", date(2026, 1, 1)) == Decimal(21)
