"""What is issued stays as it was: the database refuses whoever would change it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from orders.events import record
from orders.models import CreditNote, Invoice, OrderEvent
from tests.orders.paper import SMALL, credited, invoiced, refunded, sold

pytestmark = pytest.mark.django_db

OTHER: dict[str, Any] = {
    "number": "F2026-999999",
    "total": Decimal("1.00"),
    "issued_at": timezone.now() + timedelta(days=400),
    "language": "nl",
    "content": {"lines": []},
    "name": "Bob Bakker",
    "street": "Elders",
    "house_number": "99",
    "postcode": "9999 ZZ",
    "city": "Elders",
    "country": "BE",
}
CONTACT = dict.fromkeys(("name", "street", "house_number", "postcode", "city", "country"), "")


@pytest.fixture(params=[Invoice, CreditNote])
def paper(request: pytest.FixtureRequest) -> Invoice | CreditNote:
    invoice = invoiced(("100.00", "21", 1))
    note = credited(refunded(invoice.order, "30.00"))
    assert note
    return invoice if request.param is Invoice else note


@pytest.mark.parametrize("field", OTHER)
def test_nothing_of_an_issued_paper_can_be_changed(paper: Invoice | CreditNote, field: str) -> None:
    before = type(paper).objects.values().get()

    with pytest.raises(IntegrityError), transaction.atomic():
        type(paper).objects.update(**{field: OTHER[field]})

    assert type(paper).objects.values().get() == before


def test_no_issued_paper_can_be_deleted(paper: Invoice | CreditNote) -> None:
    table = type(paper)._meta.db_table

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        connection.cursor().execute(f"DELETE FROM {table}")

    assert type(paper).objects.count() == 1


def test_a_refusal_does_not_say_what_stood_there(paper: Invoice | CreditNote) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        type(paper).objects.update(name="Bob Bakker")

    assert "Anna" not in str(refused.value)
    assert "Bob" not in str(refused.value)


def test_an_erasure_may_blank_name_and_address(paper: Invoice | CreditNote) -> None:
    type(paper).objects.update(**CONTACT)

    paper.refresh_from_db()
    assert (paper.name, paper.city, paper.country) == ("", "", "")
    assert paper.total
    with pytest.raises(IntegrityError), transaction.atomic():
        type(paper).objects.update(name="Anna Jansen")


def test_an_erasure_may_not_change_anything_with_it(paper: Invoice | CreditNote) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        type(paper).objects.update(**CONTACT, total=0)


@pytest.fixture
def event() -> OrderEvent:
    order = invoiced(("100.00", "21", 1)).order
    record(order.pk, "wrong_amount", now=timezone.now(), detail="1.00 EUR", alert=True)
    return OrderEvent.objects.get()


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "order_confirmed"), ("detail", ""), ("at", timezone.now() + timedelta(days=1))],
)
def test_what_happened_to_an_order_cannot_be_changed(
    event: OrderEvent, field: str, value: object
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderEvent.objects.update(**{field: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderEvent.objects.update(**{field: value, "alert": False})

    assert getattr(OrderEvent.objects.get(), field) == getattr(event, field)


def test_what_happened_to_an_order_cannot_be_deleted(event: OrderEvent) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        event.delete()

    assert OrderEvent.objects.exists()


def test_an_alert_can_be_switched_off_and_never_on_again(event: OrderEvent) -> None:
    OrderEvent.objects.update(alert=False)

    assert not OrderEvent.objects.get().alert
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderEvent.objects.update(alert=True)


@pytest.mark.parametrize("key", SMALL)
def test_no_paper_is_issued_with_less_than_it_needs_to_be_printed(key: str) -> None:
    order = sold(("10.00", "21", 1))
    content = {name: value for name, value in SMALL.items() if name != key}

    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.create(
            order=order, number="F1", issued_at=timezone.now(), total=1, content=content
        )

    assert not Invoice.objects.exists()
