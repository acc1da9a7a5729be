"""The clumsy world: two tabs, the way back, double clicks, ended visits, refused cookies.

Whatever somebody does with his browser, nothing is ordered that he did not see, nothing twice, and
nothing of his cart is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from catalog.models import Variant
from orders.models import Order, ShippingRate
from tests.orders.conftest import make_variant
from tests.orders.shop import HERE, PayPal, Shopper, attempt_of
from tests.people import person

LOOK = "Look at the new total first"
EURO = "€\N{NO-BREAK SPACE}"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def in_cart(shopper: Shopper) -> dict[str, int]:
    return dict(shopper.client.session.get("cart", {}))


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("It did not come true.")


def tab_of(shopper: Shopper) -> Shopper:
    """The same browser, in another thread."""
    client = Client()
    client.cookies = shopper.client.cookies
    return Shopper(client, shopper.language)


# two tabs


def test_a_tab_that_shows_another_cart_orders_nothing_and_shows_what_is_in_it(
    paypal: PayPal, shopper: Shopper, brush: Variant, heads: Variant
) -> None:
    shopper.puts(brush)
    old_tab = shopper.form()
    shopper.puts(heads)  # in another tab

    page = shopper.sends(old_tab).content.decode()

    assert LOOK in page
    assert "Thing HEADS-4" in page
    assert 'value="Lindenlaan"' in page
    assert not Order.objects.exists()
    shopper.orders()
    assert Order.objects.get().lines.count() == 2


def test_another_thing_of_the_same_price_is_another_cart(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    twin = make_variant("BRUSH-CLAY", "129.95", on_hand=5)
    shopper.puts(brush)
    old_tab = shopper.form()
    shopper.client.post(shopper.url("cart/change/"), {"sku": brush.sku, "remove": "1"})
    shopper.puts(twin)

    page = shopper.sends(old_tab).content.decode()

    assert LOOK in page
    assert not Order.objects.exists()


def test_two_tabs_of_one_cart_are_one_order(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    first, second = shopper.form(), shopper.form(delivery_name="Anna J.")

    answers = [shopper.sends(first), shopper.sends(second)]

    assert answers[0].url == answers[1].url
    assert Order.objects.get().delivery_name == "Anna Jansen"


@pytest.mark.django_db(transaction=True)
def test_what_another_tab_puts_in_while_paypal_is_asked_becomes_a_new_cart(
    paypal: PayPal, shopper: Shopper, brush: Variant, heads: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    paypal.fails("create", "slow", seconds=3)
    other_tab = tab_of(shopper)

    def press() -> str:
        try:
            return str(shopper.sends(form).url)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(press)
        wait_until(Order.objects.exists)
        other_tab.puts(heads)
        assert not pressed.done()
        assert pressed.result(20).startswith(f"{paypal.url}/checkoutnow")

    assert [line.sku for line in Order.objects.get().lines.all()] == ["BRUSH-INK"]
    assert in_cart(shopper) == {"HEADS-4": 1}
    assert shopper.form()["nonce"] != form["nonce"]
    shopper.orders()
    assert Order.objects.count() == 2


def test_more_of_the_same_put_in_meanwhile_stays_too(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush, quantity=2)
    form = shopper.form()
    shopper.sends(form)
    session = shopper.client.session  # as the other tab stored it a moment before
    session["cart"], session["cart_nonce"] = {"BRUSH-INK": 3}, form["nonce"]
    session.save()

    shopper.sends(form)

    assert in_cart(shopper) == {"BRUSH-INK": 1}
    assert Order.objects.count() == 1


# the way back


def test_the_way_back_after_placing_leads_to_the_order_while_it_waits(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    shopper.sends(form)
    order = Order.objects.get()

    back = shopper.client.get(shopper.url("checkout/"))

    assert back.headers["location"] == f"/en/orders/{order.token}/"
    assert f"order {order.number}, waits for your payment" in shopper.reads("cart/")
    assert shopper.sends(form).url == attempt_of(order).approve_url
    paypal.approve(order)
    shopper.returns(order)
    assert shopper.client.get(shopper.url("checkout/")).headers["location"] == "/en/cart/"
    assert order.number not in shopper.reads("cart/")
    assert shopper.sends(form).url == f"/en/orders/{order.token}/"
    assert Order.objects.count() == 1
    assert paypal.money() == [("capture", "129.95")]


def test_the_form_of_an_order_that_ended_orders_nothing(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    shopper.sends(form)
    order = Order.objects.get()
    shopper.presses("reopen", order)
    assert in_cart(shopper) == {"BRUSH-INK": 1}

    answer = shopper.sends(form)

    assert answer.url == f"/en/orders/{order.token}/"
    assert Order.objects.count() == 1
    assert in_cart(shopper) == {"BRUSH-INK": 1}
    brush.refresh_from_db()
    assert brush.reserved == 0


# changed between page and press


def dearer(brush: Variant) -> None:
    Variant.objects.update(price=Decimal("139.95"))


def dearer_delivery(brush: Variant) -> None:
    ShippingRate.objects.update(price=Decimal("4.95"), free_from=None)


def another_free_limit(brush: Variant) -> None:
    ShippingRate.objects.update(free_from=Decimal("500.00"))


def gone(brush: Variant) -> None:
    Variant.objects.filter(pk=brush.pk).update(active=False)


def another_class(brush: Variant) -> None:
    Variant.objects.update(vat_class="reduced")


@pytest.mark.parametrize(
    ("happens", "total"),
    [
        (dearer, "279.90"),
        (dearer_delivery, "264.85"),
        (another_free_limit, "263.85"),
        (gone, "129.95"),
        (another_class, "259.90"),
    ],
)
def test_what_changed_between_page_and_press_is_shown_and_nothing_is_placed(
    paypal: PayPal,
    shopper: Shopper,
    brush: Variant,
    happens: Callable[[Variant], None],
    total: str,
) -> None:
    shopper.puts(brush)
    shopper.puts(make_variant("OTHER", "129.95", on_hand=5))
    form = shopper.form()
    happens(brush)

    page = shopper.sends(form).content.decode()

    assert LOOK in page
    assert f"{EURO}{total}" in page
    assert 'value="Lindenlaan"' in page
    assert ("BRUSH-INK any more" in page) is (happens is gone)
    assert not Order.objects.exists()
    assert paypal.orders() == []
    assert not Variant.objects.filter(reserved__gt=0).exists()
    assert shopper.orders().status_code == 302
    assert Order.objects.get().total == Decimal(total)


def test_a_vat_rate_that_changes_at_midnight_is_shown_before_it_is_ordered(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    method = ShippingRate.objects.earliest("pk").method
    ShippingRate.objects.create(method=method, country="EE", up_to_g=9999, price=Decimal("9.95"))
    there = {"delivery_country": "EE", "delivery_postcode": "10111"}
    with time_machine.travel("2025-06-30T23:59:00+02:00", tick=False):
        shopper.puts(brush)
        form = shopper.form(**there)
        assert "Of which VAT 22%" in shopper.reads("checkout/")

    with time_machine.travel("2025-07-01T00:01:00+02:00", tick=False):
        page = shopper.sends(form).content.decode()
        assert LOOK in page
        assert "Of which VAT 24%" in page
        assert not Order.objects.exists()
        shopper.orders(**there)

    order = Order.objects.get()
    assert order.lines.get().vat_rate == order.shipping_vat_rate == Decimal("24.00")


def test_a_thing_taken_off_sale_is_named_and_the_rest_can_be_ordered(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    gone(brush)

    assert shopper.sends(form).url == "/en/cart/"

    page = shopper.reads("cart/")
    assert "We do not sell article BRUSH-INK any more." in page
    assert "Go to checkout" not in page
    assert not Order.objects.exists()


# another language


def test_another_language_in_the_middle_keeps_what_was_typed_and_orders_nothing(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    shopper.chooses("NL", "express")
    form = shopper.form(gift="on", gift_note="Kus", billing_city="Delft", email="half@")
    page = shopper.reads("checkout/")
    assert 'formaction="/nl/checkout/" name="refresh"' in page

    shopper.language = "nl"
    page = shopper.sends(form | {"refresh": "look"}).content.decode()

    assert "Bestellen en betalen" in page
    for typed in ("half@", "Lindenlaan", "Delft", "Anna Jansen"):
        assert f'value="{typed}"' in page
    assert "Kus</textarea>" in page
    assert 'value="express" checked' in page
    assert f"{EURO}142,90" in page
    assert "Er klopt nog iets niet" not in page  # nobody pressed order
    assert not Order.objects.exists()


def test_the_cart_and_its_choices_are_the_same_in_each_language(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    shopper.chooses("BE")
    nonce = shopper.form()["nonce"]

    shopper.language = "nl"
    form = shopper.form(delivery_country="BE", delivery_postcode="1000")
    assert form["nonce"] == nonce
    assert "Bezorgen, België" in shopper.reads("checkout/")
    shopper.sends(form)

    assert Order.objects.get().language == "nl"


def test_looking_again_shows_no_errors_and_takes_what_was_chosen_into_account(
    paypal: PayPal, shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads)
    form = shopper.form() | {"delivery_country": "DE", "email": "", "refresh": "look"}

    page = shopper.sends(form).content.decode()

    assert f"{EURO}30.90" in page
    assert "Something is not right yet" not in page
    assert not Order.objects.exists()


# visits that end, accounts that come and go


def test_a_visit_that_ended_says_what_happened_and_orders_nothing(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    cache.clear()  # no copy outlives a minute
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        answer = shopper.sends(form)
        page = shopper.reads("cart/")

    assert answer.url == "/en/cart/"
    assert "Your cart is empty: your visit ended" in page
    assert "Nothing was ordered, nothing was charged." in page
    assert not Order.objects.exists()
    assert paypal.orders() == []


def test_a_visit_that_ended_says_so_in_dutch(client: Client, brush: Variant) -> None:
    Shopper(client, "nl").sends({})

    page = Shopper(client, "nl").reads("cart/")

    assert "Er is niets besteld en niets afgeschreven." in page
    assert "Nothing was ordered" not in page


def test_a_visit_ended_from_elsewhere_breaks_nothing(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    Session.objects.all().delete()
    cache.clear()

    assert shopper.sends(form).url == "/en/cart/"
    assert not Order.objects.exists()


def test_who_signs_in_in_the_middle_keeps_the_cart_and_orders_as_himself(
    paypal: PayPal, brush: Variant
) -> None:
    shopper = Shopper(Client(enforce_csrf_checks=True))
    shopper.puts(brush)
    form = shopper.form()
    token = shopper.client.cookies["csrftoken"].value
    user = person(email="anna@example.com")
    shopper.client.force_login(user, backend=BACKEND)
    shopper.client.cookies["csrftoken"] = "x" * 32  # it changes with signing in

    old_tab = shopper.sends(form | {"csrfmiddlewaretoken": token})

    assert old_tab.status_code == 403
    assert "Nothing was sent and nothing was charged." in old_tab.content.decode()
    assert in_cart(shopper) == {"BRUSH-INK": 1}
    shopper.client.handler.enforce_csrf_checks = False
    shopper.orders()
    assert Order.objects.get().customer == user


def test_who_signed_out_in_another_tab_orders_nothing_in_this_one(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.client.force_login(person(), backend=BACKEND)
    shopper.puts(brush)
    form = shopper.form()
    shopper.client.logout()

    assert shopper.sends(form).url == "/en/cart/"

    assert "Nothing was ordered" in shopper.reads("cart/")
    assert not Order.objects.exists()


# cookies refused


def without_cookies(client: Client, method: str, path: str, **more: Any) -> Any:
    client.cookies.clear()
    return getattr(client, method)(path, headers=HERE, **more)


def test_a_browser_that_refuses_cookies_is_told_why_its_cart_is_empty(
    client: Client, brush: Variant
) -> None:
    answer = without_cookies(client, "post", "/en/cart/add/", data={"sku": brush.sku})
    assert answer.url == "/en/cart/?added=1"

    page = without_cookies(client, "get", answer.url)

    assert page.status_code == 200
    assert "Your browser refuses the cookie of the cart" in page.content.decode()
    assert "It is a necessary cookie." in page.content.decode()
    for path in ("cart/", "checkout/"):
        assert without_cookies(client, "get", f"/en/{path}").status_code in (200, 302)
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/en/checkout/", {})
    assert refused.status_code == 403
    assert "your browser refuses our necessary cookies" in refused.content.decode()


def test_a_browser_that_keeps_them_sees_its_cart_at_once(client: Client, brush: Variant) -> None:
    answer = client.post("/en/cart/add/", {"sku": brush.sku}, headers=HERE)
    assert settings.SESSION_COOKIE_NAME in answer.cookies

    page = client.get(answer.headers["location"])

    assert page.headers["location"] == "/en/cart/"
    assert "Thing BRUSH-INK" in client.get(page.headers["location"]).content.decode()
    again = client.post("/en/cart/add/", {"sku": brush.sku}, headers=HERE)
    assert again.headers["location"] == "/en/cart/"


# odd addresses


ODD = {
    "postcode": {"delivery_postcode": "1015"},
    "a forbidden pair": {"delivery_postcode": "1015 SS"},
    "house number": {"delivery_house_number": "boat Anna"},
    "both": {"delivery_postcode": "XX", "delivery_house_number": "none"},
    "abroad": {"delivery_country": "BE", "delivery_postcode": "1015 AA"},
    "invoice": {
        "same": None,
        "billing_name": "Anna Jansen",
        "billing_street": "Kade",
        "billing_house_number": "-",
        "billing_postcode": "99",
        "billing_city": "Delft",
        "billing_country": "NL",
    },
}


@pytest.mark.parametrize("changed", ODD.values(), ids=list(ODD))
def test_an_odd_address_is_asked_about_once_and_kept_the_second_time(
    paypal: PayPal, shopper: Shopper, brush: Variant, changed: dict[str, Any]
) -> None:
    shopper.puts(brush)
    first = shopper.orders(**changed)
    page = first.content.decode()
    assert "right? We know something like" in page
    assert "To keep it, press again" in page
    assert not Order.objects.exists()
    asked = page.partition('name="asked" value="')[2].partition('"')[0]

    answer = shopper.sends(shopper.form(**changed) | {"asked": asked})

    assert answer.status_code == 302
    order = Order.objects.get()
    for name, value in changed.items():
        if value and name != "same":
            assert getattr(order, name) == value


def test_another_odd_one_is_asked_about_anew(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    page = shopper.orders(delivery_postcode="1015").content.decode()
    asked = page.partition('name="asked" value="')[2].partition('"')[0]

    page = shopper.sends(shopper.form(delivery_postcode="1016") | {"asked": asked}).content.decode()

    assert "“1016”" in page
    assert not Order.objects.exists()


@pytest.mark.parametrize("forged", ["\x00", "x" * 5000, "1 2 3 " * 200, "<script>"])
def test_what_was_asked_about_cannot_be_forged_into_an_error(
    paypal: PayPal, shopper: Shopper, brush: Variant, forged: str
) -> None:
    shopper.puts(brush)

    answer = shopper.sends(shopper.form(delivery_postcode="1015") | {"asked": forged})

    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().partition('name="asked"')[2][:200]
    assert not Order.objects.exists()


@pytest.mark.parametrize("postcode", ["1015AA", "1015 aa", " 1015 AA "])
def test_a_good_postcode_is_written_as_its_country_writes_it(
    paypal: PayPal, shopper: Shopper, brush: Variant, postcode: str
) -> None:
    shopper.puts(brush)

    shopper.orders(delivery_postcode=postcode, delivery_house_number="12a-3")

    order = Order.objects.get()
    assert (order.delivery_postcode, order.billing_postcode) == ("1015 AA", "1015 AA")
