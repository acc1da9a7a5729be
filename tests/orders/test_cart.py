from __future__ import annotations

import pytest
from django.test import Client

from catalog.models import Variant
from orders.cart import MOST_LINES, MOST_OF_ONE
from tests.orders.conftest import make_variant
from tests.orders.shop import HERE, Shopper


def told(shopper: Shopper) -> str:
    return shopper.client.get(shopper.url("cart/")).content.decode()


def in_cart(shopper: Shopper) -> dict[str, int]:
    return dict(shopper.client.session.get("cart", {}))


def changes(shopper: Shopper, **data: str) -> None:
    shopper.client.post(shopper.url("cart/change/"), data)


def test_an_empty_cart_says_so_and_leads_on(db: None, shopper: Shopper) -> None:
    page = told(shopper)

    assert "Your cart is empty" in page
    assert "/en/shop/" in page


def test_things_are_added_changed_and_removed(
    shopper: Shopper, brush: Variant, heads: Variant
) -> None:
    shopper.puts(brush)
    shopper.puts(brush)
    shopper.puts(heads)
    assert in_cart(shopper) == {"BRUSH-INK": 2, "HEADS-4": 1}
    assert "€\N{NO-BREAK SPACE}284.85" in told(shopper)

    changes(shopper, sku="BRUSH-INK", quantity="1")
    changes(shopper, sku="HEADS-4", quantity="1", remove="1")

    assert in_cart(shopper) == {"BRUSH-INK": 1}
    assert "Cart, 1 item" in told(shopper)


def test_delivery_is_free_from_35_euro(shopper: Shopper, heads: Variant) -> None:
    shopper.puts(heads)
    assert "3.95" in told(shopper)
    assert "28.90" in told(shopper)

    shopper.puts(heads)

    assert "3.95" not in told(shopper)
    assert "Free" in told(shopper)


@pytest.mark.parametrize("sku", ["NOPE", "", "\x00", "x" * 5000, "'; --", "é"])
def test_an_unknown_article_is_refused_in_words(
    db: None, shopper: Shopper, sku: str, brush: Variant
) -> None:
    shopper.puts(brush)

    answer = shopper.client.post(shopper.url("cart/add/"), {"sku": sku}, headers=HERE)

    assert answer.status_code == 302
    assert "We do not sell this article" in told(shopper)
    assert in_cart(shopper) == {"BRUSH-INK": 1}


@pytest.mark.parametrize("quantity", ["", "x", "-1", "0", "1.5", "1e9", "９", "9" * 400, "\x00"])
def test_a_quantity_that_is_none_is_refused_in_words(
    shopper: Shopper, brush: Variant, quantity: str
) -> None:
    answer = shopper.puts(brush, quantity=quantity)  # type: ignore[arg-type]

    assert answer.status_code == 302
    assert "Choose how many you want" in told(shopper)
    assert in_cart(shopper) == {}


def test_more_than_there_is_becomes_what_there_is(shopper: Shopper, heads: Variant) -> None:
    shopper.puts(heads, quantity=7)

    assert in_cart(shopper) == {"HEADS-4": 3}
    assert "Only 3 of Thing HEADS-4 are left." in told(shopper)


def test_a_sold_out_article_stays_out(shopper: Shopper, brush: Variant) -> None:
    Variant.objects.update(on_hand=0)

    shopper.puts(brush)

    assert in_cart(shopper) == {}
    assert "Thing BRUSH-INK is sold out." in told(shopper)


def test_nobody_takes_more_than_the_limit(shopper: Shopper, brush: Variant) -> None:
    Variant.objects.update(on_hand=1000)

    shopper.puts(brush, quantity=99)

    assert in_cart(shopper) == {"BRUSH-INK": MOST_OF_ONE}
    assert f"at most {MOST_OF_ONE}" in told(shopper)


def test_a_full_cart_says_so(shopper: Shopper, db: None) -> None:
    for number in range(MOST_LINES + 1):
        shopper.puts(make_variant(f"THING-{number}", "1.00", on_hand=1))

    assert len(in_cart(shopper)) == MOST_LINES
    assert "Your cart is full" in told(shopper)


def test_what_is_no_longer_sold_is_named_and_can_be_removed(
    shopper: Shopper, brush: Variant, heads: Variant
) -> None:
    shopper.puts(brush)
    shopper.puts(heads)
    Variant.objects.filter(pk=heads.pk).update(active=False)

    assert "We do not sell article HEADS-4 any more." in told(shopper)
    changes(shopper, sku="HEADS-4", remove="1")

    assert "any more" not in told(shopper)
    assert in_cart(shopper) == {"BRUSH-INK": 1}


@pytest.mark.parametrize(
    "stored", [None, [], "x", {"BRUSH-INK": "2"}, {"BRUSH-INK": -1}, {"BRUSH-INK": None}]
)
def test_a_cart_that_an_older_release_left_breaks_no_page(
    shopper: Shopper, brush: Variant, stored: object
) -> None:
    session = shopper.client.session
    session["cart"] = stored
    session.save()

    assert "Your cart is empty" in told(shopper)


def test_another_site_cannot_fill_a_cart(brush: Variant) -> None:
    client = Client(enforce_csrf_checks=True)

    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}):
        answer = client.post("/en/cart/add/", {"sku": brush.sku}, headers=headers)
        assert answer.status_code == 403

    own = client.post("/en/cart/add/", {"sku": brush.sku}, headers=HERE)
    assert own.status_code == 302


def test_the_cart_speaks_dutch(client: Client, brush: Variant) -> None:
    shopper = Shopper(client, "nl")
    shopper.puts(brush)

    page = told(shopper)

    assert "Je winkelmand" in page
    assert "€\N{NO-BREAK SPACE}129,95" in page
