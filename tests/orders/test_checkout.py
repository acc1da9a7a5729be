from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Address
from catalog.models import Variant
from orders.models import Order
from tests.orders.shop import PayPal, Shopper
from tests.people import person


def page_of(shopper: Shopper) -> str:
    return shopper.client.get(shopper.url("checkout/")).content.decode()


def test_without_a_cart_there_is_nothing_to_order(db: None, shopper: Shopper) -> None:
    assert shopper.client.get(shopper.url("checkout/")).headers["location"] == "/en/cart/"
    assert shopper.sends({}).url == "/en/cart/"


def test_the_button_says_the_obligation_with_the_summary_above_it(
    client: Client, paypal: PayPal, brush: Variant
) -> None:
    for language, button in (("nl", "Bestellen en betalen"), ("en", "Order and pay")):
        shopper = Shopper(client, language)
        shopper.puts(brush)
        page = page_of(shopper)

        assert f">{button}</button>" in page
        assert page.index('class="totals"') < page.index(button)
        assert "https://www.paypal.com/nl/legalhub/privacy-full" in page


def test_an_order_freezes_what_was_shown(
    paypal: PayPal, shopper: Shopper, brush: Variant, heads: Variant
) -> None:
    shopper.puts(brush)
    shopper.puts(heads)

    answer = shopper.orders()

    order = Order.objects.get()
    assert answer.url.startswith(f"{paypal.url}/checkoutnow?token=")
    Variant.objects.update(price=Decimal("1.00"))
    order.refresh_from_db()
    assert (order.total, order.shipping) == (Decimal("154.90"), Decimal("0.00"))
    frozen = order.lines.order_by("pk").values_list("sku", "title", "unit_price", "vat_rate")
    assert list(frozen) == [
        ("BRUSH-INK", "Thing BRUSH-INK", Decimal("129.95"), Decimal("21.00")),
        ("HEADS-4", "Thing HEADS-4", Decimal("24.95"), Decimal("21.00")),
    ]
    assert (order.delivery_postcode, order.billing_street) == ("1015 AA", "Lindenlaan")
    assert shopper.client.session.get("cart") is None


def test_a_dutch_shopper_orders_as_an_english_one(
    client: Client, paypal: PayPal, brush: Variant
) -> None:
    shopper = Shopper(client, "nl")
    shopper.puts(brush)

    shopper.orders()

    order = Order.objects.get()
    assert (order.language, order.total) == ("nl", Decimal("129.95"))


def test_vat_follows_the_country_of_delivery(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)

    shopper.orders(delivery_country="DE", delivery_postcode="10115")

    assert Order.objects.get().lines.get().vat_rate == Decimal("19.00")


def test_the_invoice_can_go_to_another_address(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)

    shopper.orders(
        same=None,
        billing_name="Jansen BV",
        billing_street="Kade",
        billing_house_number="1a",
        billing_postcode="3011BA",
        billing_city="Rotterdam",
        billing_country="NL",
    )

    order = Order.objects.get()
    assert (order.delivery_name, order.delivery_city) == ("Anna Jansen", "Amsterdam")
    assert (order.billing_name, order.billing_postcode) == ("Jansen BV", "3011 BA")


def test_what_stands_in_the_invoice_fields_counts_only_if_asked_for(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)

    shopper.orders(billing_name="x" * 300, billing_postcode="?", billing_city="Rotterdam")

    assert Order.objects.get().billing_city == "Amsterdam"


def test_a_phone_number_may_stay_empty(paypal: PayPal, shopper: Shopper, brush: Variant) -> None:
    shopper.puts(brush)

    shopper.orders(phone="")

    assert Order.objects.get().phone == ""


WRONG = {
    "no address": ({"email": ""}, "Fill in your e-mail address"),
    "no at": ({"email": "jansen.example"}, "with an @"),
    "no name": ({"delivery_name": " "}, "Fill in a first and last name"),
    "postcode": ({"delivery_postcode": "10 15"}, "Is “10 15” right?"),
    "foreign postcode": ({"delivery_country": "BE"}, "something like 1000"),
    "no country of ours": ({"delivery_country": "FR"}, "We do not deliver to France, only to:"),
    "China": ({"delivery_country": "CN"}, "data of people there must stay there"),
    "no country": ({"delivery_country": "\x00<"}, "Choose a country to deliver to"),
    "phone": ({"phone": "call me"}, "Fill in digits only"),
    "NUL": ({"delivery_city": "a\x00b"}, "Null characters are not allowed."),
    "too long": ({"delivery_street": "x" * 101}, "100"),
    "invoice": ({"same": None}, "Fill in the street"),
    "total": ({"seen": "x"}, "a price has changed"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=list(WRONG))
def test_a_mistake_is_explained_and_everything_typed_stays(
    paypal: PayPal, shopper: Shopper, brush: Variant, changed: dict[str, Any], said: str
) -> None:
    shopper.puts(brush)

    answer = shopper.orders(**changed)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "We charged nothing. What you typed is still there." in page
    assert said in page
    kept = {"Lindenlaan", "Anna Jansen", "anna@example.com", "Amsterdam"}
    replaced = {str(shopper.form().get(name)) for name in changed}
    for value in kept - replaced - {"Lindenlaan" if "delivery_street" in changed else ""}:
        assert f'value="{value}"' in page
    assert not Order.objects.exists()
    assert paypal.orders() == []
    assert shopper.client.session["cart"] == {"BRUSH-INK": 1}


def test_a_changed_price_is_shown_before_it_is_ordered(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    Variant.objects.update(price=Decimal("139.95"))

    answer = shopper.sends(form)

    page = answer.content.decode()
    assert "a price has changed" in page
    assert "139.95" in page
    assert 'value="Lindenlaan"' in page
    assert not Order.objects.exists()

    shopper.orders()
    assert Order.objects.get().total == Decimal("139.95")


def test_stock_that_went_meanwhile_is_named_and_nothing_is_lost(
    paypal: PayPal, shopper: Shopper, brush: Variant, heads: Variant
) -> None:
    shopper.puts(brush)
    shopper.puts(heads, quantity=2)
    form = shopper.form()
    Variant.objects.filter(pk=heads.pk).update(on_hand=1)

    page = shopper.sends(form).content.decode()

    assert "Only 1 of Thing HEADS-4 is left." in page
    assert 'value="Lindenlaan"' in page
    assert not Order.objects.exists()
    assert not Variant.objects.filter(reserved__gt=0).exists()
    assert shopper.client.session["cart"] == {"BRUSH-INK": 1, "HEADS-4": 2}


def test_a_form_sent_twice_is_one_order(paypal: PayPal, shopper: Shopper, brush: Variant) -> None:
    shopper.puts(brush)
    form = shopper.form()

    first = shopper.sends(form)
    second = shopper.sends(form)

    assert first.url == second.url
    assert Order.objects.count() == len(paypal.orders()) == 1


def test_an_old_tab_orders_no_second_time(paypal: PayPal, shopper: Shopper, brush: Variant) -> None:
    shopper.puts(brush)
    old_tab = shopper.form()
    shopper.orders()
    shopper.puts(brush, quantity=2)

    shopper.sends(old_tab)

    assert Order.objects.count() == 1


def test_an_order_of_a_new_cart_is_a_new_order(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    for _ in range(2):
        shopper.puts(brush)
        shopper.orders()

    assert Order.objects.count() == 2
    assert Variant.objects.get().reserved == 2


def test_a_lost_session_leads_to_the_empty_cart(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    shopper.client.cookies.clear()

    answer = shopper.sends(form)

    assert answer.url == "/en/cart/"
    assert not Order.objects.exists()


def test_an_account_finds_its_address_filled_in_and_its_order_in_its_list(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    user = person(email="anna@example.com", name="Anna Jansen")
    Address.objects.create(
        user=user,
        name="Anna Jansen",
        street="Prinsengracht",
        house_number="263",
        postcode="1016 GV",
        city="Amsterdam",
        phone="0612345678",
    )
    shopper.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    shopper.puts(brush)
    page = page_of(shopper)
    for value in ("anna@example.com", "Prinsengracht", "263", "1016 GV", "0612345678"):
        assert f'value="{value}"' in page

    shopper.orders()

    order = Order.objects.get()
    assert order.customer == user
    assert order.number in shopper.client.get("/en/account/orders/").content.decode()


def test_another_account_does_not_see_it_in_its_list(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    shopper.orders()
    shopper.client.force_login(
        person(),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )

    page = shopper.client.get("/en/account/orders/").content.decode()

    assert "You have not ordered anything" in page


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_are_one_order(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()

    def click(_: int) -> str:
        client = Client()
        client.cookies = shopper.client.cookies
        try:
            return str(Shopper(client).sends(form).url)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(click, range(6)))

    assert Order.objects.count() == 1
    assert Variant.objects.get().reserved == 1
    assert len(paypal.orders()) == 1
    order = Order.objects.get()
    at_paypal = f"{paypal.url}/checkoutnow?token="
    assert all(a.startswith(at_paypal) or order.token in a for a in answers)


@pytest.mark.django_db(transaction=True)
def test_the_last_one_is_sold_once(paypal: PayPal, brush: Variant) -> None:
    Variant.objects.update(on_hand=1)
    shoppers = [Shopper(Client()) for _ in range(4)]
    for shopper in shoppers:
        shopper.puts(brush)
    forms = [shopper.form() for shopper in shoppers]

    def buy(n: int) -> int:
        try:
            answer = shoppers[n].sends(forms[n])
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(buy, range(4)))

    assert answers == [200, 200, 200, 302]
    assert Order.objects.count() == 1
    assert Variant.objects.get().reserved == 1
