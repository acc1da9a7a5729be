"""What delivery costs: by country, weight and amount, before any address; frozen on the order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from catalog.models import Variant
from orders import countries, shipping
from orders.models import Order, ShippingMethod, ShippingRate
from outbox.models import Message
from tests.orders.conftest import make_variant
from tests.orders.shop import PayPal, Shopper

EURO = "€\N{NO-BREAK SPACE}"
Rate = Callable[..., ShippingRate]


@pytest.fixture
def rate(db: None) -> Rate:
    """Another price of delivery."""

    def made(country: str, price: str, up_to_g: int = 5000, **more: Any) -> ShippingRate:
        slug = more.pop("slug", "standard")
        method, _ = ShippingMethod.objects.get_or_create(
            slug=slug, defaults={"name_nl": slug, "name_en": slug.title(), "position": 9}
        )
        return ShippingRate.objects.create(
            method=method, country=country, price=Decimal(price), up_to_g=up_to_g, **more
        )

    return made


def test_a_shop_without_ways_of_delivery_gets_some_after_a_migrate_and_only_then(
    db: None,
) -> None:
    assert shipping.served() == ["NL", "BE", "DE"]
    ShippingMethod.objects.filter(slug="express").update(active=False)
    ShippingRate.objects.filter(country="DE").delete()

    call_command("migrate", verbosity=0)

    assert shipping.served() == ["NL", "BE"]
    ShippingMethod.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert shipping.served() == ["NL", "BE", "DE"]


def test_delivery_is_free_from_an_amount_of_goods(shopper: Shopper, heads: Variant) -> None:
    shopper.puts(heads)
    assert f"{EURO}3.95" in shopper.reads("cart/")
    assert f"Free from {EURO}35.00" in shopper.reads("cart/")

    shopper.puts(heads)

    assert f"{EURO}3.95" not in shopper.reads("cart/")


def test_the_price_is_shown_before_any_address_in_the_country_that_was_chosen(
    shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads)
    assert f"Delivery, Netherlands: {EURO}3.95" in shopper.reads("product/heads-4/")

    shopper.chooses("DE")

    assert f"{EURO}30.90" in shopper.reads("cart/")  # 24.95 and 5.95
    assert "Of which VAT 19%" in shopper.reads("cart/")
    assert f"Delivery, Germany: {EURO}5.95" in shopper.reads("product/heads-4/")
    page = shopper.reads("checkout/")
    assert f"{EURO}30.90" in page
    assert '<option value="DE" selected>' in page


def test_the_home_country_comes_first(shopper: Shopper, heads: Variant) -> None:
    shopper.puts(heads)

    options = [part[:2] for part in shopper.reads("cart/").split('<option value="')[1:]]

    assert options[0] == "NL"
    assert countries.CODES[0] == "NL"


def test_the_lightest_rate_that_carries_it_counts(
    shopper: Shopper, paypal: PayPal, heads: Variant, rate: Rate
) -> None:
    rate("NL", "2.10", up_to_g=100)
    rate("NL", "2.90", up_to_g=200)
    Variant.objects.update(weight_g=60)

    shopper.puts(heads)
    assert f"{EURO}2.10" in shopper.reads("cart/")
    Variant.objects.update(weight_g=101)
    assert f"{EURO}2.90" in shopper.reads("cart/")
    Variant.objects.update(weight_g=201)
    assert f"{EURO}3.95" in shopper.reads("cart/")

    Variant.objects.update(weight_g=200)  # exactly what it carries
    shopper.orders()
    assert Order.objects.get().shipping == Decimal("2.90")


def test_a_way_of_delivery_is_chosen_and_frozen_with_its_name_price_and_rate(
    shopper: Shopper, paypal: PayPal, heads: Variant
) -> None:
    shopper.puts(heads)
    shopper.chooses("NL", "express")
    assert f"{EURO}37.90" in shopper.reads("cart/")  # 24.95 and 12.95

    shopper.orders()

    ShippingMethod.objects.update(name_en="Changed", name_nl="Anders")
    ShippingRate.objects.update(price=Decimal("1.00"))
    order = Order.objects.get()
    assert order.shipping_method == ShippingMethod.objects.get(slug="express")
    assert order.shipping_title == "Delivery before noon tomorrow"
    assert (order.shipping, order.shipping_vat_rate) == (Decimal("12.95"), Decimal("21.00"))
    assert order.total == Decimal("37.90")
    assert Message.objects.get().context["way"] == "Delivery before noon tomorrow"


def test_the_title_is_frozen_in_the_language_of_the_order(
    shopper: Shopper, paypal: PayPal, heads: Variant
) -> None:
    shopper.language = "nl"
    shopper.puts(heads)
    shopper.chooses("NL", "express")

    shopper.orders()

    assert Order.objects.get().shipping_title == "Morgen voor 12 uur bezorgd"


def test_a_way_that_does_not_go_there_is_not_to_be_had_by_forging(
    shopper: Shopper, paypal: PayPal, heads: Variant
) -> None:
    shopper.puts(heads)
    form = shopper.form(delivery_country="DE", delivery_postcode="10115") | {"way": "express"}

    answer = shopper.sends(form)

    order = Order.objects.get()
    assert answer.status_code == 302
    assert order.shipping_method is not None
    assert (order.shipping_method.slug, order.shipping) == ("standard", Decimal("5.95"))


@pytest.mark.parametrize("way", ["nonsense", "\x00", "x" * 500, "<b>"])
def test_a_way_nobody_offers_falls_back_on_the_first_or_is_explained(
    shopper: Shopper, paypal: PayPal, heads: Variant, way: str
) -> None:
    shopper.puts(heads)

    assert shopper.chooses("NL", way).status_code == 200
    answer = shopper.sends(shopper.form() | {"way": way})

    assert answer.status_code in (200, 302)
    assert all(order.shipping == Decimal("3.95") for order in Order.objects.all())


def test_a_cart_too_heavy_for_a_country_says_so_and_loses_nothing(
    shopper: Shopper, paypal: PayPal, heads: Variant
) -> None:
    shopper.puts(heads, quantity=2)
    form = shopper.form()
    Variant.objects.update(weight_g=12_000)

    page = shopper.sends(form).content.decode()

    said = "Netherlands: this weighs 24.0 kg, and we send 23.0 kg at most. Order less."
    assert said in page
    assert said in shopper.reads("cart/")
    assert 'value="Lindenlaan"' in page
    assert not Order.objects.exists()
    assert paypal.orders() == []
    assert shopper.client.session["cart"] == {"HEADS-4": 2}

    shopper.client.post(shopper.url("cart/change/"), {"sku": "HEADS-4", "quantity": "1"})
    assert shopper.orders().status_code == 302


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("FR", "We do not deliver to France, only to: Netherlands, Belgium, Germany."),
        ("CN", "We do not deliver to China: data of people there must stay there."),
        ("", "Choose a country to deliver to"),
        ("\x00", "Choose a country to deliver to"),
        ("xx" * 300, "Choose a country to deliver to"),
    ],
)
def test_a_country_that_is_not_served_is_refused_with_the_reason(
    shopper: Shopper, heads: Variant, country: str, said: str
) -> None:
    shopper.puts(heads)

    page = shopper.chooses(country).content.decode()

    assert said in page
    assert f"{EURO}28.90" in page  # still as it would go home
    assert shopper.client.session["cart"] == {"HEADS-4": 1}


def test_the_checkout_says_where_it_does_not_deliver_before_anybody_tries(
    shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads)

    page = shopper.reads("checkout/")

    assert "nor to China, whose people" in page
    assert '<option value="FR"' not in page.partition('id="id_billing_country"')[0]
    assert '<option value="FR"' in page  # an invoice may go there


@pytest.mark.parametrize("how", ["rate", "method"])
def test_a_country_is_served_while_staff_offers_a_way_there(
    shopper: Shopper, paypal: PayPal, heads: Variant, rate: Rate, how: str
) -> None:
    there = rate("FR", "9.50", slug="parcel")
    shopper.puts(heads)
    form = shopper.form(delivery_country="FR", delivery_postcode="75001")
    assert f"{EURO}34.45" in shopper.reads("cart/")
    if how == "rate":
        ShippingRate.objects.filter(pk=there.pk).update(active=False)
    else:
        ShippingMethod.objects.filter(pk=there.method_id).update(active=False)

    page = shopper.sends(form).content.decode()

    assert "We do not deliver to France" in page
    assert not Order.objects.exists()


def test_an_order_to_another_country_pays_that_country_s_vat_on_delivery_too(
    shopper: Shopper, paypal: PayPal, heads: Variant, rate: Rate
) -> None:
    rate("FI", "12.00", slug="parcel")
    shopper.puts(heads)

    shopper.orders(delivery_country="FI", delivery_postcode="00100")

    order = Order.objects.get()
    assert order.lines.get().vat_rate == order.shipping_vat_rate == Decimal("25.50")


def test_staff_finds_a_price_no_lower_than_nothing_and_no_weight_twice(db: None) -> None:
    constraints = {c.name for c in ShippingRate._meta.constraints}

    assert {"rate_once_per_weight", "rate_price_not_negative"} <= constraints


def test_a_heavy_thing_says_on_its_page_that_nothing_brings_it(db: None, shopper: Shopper) -> None:
    make_variant("ANVIL", "99.00", on_hand=1)
    Variant.objects.update(weight_g=90_000)

    assert "Netherlands: nothing of ours brings this there." in shopper.reads("product/anvil/")
