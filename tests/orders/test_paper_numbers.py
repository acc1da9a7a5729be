"""Numbers without a gap, however many take one at once and however many of those fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orders.models import CreditNote, Invoice, Order, Refund
from orders.paper import credit_notes, invoices, snapshot
from orders.paper.numbers import Series, take
from tests.orders.paper import credited, invoiced, refunded, sold
from tests.orders.shop import PayPal, Shopper

AT_ONCE, EACH = 6, 10


@pytest.mark.django_db(transaction=True)
def test_no_number_is_lost_or_given_twice_among_many_of_which_some_fail() -> None:
    orders = [sold(("10.00", "21", 1)) for _ in range(AT_ONCE * EACH)]
    start = threading.Barrier(AT_ONCE)

    def buyer(mine: int) -> None:
        start.wait(10)
        for n, order in enumerate(orders[mine::AT_ONCE]):
            _issued(order, fails=n % 3 == 1)
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(buyer, range(AT_ONCE)))

    year = timezone.localtime().year
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    kept = AT_ONCE * sum(n % 3 != 1 for n in range(EACH))
    assert numbers == [f"F{year}-{n:06d}" for n in range(1, kept + 1)]


def _issued(order: Order, *, fails: bool) -> None:
    with transaction.atomic():
        invoices.issue(order, now=timezone.now())
        transaction.set_rollback(fails)


@pytest.mark.django_db(transaction=True)
def test_refunds_that_complete_at_once_never_credit_more_than_the_invoice() -> None:
    invoice = invoiced(("10.01", "21", 3), ("7.77", "9", 2), shipping="0")
    parts = ["9.99", "7.77", "8.88", "10.00", "5.00", "3.93"]
    assert sum(map(Decimal, parts)) == invoice.total
    refunds = [refunded(invoice.order, part) for part in parts]
    start = threading.Barrier(AT_ONCE)

    def completes(refund: Refund) -> None:
        start.wait(10)
        assert credited(refund)
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(completes, refunds))

    notes = CreditNote.objects.all()
    assert snapshot.summed(note.content for note in notes) == snapshot.summed([invoice.content])
    for part in invoice.content["vat"]:
        back = (vat for note in notes for vat in note.content["vat"] if vat["rate"] == part["rate"])
        assert sum(Decimal(vat["vat"]) for vat in back) == Decimal(part["vat"])


@pytest.mark.django_db
def test_each_year_and_series_begins_with_one() -> None:
    late, early = datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)

    with transaction.atomic():
        taken = [take(Series.INVOICE, now=moment) for moment in (late, late, early)]
        notes = [take(Series.CREDIT_NOTE, now=moment) for moment in (late, early)]

    assert taken == ["F2026-000001", "F2026-000002", "F2027-000001"]  # midnight in Amsterdam
    assert notes == ["C2026-000001", "C2027-000001"]


@pytest.mark.django_db
def test_an_invoice_is_numbered_by_four_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    order = sold(*[("10.00", "21", 1)] * 9)

    with transaction.atomic(), django_assert_num_queries(4) as seen:
        invoices.issue(order, now=timezone.now())

    assert [query["sql"].strip().split()[0] for query in seen] == [
        "SELECT",
        "SELECT",
        "INSERT",
        "INSERT",
    ]
    assert "orders_counter" in seen[2]["sql"]  # the number last, straight before its row


@pytest.mark.django_db
def test_a_credit_note_takes_its_number_last_too(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    invoice = invoiced(("10.00", "21", 1))
    refund = refunded(invoice.order, "5.00")

    with transaction.atomic(), django_assert_max_num_queries(6) as seen:
        credit_notes.issue(refund, now=timezone.now())

    assert "orders_counter" in seen[-2]["sql"]
    assert credited(refund)


@pytest.mark.django_db
def test_a_settled_payment_takes_its_number_when_all_else_is_done(
    place: Callable[..., Order], paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)

    with CaptureQueriesContext(connection) as seen:
        shopper.returns(order)

    said = [" ".join(query["sql"].split()[:3]) for query in seen]
    number = said.index("INSERT INTO orders_counter")
    assert said[number + 1] == 'INSERT INTO "orders_invoice"'
    assert said[number + 2].startswith("RELEASE SAVEPOINT")  # in a test; else the commit
