"""How many statements it takes to place and to settle an order, however many lines it has.

Beginning and ending a transaction is not counted: what is read and written is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.cart import KEY
from orders.models import Order
from tests.orders.conftest import make_variant
from tests.orders.shop import Letterbox, PayPal, Shopper, deliver
from tests.people import person

PLACING, SETTLING, TAKEN = 25, 15, 12
BOUNDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")

pytestmark = pytest.mark.django_db


@contextmanager
def counted() -> Iterator[list[str]]:
    found: list[str] = []
    with CaptureQueriesContext(connection) as asked:
        yield found
    found += [q["sql"] for q in asked.captured_queries if not q["sql"].startswith(BOUNDS)]


def fill(client: Client, lines: int) -> None:
    """A cart of so many different things; more than a person may put in by hand."""
    session = client.session
    names = [f"THING-{lines}-{n}" for n in range(lines)]
    found = [make_variant(name, "9.95", on_hand=9).sku for name in names]
    session[KEY] = dict.fromkeys(found, 1)
    session.save()


def placing(shopper: Shopper) -> list[str]:
    form = shopper.form()
    with counted() as statements:
        answer = shopper.sends(form)
    assert "checkoutnow" in answer.headers["Location"]
    return statements


def waiting(shopper: Shopper, lines: int, *, known: bool) -> Order:
    """An order placed, its buyer at PayPal."""
    if known:
        shopper.client.force_login(person())
    fill(shopper.client, lines)
    placing(shopper)
    return Order.objects.get()


@pytest.mark.parametrize("known", [False, True], ids=["a guest", "an account"])
def test_placing_costs_few_statements_and_as_many_for_fifty_lines_as_for_ten(
    paypal: PayPal, known: bool
) -> None:
    counts = {}
    for lines in (10, 50):
        shopper = Shopper(Client())
        if known:
            shopper.client.force_login(person())
        fill(shopper.client, lines)
        counts[lines] = placing(shopper)
        assert Order.objects.latest("pk").lines.count() == lines

    said = "\n".join(counts[50])
    assert len(counts[10]) == len(counts[50]) <= PLACING, said


@pytest.mark.parametrize("lines", [1, 10, 50])
@pytest.mark.parametrize("known", [False, True], ids=["a guest", "an account"])
class TestSettling:
    def test_a_payment_taken_before_costs_few_statements_once_a_webhook_reports_it(
        self, paypal: PayPal, shopper: Shopper, letterbox: Letterbox, known: bool, lines: int
    ) -> None:
        """The money was taken, our own process died on hearing it, PayPal's message settles it."""
        order = waiting(shopper, lines, known=known)
        paypal.approve(order)
        paypal.fails("capture", "commit-then-drop", times=3)
        deliver(Client(), letterbox.wait()[0])
        letter = letterbox.wait(2)[-1]
        cache.clear()  # PayPal is spoken to again
        order.refresh_from_db()
        assert order.state == Order.State.PLACED

        with counted() as statements:
            answer = deliver(Client(), letter)

        order.refresh_from_db()
        assert answer.status_code == 200
        assert order.state == Order.State.CONFIRMED
        assert len(statements) <= TAKEN, "\n".join(statements)

    def test_a_whole_payment_by_webhook_alone_costs_few_statements(
        self, paypal: PayPal, shopper: Shopper, letterbox: Letterbox, known: bool, lines: int
    ) -> None:
        """The buyer closed his browser: one message has the payment seen, taken and settled."""
        order = waiting(shopper, lines, known=known)
        paypal.approve(order)
        letter = letterbox.wait()[0]

        with counted() as statements:
            deliver(Client(), letter)

        order.refresh_from_db()
        assert order.state == Order.State.CONFIRMED
        assert list(order.events.order_by("pk").values_list("kind", flat=True)) == [
            *("order_placed", "payment_redirected", "payment_approved"),
            *("payment_capturing", "payment_captured", "order_confirmed"),
        ]
        assert len(statements) <= SETTLING, "\n".join(statements)


def test_hearing_of_a_settled_payment_again_costs_next_to_nothing(
    paypal: PayPal, shopper: Shopper, letterbox: Letterbox
) -> None:
    fill(shopper.client, 10)
    placing(shopper)
    paypal.approve(Order.objects.get())
    letter = letterbox.wait()[0]
    deliver(Client(), letter)

    with counted() as statements:
        deliver(Client(), letter)

    assert len(statements) == 1
