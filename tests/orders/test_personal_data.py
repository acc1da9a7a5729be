"""What of an order goes, what stays, on which ground and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from orders.models import Invoice, Order, OrderLine
from orders.tasks import sweep
from outbox.models import Message
from privacy import erasure, export, retention
from privacy.subjects import Subject
from tests.orders.parcels import bring
from tests.orders.shop import PayPal, Shopper
from tests.people import person

Place = Callable[..., Order]
ANNA = Subject(emails=frozenset({"anna@example.com"}))


@pytest.fixture
def paid(place: Place, paypal: PayPal, shopper: Shopper) -> Order:
    """Paid, with another name on the parcel than on the invoice, its address proved by the mail."""
    order = place(
        delivery_name="Bea de Vries",
        same=None,
        billing_name="Anna Jansen",
        billing_street="Kade",
        billing_house_number="1",
        billing_postcode="3011 BA",
        billing_city="Rotterdam",
        billing_country="NL",
    )
    paypal.approve(order)
    shopper.returns(order)
    url = str(Message.objects.get(kind="orders/confirmed").context["url"])
    Client().get(url[url.index("/", 8) :])
    order.refresh_from_db()
    return order


def close(order: Order) -> datetime:
    """Delivered today; the withdrawal period over. When that was."""
    bring(order)
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        sweep()
    order.refresh_from_db()
    assert order.state == Order.State.CLOSED
    assert order.closed_at
    return order.closed_at


def kept(plan: Any, model: str) -> dict[str, list[str]]:
    """The fields that stay, with the law that keeps them."""
    return {
        field: sorted({ground.law for ground in line.grounds})
        for line in plan.kept
        if line.model == model
        for field in line.group.fields
    }


def test_what_a_running_contract_needs_stays_and_is_listed(paid: Order) -> None:
    plan = erasure.erase(ANNA, timezone.now())

    paid.refresh_from_db()
    assert paid.email == "anna@example.com"
    assert paid.delivery_name == "Bea de Vries"
    stays = kept(plan, "orders.Order")
    for field in ("email", "phone", "delivery_street", "billing_name"):
        assert "Art. 6(1)(b)" in stays[field]


def test_after_closing_only_claims_and_the_invoice_stay_each_with_its_ground(paid: Order) -> None:
    now = close(paid)

    plan = erasure.erase(ANNA, now)

    paid.refresh_from_db()
    assert (paid.email, paid.phone, paid.billing_name, paid.billing_street) == ("", "", "", "")
    assert paid.delivery_name == "Bea de Vries"
    invoice = Invoice.objects.get()
    assert (invoice.name, invoice.street) == ("Anna Jansen", "Kade")
    assert kept(plan, "orders.Order")["delivery_name"] == ["Art. 17(3)(e)"]
    assert kept(plan, "orders.Invoice")["name"] == ["Art. 17(3)(b)"]
    [line] = [
        line for line in plan.kept if line.model == "orders.Invoice" and "name" in line.group.fields
    ]
    assert line.until is not None
    assert timezone.localtime(line.until).year == invoice.issued_at.year + 8
    assert paid.total == invoice.total


def test_the_purge_finishes_what_the_law_still_held(paid: Order) -> None:
    now = close(paid)
    erasure.erase(ANNA, now)

    retention.purge(now + timedelta(days=179))
    paid.refresh_from_db()
    assert paid.delivery_name == "Bea de Vries"

    retention.purge(now + timedelta(days=182))
    paid.refresh_from_db()
    assert (paid.delivery_name, paid.delivery_street, paid.delivery_city) == ("", "", "")
    assert Invoice.objects.get().name == "Anna Jansen"

    year = Invoice.objects.get().issued_at.year
    retention.purge(now.replace(year=year + 7, month=12, day=30))
    assert Invoice.objects.get().name == "Anna Jansen"

    retention.purge(now.replace(year=year + 8, month=1, day=2))
    invoice = Invoice.objects.get()
    assert (invoice.name, invoice.street, invoice.postcode) == ("", "", "")
    assert invoice.number
    assert Order.objects.filter(pk=paid.pk).exists()


def test_nothing_is_purged_while_the_order_runs(paid: Order) -> None:
    retention.purge(timezone.now() + timedelta(days=2000))

    paid.refresh_from_db()
    assert (paid.email, paid.delivery_name) == ("anna@example.com", "Bea de Vries")


def test_an_order_never_paid_leaves_nothing_behind_on_request(
    place: Place, shopper: Shopper
) -> None:
    order = place()
    shopper.presses("reopen", order)
    named = Subject(emails=ANNA.emails, references=frozenset({order.number}))

    erasure.erase(named, timezone.now())

    values = Order.objects.values().get()
    for gone in ("anna@example.com", "Anna Jansen", "Lindenlaan", "1015 AA", "12345678"):
        assert gone not in str(values)
    assert not Invoice.objects.exists()


def test_an_address_alone_does_not_reach_an_order_it_was_never_proved_for(place: Place) -> None:
    order = place()

    assert order.number not in str(export.collect(ANNA))
    named = Subject(emails=ANNA.emails, references=frozenset({order.number}))
    assert order.number in str(export.collect(named))


def test_another_person_gets_nothing_of_it(paid: Order) -> None:
    bob = Subject(emails=frozenset({"bob@example.com"}), references=frozenset({paid.number}))

    assert paid.number not in str(export.collect(bob))
    before = list(Order.objects.values())
    erasure.erase(bob, timezone.now() + timedelta(days=5000))
    assert list(Order.objects.values()) == before


def test_an_account_s_orders_outlive_it_for_the_books(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    user = person(email="anna@example.com", name="Anna Jansen")
    shopper.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    order = place()
    paypal.approve(order)
    shopper.returns(order)
    now = close(order)
    subject = Subject(user=user)
    assert order.number in str(export.collect(subject))

    erasure.erase(subject, now)

    order.refresh_from_db()
    assert order.customer is None
    assert order.email == ""
    assert Invoice.objects.get().name == "Anna Jansen"
    assert OrderLine.objects.filter(order=order).exists()


def test_the_basket_holds_nothing_about_a_person(shopper: Shopper, place: Place) -> None:
    place()

    session = dict(shopper.client.session)

    assert "anna" not in str(session).lower()
    assert "Lindenlaan" not in str(session)


def test_each_field_of_the_checkout_says_what_it_is_for(
    shopper: Shopper, paypal: PayPal, brush: Any
) -> None:
    shopper.puts(brush)

    page = shopper.client.get(shopper.url("checkout/")).content.decode()

    for name in ("email", "phone", "delivery_name", "delivery_street", "billing_name"):
        assert f'id="id_{name}-why"' in page
