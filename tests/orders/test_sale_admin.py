"""Staff keeps the ways of delivery and the vouchers; what was sold by them stays as it was."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from catalog.models import Variant
from orders.models import Order, ShippingMethod, ShippingRate, Voucher
from tests.orders.shop import PayPal, Shopper
from tests.people import staff_member

VOUCHERS, METHODS = "/admin/orders/voucher/", "/admin/orders/shippingmethod/"


@pytest.fixture
def desk(db: None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff_member(role="staff"))
    return client


def add(desk: Client, **values: Any) -> Any:
    said = {"code": "SPRING-26", "percent": "10", "minimum": "0", "active": "on"} | values
    return desk.post(f"{VOUCHERS}add/", {k: v for k, v in said.items() if v is not None})


def test_staff_makes_a_voucher_whose_code_is_kept_in_capitals(desk: Client) -> None:
    assert add(desk, code=" spring-26 ").status_code == 302

    voucher = Voucher.objects.get()
    assert (voucher.code, voucher.percent, voucher.amount) == ("SPRING-26", 10, None)
    assert "SPRING-26" in desk.get(VOUCHERS).content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"percent": None},
        {"amount": "5.00"},
        {"percent": "0"},
        {"percent": "101"},
        {"percent": None, "amount": "-1"},
        {"code": "x"},
        {"code": "SPR!NG"},
        {"code": "é" * 8},
        {"most_uses": "-1"},
        {
            "valid_from_0": "2026-02-01",
            "valid_from_1": "00:00",
            "valid_until_0": "2026-01-01",
            "valid_until_1": "00:00",
        },
    ],
)
def test_a_voucher_that_cannot_be_is_explained(desk: Client, values: dict[str, Any]) -> None:
    answer = add(desk, **values)

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Voucher.objects.exists()


WAY = {
    "slug": "by-bike",
    "name_nl": "Per fiets",
    "name_en": "By bike",
    "position": "9",
    "active": "on",
    "rates-TOTAL_FORMS": "0",
    "rates-INITIAL_FORMS": "0",
}


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "DHL is not one of the available choices"), ("nl", "DHL is geen beschikbare keuze")],
)
def test_a_way_of_delivery_is_brought_by_a_declared_carrier_only(
    desk: Client, language: str, said: str
) -> None:
    User.objects.update(language=language)
    way = WAY | {"carrier": "DHL"}

    answer = desk.post(f"{METHODS}add/", way, headers={"accept-language": language})

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not ShippingMethod.objects.filter(slug="by-bike").exists()
    assert desk.post(f"{METHODS}add/", way | {"carrier": "PostNL"}).status_code == 302
    assert ShippingMethod.objects.get(slug="by-bike").carrier == "PostNL"


def test_what_buyers_used_meanwhile_is_not_overwritten_nor_the_limit_set_below_it(
    desk: Client,
) -> None:
    add(desk, most_uses="5")
    voucher = Voucher.objects.get()
    Voucher.objects.update(uses=3)
    address, form = f"{VOUCHERS}{voucher.pk}/change/", {"code": "SPRING-26", "percent": "20"}

    refused = desk.post(address, form | {"minimum": "0", "most_uses": "2", "active": "on"})
    assert "used more often than that already" in refused.content.decode()

    assert desk.post(address, form | {"minimum": "0", "most_uses": "9"}).status_code == 302
    voucher.refresh_from_db()
    assert (voucher.uses, voucher.most_uses, voucher.percent) == (3, 9, 20)
    assert not voucher.active


def test_nothing_of_it_is_deleted_by_hand(desk: Client) -> None:
    add(desk)
    voucher, method = Voucher.objects.get(), ShippingMethod.objects.earliest("pk")

    for address in (f"{VOUCHERS}{voucher.pk}/delete/", f"{METHODS}{method.pk}/delete/"):
        assert desk.post(address, {"post": "yes"}).status_code == 403

    assert Voucher.objects.exists()
    assert ShippingMethod.objects.filter(pk=method.pk).exists()


def test_a_price_of_delivery_changed_by_staff_counts_for_the_next_order_alone(
    desk: Client, paypal: PayPal, shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads)
    shopper.orders()
    method = ShippingMethod.objects.get(slug="standard")
    rate = method.rates.get(country="NL")
    page = desk.get(f"{METHODS}{method.pk}/change/").context
    formset = page["inline_admin_formsets"][0].formset
    form = {**page["adminform"].form.initial}
    for one in (formset.management_form, *formset.forms):
        form |= {one.add_prefix(k): one.initial.get(k, f.initial) for k, f in one.fields.items()}
    position = next(n for n, one in enumerate(formset.initial_forms) if one.instance == rate)
    form[f"rates-{position}-price"] = "4.45"

    answer = desk.post(
        f"{METHODS}{method.pk}/change/", {k: v for k, v in form.items() if v is not None}
    )

    assert answer.status_code == 302, answer.context["errors"]
    assert ShippingRate.objects.get(pk=rate.pk).price == Decimal("4.45")
    assert Order.objects.get().shipping == Decimal("3.95")
    shopper.puts(heads)
    shopper.orders()
    assert Order.objects.latest("pk").shipping == Decimal("4.45")


@pytest.mark.parametrize("role", ["dpo", "support"])
def test_who_has_nothing_to_do_with_prices_sees_none(db: None, role: str) -> None:
    client = Client()
    client.force_login(staff_member(role=role))

    assert client.get(VOUCHERS).status_code == 403
    assert client.get(METHODS).status_code == 403
