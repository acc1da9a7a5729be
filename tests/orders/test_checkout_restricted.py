"""Who asked us only to keep his data orders by agreeing to that, and to nothing else."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Address, User
from catalog.models import Variant
from orders.models import Order
from orders.personal_data import HANDLING
from outbox.models import Message
from privacy import gate
from tests.orders.shop import PayPal, Shopper
from tests.people import person


def restricted(client: Client, brush: Variant, language: str = "en") -> tuple[User, Shopper]:
    anna = person(email="anna@example.com", name="Anna Stored")
    Address.objects.create(user=anna, name="Anna", street="Storedstreet", city="Delft")
    gate.decide(None, anna, "restricted", timezone.now())
    client.force_login(anna)
    shopper = Shopper(client, language)
    shopper.puts(brush)
    return anna, shopper


def agreed(anna: User) -> list[str]:
    return [d.wording for d in gate.history(anna) if d.action == "given"]


def test_the_checkout_uses_nothing_that_is_only_kept_and_says_how_to_go_on(
    client: Client, brush: Variant, paypal: PayPal
) -> None:
    _anna, shopper = restricted(client, brush)

    page = shopper.reads("checkout/")

    assert "Stored" not in page
    assert "You asked us to keep your data" in page
    assert "/en/account/privacy/choices/" in page


def test_without_agreeing_nothing_is_ordered_and_nothing_typed_is_lost(
    client: Client, brush: Variant, paypal: PayPal
) -> None:
    anna, shopper = restricted(client, brush)

    answers: list[Any] = [shopper.orders(), shopper.orders(despite="")]

    for answer in answers:
        assert answer.status_code == 200
        page = answer.content.decode()
        assert "Tick this to order" in page
        assert 'value="Lindenlaan"' in page
    assert not Order.objects.exists()
    assert not Message.objects.exists()
    assert agreed(anna) == []


def test_who_agrees_orders_once_it_is_on_record_and_the_rest_stays_restricted(
    client: Client, brush: Variant, paypal: PayPal
) -> None:
    anna, shopper = restricted(client, brush)
    form = shopper.form(despite="on")

    for _click in range(2):
        assert shopper.sends(form).status_code in (200, 302)

    assert Order.objects.get().customer == anna
    [words] = agreed(anna)
    assert "for this order" in words
    assert not HANDLING.allows(anna)
    assert gate.is_restricted(anna)
    assert Message.objects.get(kind="orders/placed").purpose == "in-writing"


def test_who_lets_us_use_his_data_again_orders_as_ever(
    client: Client, brush: Variant, paypal: PayPal
) -> None:
    anna, shopper = restricted(client, brush)
    client.post("/en/account/privacy/choices/", {"do": "lift"})

    assert "Stored" in shopper.reads("checkout/")
    shopper.orders()

    assert Order.objects.get().customer == anna
    assert agreed(anna) == []


def test_a_guest_learns_nothing_of_the_address_he_types(
    client: Client, brush: Variant, paypal: PayPal
) -> None:
    gate.decide(None, "anna@example.com", "restricted", timezone.now())
    shopper = Shopper(client)
    shopper.puts(brush)
    assert "You asked us to keep your data" not in shopper.reads("checkout/")

    answer = shopper.orders()

    assert answer.status_code == 302
    assert Order.objects.get().email == "anna@example.com"


def test_it_is_said_in_dutch_too(client: Client, brush: Variant, paypal: PayPal) -> None:
    _anna, shopper = restricted(client, brush, "nl")

    page = shopper.orders().content.decode()

    assert "Je gegevens worden alleen bewaard" in page
    assert "Vink dit aan om te bestellen" in page
