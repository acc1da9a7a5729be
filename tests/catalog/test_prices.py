"""A reduction states the lowest price of the 30 days before it (Art. 6a Directive 98/6/EC)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

from catalog.models import PriceChange, Variant
from tests.orders.conftest import make_variant
from tests.orders.shop import HERE
from tests.people import person

SAID = "Lowest price in the 30 days before: €\N{NO-BREAK SPACE}"


@pytest.fixture
def brush(db: None) -> Variant:
    """On sale at 100 euro since 40 days ago."""
    variant = make_variant("BRUSH", "100.00", on_hand=5)
    days_pass(40)
    return variant


def days_pass(days: int) -> None:
    """All that is written down happened so much earlier."""
    PriceChange.objects.update(at=F("at") - timedelta(days=days))


def becomes(price: str, **more: object) -> Variant:
    """A price changed as a script does it: past save() and every form."""
    Variant.objects.filter(sku="BRUSH").update(price=Decimal(price), **more)
    return Variant.objects.get(sku="BRUSH")


def shown(client: Client) -> list[str]:
    """What card, product page and cart say of a lowest price before."""
    pages = ["/en/shop/", "/en/product/brush/", "/en/cart/"]
    client.post("/en/cart/add/", {"sku": "BRUSH"}, headers=HERE)
    texts = [client.get(page).content.decode() for page in pages]
    return [text.partition(SAID)[2][:5] for text in texts]


def test_a_reduction_is_shown_with_the_lowest_price_of_the_30_days_before(
    client: Client, brush: Variant
) -> None:
    becomes("80.00", reduced=True)

    assert shown(client) == ["100.0", "100.0", "100.0"]


def test_the_lowest_counts_and_not_the_last(client: Client, brush: Variant) -> None:
    becomes("90.00")
    days_pass(20)
    becomes("120.00")
    days_pass(5)

    becomes("85.00", reduced=True)

    assert Variant.objects.get().price_before == Decimal("90.00")
    assert shown(client) == ["90.00", "90.00", "90.00"]


def test_a_price_raised_just_to_be_lowered_again_announces_nothing(
    client: Client, brush: Variant
) -> None:
    becomes("150.00")
    days_pass(10)

    becomes("100.00", reduced=True)

    assert Variant.objects.get().price_before is None
    assert shown(client) == ["", "", ""]


def test_the_price_that_applied_when_the_30_days_began_counts_too(brush: Variant) -> None:
    becomes("70.00")
    days_pass(35)  # 70 for 35 days
    becomes("110.00")
    days_pass(29)  # 70 still applied 30 days ago

    assert becomes("65.00", reduced=True).price_before == Decimal("70.00")


def test_what_was_lower_longer_ago_does_not_count(brush: Variant) -> None:
    becomes("70.00")
    days_pass(1)
    becomes("100.00")
    days_pass(31)

    assert becomes("90.00", reduced=True).price_before == Decimal("100.00")


def test_what_is_new_on_the_shelf_cannot_be_announced_as_reduced(db: None, client: Client) -> None:
    make_variant("BRUSH", "100.00", on_hand=5)
    days_pass(29)

    assert becomes("80.00", reduced=True).price_before is None
    assert shown(client) == ["", "", ""]


@pytest.mark.parametrize(("price", "announced"), [("80.00", False), ("120.00", True)])
def test_nothing_is_shown_that_is_not_announced_or_not_lower(
    client: Client, brush: Variant, price: str, announced: bool
) -> None:
    becomes(price, reduced=announced)

    assert shown(client) == ["", "", ""]


def test_lowered_in_steps_the_last_step_is_measured_by_what_applied_before_it(
    brush: Variant,
) -> None:
    becomes("80.00", reduced=True)
    days_pass(3)

    assert becomes("75.00").price_before == Decimal("80.00")


def test_every_way_of_changing_a_price_is_written_down_and_nobody_writes_the_mark(
    brush: Variant,
) -> None:
    brush.price = Decimal("95.00")
    brush.save()
    Variant.objects.update(price=Decimal("94.00"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_variant SET price = 93")
    Variant.objects.bulk_update([Variant(pk=brush.pk, price=Decimal("92.00"))], ["price"])
    Variant.objects.update(on_hand=9, lowest_before=Decimal("500.00"))

    prices = PriceChange.objects.order_by("pk").values_list("price", flat=True)
    assert [str(price) for price in prices] == ["100.00", "95.00", "94.00", "93.00", "92.00"]
    assert Variant.objects.get().lowest_before == Decimal("93.00")


def test_staff_announces_a_reduction_beside_the_price_and_cannot_touch_the_history(
    client: Client, brush: Variant
) -> None:
    staff = person(is_staff=True, is_superuser=True)
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = f"/admin/catalog/variant/{brush.pk}/change/"
    page = client.get(address)
    form = {k: v for k, v in page.context["adminform"].form.initial.items() if v is not None}

    answer = client.post(address, {**form, "price": "79.00", "reduced": "on"})

    assert answer.status_code == 302
    assert Variant.objects.get().price_before == Decimal("100.00")
    page = client.get(address)
    assert "100.00" in page.content.decode() or "100,00" in page.content.decode()
    assert 'name="lowest_before"' not in page.content.decode()
    assert 'name="prices"' not in page.content.decode()
