"""What is paid back is credited, per rate and to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from orders.models import CreditNote, OrderEvent, Refund
from orders.money import CENT, Part, credited_vat, split, vat_by_part, vat_by_rate
from orders.paper import credit_notes
from tests.orders.paper import captured, credited, invoiced, rates, refunded, sold

pytestmark = pytest.mark.django_db

RATES = [Decimal(n) for n in (0, 6, 9, 21)]

cents = st.integers(0, 9_999_99).map(lambda n: Decimal(n) / 100)


def test_a_whole_refund_mirrors_its_invoice_exactly() -> None:
    invoice = invoiced(("129.95", "21", 1), ("3.50", "9", 3), discounts=["10.00", "0.35"])

    note = credited(refunded(invoice.order, invoice.total))

    assert note
    assert note.number == f"C{timezone.localtime().year}-000001"
    assert note.total == invoice.total
    for part in ("lines", "shipping", "discount", "vat", "order", "country"):
        assert note.content[part] == invoice.content[part]
    assert note.content["invoice"]["number"] == invoice.number
    assert (note.name, note.street, note.city) == (invoice.name, invoice.street, invoice.city)


def test_a_returned_line_is_credited_at_its_own_rate() -> None:
    invoice = invoiced(("129.95", "21", 1), ("3.50", "9", 3))
    line = invoice.order.lines.get(quantity=3)

    note = credited(refunded(invoice.order, "7.00", pieces={line: (2, "7.00")}))

    assert note
    assert rates(note) == [("9", "6.42", "0.58", "7.00")]
    [row] = note.content["lines"]
    assert (row["title"], row["quantity"], row["total"]) == ("Thing at 9%", 2, "7.00")
    assert note.content["shipping"] is None


def test_delivery_is_credited_beside_the_lines() -> None:
    invoice = invoiced(("20.00", "9", 1), shipping="3.95")
    line = invoice.order.lines.get()

    note = credited(refunded(invoice.order, "13.95", pieces={line: (1, "10.00")}, shipping="3.95"))

    assert note
    assert rates(note) == [("21", "3.26", "0.69", "3.95"), ("9", "9.17", "0.83", "10.00")]
    assert note.content["shipping"]["total"] == "3.95"


def test_a_free_amount_is_spread_over_the_rates_in_proportion() -> None:
    invoice = invoiced(("100.00", "21", 1), ("50.00", "9", 1), shipping="0")

    note = credited(refunded(invoice.order, "30.00"))

    assert note
    assert [(rate, gross) for rate, _, _, gross in rates(note)] == [("21", "20.00"), ("9", "10.00")]


def test_a_line_already_credited_by_a_free_amount_is_not_credited_twice() -> None:
    invoice = invoiced(("100.00", "21", 1), ("50.00", "9", 1), shipping="0")
    line = invoice.order.lines.get(unit_price=100)
    credited(refunded(invoice.order, "30.00"))

    note = credited(refunded(invoice.order, "100.00", pieces={line: (1, "100.00")}))

    assert note
    assert [(rate, gross) for rate, _, _, gross in rates(note)] == [("21", "80.00"), ("9", "20.00")]


def test_a_refund_is_credited_once_however_often_it_is_told() -> None:
    invoice = invoiced(("100.00", "21", 1))
    refund = refunded(invoice.order, "30.00")

    assert credited(refund) == credited(refund)
    assert CreditNote.objects.count() == 1


def test_what_was_paid_twice_is_no_part_of_the_invoice() -> None:
    invoice = invoiced(("100.00", "21", 1))
    again = captured(invoice.order, position=2)

    refund = refunded(invoice.order, invoice.total, attempt=again, reason=Refund.Reason.DOUBLE)

    assert credited(refund) is None
    assert not CreditNote.objects.exists()


def test_an_order_without_an_invoice_has_no_credit_note() -> None:
    order = sold(("100.00", "21", 1))

    assert credited(refunded(order, order.total)) is None
    assert not CreditNote.objects.exists()


def test_more_than_the_invoice_is_never_credited_and_staff_is_told() -> None:
    invoice = invoiced(("100.00", "21", 1), shipping="0")
    credited(refunded(invoice.order, "80.00"))

    note = credited(refunded(invoice.order, "30.00", state=Refund.State.EXTERNAL))

    assert note
    assert note.total == Decimal("20.00")
    assert OrderEvent.objects.get(alert=True).kind == "credit_note_short"


def test_a_refund_that_failed_leaves_no_number_behind() -> None:
    invoice = invoiced(("100.00", "21", 1))
    refund = refunded(invoice.order, "1.00")
    with transaction.atomic():
        credit_notes.issue(refund, now=timezone.now())
        transaction.set_rollback(True)

    note = credited(refund)
    assert note
    assert note.number.endswith("-000001")


@given(st.dictionaries(st.integers(), cents, min_size=1), st.floats(0, 1))
def test_an_amount_is_split_to_the_cent_and_nobody_gets_more_than_is_there(
    there: dict[int, Decimal], part: float
) -> None:
    whole = sum(there.values())
    amount = (Decimal(part) * whole).quantize(CENT)
    amount = min(amount, Decimal(whole))

    shares = split(amount, there)

    assert sum(shares.values(), Decimal(0)) == amount
    for key, share in shares.items():
        assert Decimal(0) <= share <= there[key]
        assert abs(share - amount * there[key] / whole) <= CENT


@given(st.lists(cents, min_size=1, max_size=8), st.sampled_from(RATES))
def test_the_vat_of_credits_adds_up_to_that_of_the_whole(
    amounts: list[Decimal], rate: Decimal
) -> None:
    before, vats = Decimal(0), []
    for gross in amounts:
        vats.append(credited_vat(before, gross, rate))
        before += gross

    assert all(Decimal(0) <= vat <= gross for vat, gross in zip(vats, amounts, strict=True))
    assert sum(vats) == vat_by_rate([Part(before, rate)]).get(rate, 0)


@given(st.lists(st.builds(Part, gross=cents, rate=st.just(Decimal(21))), min_size=1, max_size=9))
def test_the_odd_cents_are_the_largest_lines(lines: list[Part]) -> None:
    [largest, *_] = sorted(range(len(lines)), key=lambda n: -lines[n].gross)

    for n, (part, share) in enumerate(zip(lines, vat_by_part(lines), strict=True)):
        if n != largest:
            assert share == vat_by_rate([part]).get(Decimal(21), 0)


lines = st.tuples(
    st.integers(1, 300_00), st.sampled_from(["0", "6", "9", "21"]), st.integers(1, 4)
).map(lambda line: (str(Decimal(line[0]) / 100), line[1], line[2]))


class AnySplit(TestCase):
    """Whatever is paid back in whatever parts."""

    @settings(max_examples=40, deadline=None)
    @given(st.lists(lines, min_size=1, max_size=4), st.lists(st.integers(1, 400_00), max_size=5))
    def test_credit_notes_never_exceed_their_invoice_and_all_of_it_mirrors_it(
        self, bought: list[tuple[str, str, int]], parts: list[int]
    ) -> None:
        invoice = invoiced(*bought)
        left = invoice.total
        notes = []
        for cents_back in parts:
            amount = min(Decimal(cents_back) / 100, left)
            if amount:
                notes.append(credited(refunded(invoice.order, amount)))
                left -= amount
        sums = _sums(notes)
        for rate, net, vat, gross in rates(invoice):
            credited_so_far = sums.get(rate, [Decimal(0)] * 3)
            assert all(
                a <= Decimal(b) for a, b in zip(credited_so_far, (net, vat, gross), strict=True)
            )

        if left:
            notes.append(credited(refunded(invoice.order, left)))

        assert _sums(notes) == {
            rate: [Decimal(part) for part in rest] for rate, *rest in rates(invoice)
        }
        for paper in (invoice, *notes):
            assert paper
            _agrees(paper.content, paper.total)


def _sums(notes: list[CreditNote | None]) -> dict[str, list[Decimal]]:
    sums: dict[str, list[Decimal]] = {}
    for note in notes:
        assert note
        for rate, *rest in rates(note):
            so_far = sums.get(rate, [Decimal(0)] * 3)
            sums[rate] = [a + Decimal(b) for a, b in zip(so_far, rest, strict=True)]
    return sums


def _agrees(content: dict[str, object], total: Decimal) -> None:
    """Sums over lines = sums per rate = total."""
    rows = [*content["lines"], *([content["shipping"]] if content["shipping"] else [])]  # type: ignore[misc]
    assert sum(Decimal(row["total"]) for row in rows) == total
    for part in content["vat"]:  # type: ignore[attr-defined]
        same = [row for row in rows if row["vat_rate"] == part["rate"]]
        assert sum(Decimal(row["total"]) for row in same) == Decimal(part["gross"])
        assert sum(Decimal(row["vat"]) for row in same) == Decimal(part["vat"])
        assert Decimal(part["net"]) + Decimal(part["vat"]) == Decimal(part["gross"])
