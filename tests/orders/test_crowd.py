"""Many at once: the last pieces are sold once, to the cent, and everybody gets an answer."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from django.db import connection
from django.test import Client

from catalog.models import Variant
from orders.models import Order, OrderEvent, PaymentAttempt, Voucher
from outbox.models import Message
from tests.orders.shop import FORM, PayPal, Shopper
from tests.orders.test_figures import PLACING, counted, fill

BUYERS, PIECES = 24, 5


class Buyer:
    """A browser of its own, over the network."""

    def __init__(self, url: str, number: int) -> None:
        self.url, self.number, self.http = url, number, requests.Session()
        self.http.headers["Sec-Fetch-Site"] = "same-origin"

    def fills(self, sku: str) -> None:
        self.http.post(f"{self.url}/en/cart/add/", {"sku": sku}, timeout=60)
        page = self.http.get(f"{self.url}/en/checkout/", timeout=60).text
        names = ("csrfmiddlewaretoken", "nonce", "seen", "asked")
        hidden = {n: re.search(rf'name="{n}" value="([^"]*)"', page)[1] for n in names}  # type: ignore[index]
        email = f"buyer-{self.number}@example.com"
        self.form = FORM | hidden | {"email": email, "way": "standard"}

    def presses(self, together: threading.Barrier) -> requests.Response:
        together.wait(60)
        address = f"{self.url}/en/checkout/"
        return self.http.post(address, self.form, allow_redirects=False, timeout=120)


@pytest.mark.django_db(transaction=True)
def test_24_buyers_of_the_last_5_make_5_orders_and_get_19_polite_answers(
    live_server: Any, paypal: PayPal, brush: Variant
) -> None:
    Variant.objects.update(on_hand=PIECES)
    buyers = [Buyer(live_server.url, number) for number in range(BUYERS)]
    for buyer in buyers:
        buyer.fills(brush.sku)
    together = threading.Barrier(BUYERS)

    with ThreadPoolExecutor(BUYERS) as pool:
        answers = list(pool.map(lambda buyer: buyer.presses(together), buyers))

    placed = [answer for answer in answers if answer.status_code == 302]
    told = [answer for answer in answers if answer.status_code == 200]
    assert (len(placed), len(told)) == (PIECES, BUYERS - PIECES)
    for answer in told:
        assert "Thing BRUSH-INK is sold out." in answer.text
        assert "We charged nothing. What you typed is still there." in answer.text
        assert 'value="Lindenlaan"' in answer.text
    brush.refresh_from_db()
    assert (brush.on_hand, brush.reserved) == (PIECES, PIECES)
    assert Order.objects.count() == PIECES
    assert Message.objects.filter(kind="orders/placed").count() == PIECES
    assert OrderEvent.objects.filter(kind="order_placed").count() == PIECES
    assert PaymentAttempt.objects.count() == PIECES
    assert len(paypal.orders()) == PIECES
    numbers = Order.objects.values_list("number", flat=True)
    assert len(set(numbers)) == PIECES


@pytest.mark.django_db(transaction=True)
def test_carts_in_opposite_order_never_wait_for_each_other(
    paypal: PayPal, brush: Variant, heads: Variant
) -> None:
    """Rows are locked in the order of their keys, whatever the order in the cart."""
    Variant.objects.update(on_hand=100)
    Voucher.objects.create(code="TENTH", percent=10)
    shoppers = [Shopper(Client()) for _ in range(8)]
    for number, shopper in enumerate(shoppers):
        for variant in (brush, heads) if number % 2 else (heads, brush):
            shopper.puts(variant)
        shopper.redeems("TENTH")
    forms = [shopper.form() for shopper in shoppers]

    def press(number: int) -> int:
        try:
            return int(shoppers[number].sends(forms[number]).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(press, range(8))) == [302] * 8

    assert Order.objects.count() == 8
    assert Voucher.objects.get().uses == 8
    assert set(Variant.objects.values_list("reserved", flat=True)) == {8}


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [10, 50])
def test_a_gift_with_a_voucher_costs_no_more_statements_than_any_order(
    paypal: PayPal, shopper: Shopper, lines: int
) -> None:
    fill(shopper.client, lines)
    Voucher.objects.create(code="TENTH", percent=10)
    shopper.redeems("TENTH")
    billing = {
        name.replace("delivery", "billing"): FORM[name] for name in FORM if "delivery" in name
    }
    form = shopper.form(**billing, gift="on", delivery_name="Bea de Vries", gift_note="Kus")

    with counted() as statements:
        answer = shopper.sends(form)

    assert "checkoutnow" in answer.headers["Location"]
    assert len(statements) <= PLACING, "\n".join(statements)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["cart/", "checkout/"])
def test_a_page_asks_as_little_for_fifty_things_as_for_ten(paypal: PayPal, path: str) -> None:
    counts = []
    for lines in (10, 50):
        shopper = Shopper(Client())
        fill(shopper.client, lines)
        shopper.reads(path)
        with counted() as statements:
            shopper.reads(path)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 9, counts
