"""P21: the law keeps an invoice and its credit notes, minimised; the person is told why and until
when, and then they go too."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import CreditNote, Invoice, Order
from orders.paper import pdf
from privacy import erasure, export, retention
from privacy.subjects import Subject
from tests.orders.paper import ADDRESS, credited, invoiced, refunded
from tests.orders.test_paper import text_of

pytestmark = pytest.mark.django_db

ANNA = Subject(emails=frozenset({"anna@example.com"}))
BOB = Subject(emails=frozenset({"bob@example.com"}))
IDENTIFYING = ("Anna", "Jansen", "Lindenlaan", "1015 AA", "anna@example.com", "12345678")


@pytest.fixture
def note() -> CreditNote:
    """Of an order that is closed."""
    invoice = invoiced(("100.00", "21", 1), phone="+31 6 12345678")
    note = credited(refunded(invoice.order, "30.00"))
    assert note
    now = timezone.now()
    Order.objects.update(state=Order.State.CLOSED, closed_at=now, liable_from_at=now)
    return note


def test_what_is_frozen_beside_the_address_identifies_nobody(note: CreditNote) -> None:
    for paper in (note, note.invoice):
        frozen = json.dumps(paper.content)
        assert [word for word in IDENTIFYING if word in frozen] == []


def test_the_download_has_invoice_and_credit_note(note: CreditNote) -> None:
    mine, others = str(export.collect(ANNA)), str(export.collect(BOB))

    for value in (note.number, note.invoice.number, note.content["refund"], "Thing at 21%"):
        assert value in mine
        assert value not in others


@pytest.mark.parametrize("model", [Invoice, CreditNote])
def test_an_erasure_keeps_the_paper_and_says_why_and_until_when(
    note: CreditNote, model: type[Any]
) -> None:
    plan = erasure.erase(ANNA, timezone.now())

    paper = model.objects.get()
    assert {name: getattr(paper, name) for name in ADDRESS} == ADDRESS
    [line] = [
        line
        for line in plan.kept
        if line.model == model._meta.label and "name" in line.group.fields
    ]
    assert {ground.law for ground in line.grounds} == {"Art. 17(3)(b)"}
    assert line.until is not None
    assert timezone.localtime(line.until).year == timezone.localtime(paper.issued_at).year + 8
    order = Order.objects.get()
    assert (order.email, order.billing_name, order.phone) == ("", "", "")


def test_the_paper_can_still_be_printed_after_the_order_forgot(
    note: CreditNote, client: Client
) -> None:
    before = pdf.credit_note(note)
    erasure.erase(ANNA, timezone.now())

    assert pdf.credit_note(CreditNote.objects.get()) == before


def test_after_the_statutory_term_nothing_of_the_person_is_left(note: CreditNote) -> None:
    year = timezone.localtime(note.issued_at).year
    closing = timezone.now() + timedelta(days=200)
    retention.purge(closing)
    retention.purge(datetime(year + 7, 12, 31, 12, tzinfo=timezone.get_default_timezone()))
    assert CreditNote.objects.get().name == "Anna Jansen"

    retention.purge(datetime(year + 8, 1, 2, 12, tzinfo=timezone.get_default_timezone()))

    printed = [
        pdf.invoice(Invoice.objects.get()),
        pdf.credit_note(CreditNote.objects.get()),
    ]
    assert all("have been erased" in text_of(paper) for paper in printed)
    rows = [*Order.objects.values(), *Invoice.objects.values(), *CreditNote.objects.values()]
    assert [word for word in IDENTIFYING if word in str(rows)] == []
