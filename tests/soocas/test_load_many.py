"""A shop of any size: every constraint kept, every sum right, nobody real in it."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import bulk as many_people
from accounts.models import User
from catalog import demo as shelves
from catalog.demo import bulk as many_shelves
from catalog.models import Product, Variant
from orders import bulk as many_orders
from orders.models import (
    CreditNote,
    Invoice,
    Order,
    OrderLine,
    PaymentAttempt,
    Refund,
    Return,
    Shipment,
)
from orders.reconciliation import books
from outbox.models import Message
from privacy import export
from privacy.subjects import Subject
from tests.people import staff_member

pytestmark = pytest.mark.django_db
ORDERS, CUSTOMERS, PRODUCTS = 150, 25, 12


def load(*, products: int = 0, customers: int = 0, orders: int = 0) -> None:
    """As the command does it, without the demo's sign-ins: their passwords take a second each."""
    shelves.load()
    many_shelves.load(products)
    many_people.load(customers, now=timezone.now())
    many_orders.load(orders, now=timezone.now())


def bulk() -> QuerySet[Order]:
    return Order.objects.filter(nonce__startswith="bulk-")


@pytest.fixture
def filled(db: None) -> None:
    load(orders=ORDERS, customers=CUSTOMERS, products=PRODUCTS)


def test_the_command_fills_the_shop_beside_the_demo() -> None:
    said, told = io.StringIO(), io.StringIO()

    sizes = ("--products=3", "--customers=2", "--orders=4")
    call_command("load_demo", *sizes, stdout=said, stderr=told)

    assert bulk().count() == 4
    assert Order.objects.filter(nonce="demo-paid").exists()
    assert "4 orders in" in told.getvalue()
    assert "orders in" not in said.getvalue()  # that is the sign-ins, for programs


@pytest.mark.usefixtures("filled")
def test_there_is_as_much_as_was_asked_for_and_something_of_each_fate() -> None:
    assert bulk().count() == ORDERS
    assert Product.objects.filter(slug__startswith="bulk-").count() == PRODUCTS
    assert User.objects.filter(email__startswith="klant-").count() == CUSTOMERS
    assert set(bulk().values_list("state", flat=True)) >= {"closed", "expired", "cancelled"}
    assert Return.objects.filter(state="inspected").exists()
    assert Refund.objects.filter(reason="goodwill").exists()
    assert bulk().filter(gift=True).exists()


@pytest.mark.usefixtures("filled")
def test_loading_again_adds_only_what_is_missing_and_changes_nothing_else() -> None:
    before = list(bulk().order_by("pk").values())

    load(orders=ORDERS + 10, customers=CUSTOMERS + 1, products=PRODUCTS)

    assert list(bulk().order_by("pk").values())[:ORDERS] == before
    assert bulk().count() == ORDERS + 10
    assert User.objects.filter(email__startswith="klant-").count() == CUSTOMERS + 1
    assert Product.objects.filter(slug__startswith="bulk-").count() == PRODUCTS


@pytest.mark.usefixtures("filled")
def test_the_books_agree_for_every_order() -> None:
    assert books.disagreeing() == {}
    sums = bulk().aggregate(paid=Sum("paid"), sold=Sum("total", filter=Q(state="closed")))
    assert sums["paid"] > 0
    assert bulk().filter(paid=F("total"), state="closed").exists()
    wrong = [
        order.number
        for order in bulk().prefetch_related("lines")
        if order.total != sum((line.total for line in order.lines.all()), order.shipping)
    ]
    assert wrong == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("paper", [Invoice, CreditNote])
def test_papers_are_numbered_without_a_gap_and_add_up(paper: type[Invoice | CreditNote]) -> None:
    load(orders=ORDERS + 30)
    by_year: dict[str, list[int]] = {}
    for number in paper.objects.values_list("number", flat=True):
        letter_and_year, _, n = number.partition("-")
        by_year.setdefault(letter_and_year, []).append(int(n))

    assert len(by_year) >= 2
    for numbers in by_year.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for total, content in paper.objects.values_list("total", "content"):
        assert sum(Decimal(part["gross"]) for part in content["vat"]) == total


@pytest.mark.usefixtures("filled")
def test_everything_paid_was_sent_or_is_about_to_be_and_nothing_else() -> None:
    paid = bulk().exclude(state="expired")

    assert not Shipment.objects.filter(order__state="expired").exists()
    assert paid.annotate(n=Count("shipments")).exclude(n=1).count() == 0
    assert not PaymentAttempt.objects.filter(order__in=bulk()).exclude(paypal_id=None).exists()
    assert not Message.objects.filter(about__startswith="order:").exists()
    sent = OrderLine.objects.filter(order__in=paid).aggregate(n=Sum("shipped_as__quantity"))
    assert sent["n"] == OrderLine.objects.filter(order__in=paid).aggregate(n=Sum("quantity"))["n"]


@pytest.mark.usefixtures("filled")
def test_the_dates_go_back_three_years_and_none_lies_ahead() -> None:
    now = timezone.now()
    first, last = (bulk().order_by(by).first() for by in ("placed_at", "-placed_at"))

    assert first is not None
    assert last is not None
    assert now - timedelta(days=1097) < first.placed_at < now - timedelta(days=800)
    assert now - timedelta(days=60) < last.placed_at < now
    assert not bulk().filter(closed_at__gt=now).exists()
    assert not bulk().filter(events__at__gt=now).exists()


@pytest.mark.usefixtures("filled")
def test_nobody_in_it_is_real_and_none_of_them_can_sign_in() -> None:
    emails = {*bulk().values_list("email", flat=True)}
    customers = User.objects.filter(email__startswith="klant-")
    emails |= set(customers.values_list("email", flat=True))

    assert all(re.fullmatch(r"(klant|gast)-\d+@example\.(com|net|org)", e) for e in emails)
    assert not any(user.has_usable_password() is True for user in customers)


def test_the_same_shop_is_made_each_time() -> None:
    def fingerprint() -> list[object]:
        lines = OrderLine.objects.filter(order__in=bulk())
        rows = lines.order_by("order__nonce", "sku").values_list(
            "order__nonce", "order__email", "order__total", "sku", "quantity"
        )
        return list(rows)

    with transaction.atomic():
        load(orders=20, products=5)
        first = fingerprint()
        transaction.set_rollback(True)
    load(orders=20, products=5)

    assert len(first) > 20
    assert fingerprint() == first


@pytest.mark.usefixtures("filled")
def test_a_made_up_customer_gets_a_copy_of_what_we_hold() -> None:
    order = bulk().exclude(customer=None).filter(state="closed").latest("placed_at")
    assert order.customer is not None

    held = export.collect(Subject(order.customer, frozenset({order.email})))

    assert order.number in json.dumps(held, default=str)
    assert order.delivery_street in json.dumps(held, default=str, ensure_ascii=False)


@pytest.mark.usefixtures("filled")
def test_their_orders_open_in_the_administration_and_in_the_shop(client: Client) -> None:
    staff = Client()
    staff.force_login(staff_member(role="staff"))

    for state in ("closed", "expired", "cancelled", "confirmed"):
        order = bulk().filter(state=state).first()
        if order:
            page = staff.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
            assert "badge-danger" not in page.partition("<h2")[0]
            assert "klopt niet" not in page
            assert client.get(f"/nl/orders/{order.token}/").status_code == 200
    assert staff.get("/admin/orders/order/").status_code == 200
    assert Variant.objects.filter(sku__startswith="BULK-").exists()


@pytest.mark.parametrize("nonsense", ["-1", "x", "1e9", "99999999999"])
def test_a_number_that_is_none_is_refused(nonsense: str) -> None:
    with pytest.raises(CommandError):
        call_command("load_demo", f"--orders={nonsense}")


def test_production_gets_none_of_it(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not for production"):
        call_command("load_demo", "--orders=5")

    assert not Order.objects.exists()
