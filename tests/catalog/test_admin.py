"""Staff keep the catalogue; what was once for sale is never deleted."""

from __future__ import annotations

import pytest
from django.db.models import ProtectedError
from django.test import Client

from catalog.models import Category, Product, Variant
from tests.people import person, staff_member

pytestmark = pytest.mark.usefixtures("shelves")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(staff_member(role="staff"))
    return client


@pytest.mark.parametrize("shelf", ["category", "product", "variant"])
def test_staff_see_and_search_the_shelves(staff: Client, shelf: str) -> None:
    assert staff.get(f"/admin/catalog/{shelf}/").status_code == 200
    if shelf != "category":
        found = staff.get(f"/admin/catalog/{shelf}/", {"q": "STILPRO-INK"}).content.decode()
        assert "Stil Pro" in found


def test_staff_change_a_price_and_the_shop_shows_it(staff: Client) -> None:
    variant = Variant.objects.get(sku="STILPRO-INK")
    values = {
        field.name: getattr(variant, field.attname)
        for field in variant._meta.fields
        if field.editable and field.name != "id"
    }

    answer = staff.post(
        f"/admin/catalog/variant/{variant.pk}/change/", {**values, "price": "119.00", "reserved": 9}
    )

    assert answer.status_code == 302
    assert "119,00" in staff.get("/nl/product/stil-pro/").content.decode()
    variant.refresh_from_db()
    assert variant.reserved == 0  # no hand sets what orders have reserved


@pytest.mark.parametrize("model", [Category, Product, Variant])
def test_nothing_is_deleted_by_hand(
    staff: Client, model: type[Category | Product | Variant]
) -> None:
    row = model._default_manager.first()
    assert row is not None

    answer = staff.post(
        f"/admin/catalog/{model._meta.model_name}/{row.pk}/delete/", {"post": "yes"}
    )

    assert answer.status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()


def test_a_shelf_with_something_on_it_cannot_be_taken_down() -> None:
    with pytest.raises(ProtectedError):
        Category.objects.get(slug="kids").delete()
    with pytest.raises(ProtectedError):
        Product.objects.get(slug="pip").delete()

    assert Variant.objects.filter(product__slug="pip").count() == 2


def test_a_shopper_has_no_business_in_the_admin(client: Client) -> None:
    client.force_login(person())

    assert client.get("/admin/catalog/product/").status_code != 200
