"""Nothing is deleted, nor edited into what cannot be, whoever works here and whatever he forges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory

from accounts.models import User
from accounts.roles import ROLES
from catalog.models import Fact, Picture, Variant
from orders import totals
from orders.models import Order, ShippingRate
from tests.orders import forging, rows
from tests.orders.shop import PayPal, Shopper
from tests.people import staff_member

pytestmark = pytest.mark.django_db
# content and prices of delivery: nothing that was sold points to these rows
MAY_GO = {(model._meta.label, "") for model in (Picture, Fact, ShippingRate)}
# what only services count
COUNTED = {
    ("catalog.Variant", "on_hand"),
    ("catalog.Variant", "reserved"),
    ("orders.Voucher", "uses"),
}
FORGERS = ("superuser", "staff")
every_page = pytest.mark.parametrize("model", forging.registered(), ids=lambda m: m._meta.label)
everyone = pytest.mark.parametrize("role", FORGERS)


def signed_in(role: str) -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=True)
    if role == "superuser":
        client.force_login(staff_member(is_superuser=True))
    else:
        client.force_login(staff_member(role=role))
    return client


def page(model: type[models.Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def editable(model: type[models.Model]) -> set[tuple[str, str]]:
    """What the pages of a model let its staff write: its own columns and those of its inlines."""
    registered = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    if not registered.has_change_permission(request):
        return set()
    found = {model, *(inline.model for inline in registered.inlines)}
    return {
        (one._meta.label, column)
        for one in found
        for field in one._meta.concrete_fields
        for column in (field.attname, "")
    } - COUNTED


@contextmanager
def nothing_changes_but(allowed: set[tuple[str, str]]) -> Iterator[None]:
    before = forging.snapshot()
    yield
    after = forging.snapshot()
    assert forging.changed(before, after) - allowed == set()
    gone = {(label, "") for label, _ in before.keys() - after.keys()}
    assert gone - MAY_GO == set()


@everyone
@every_page
def test_no_row_is_deleted_by_its_page_or_by_the_list(model: type[models.Model], role: str) -> None:
    row, client = forging.a_row_of_each()[model], signed_in(role)

    with nothing_changes_but(set()):
        asked = client.get(f"{page(model)}{row.pk}/delete/")
        answer = client.post(f"{page(model)}{row.pk}/delete/", {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        client.post(page(model), chosen)

    assert asked.status_code in {403, 404}
    assert answer.status_code in {403, 404}


@everyone
@every_page
def test_a_forged_form_writes_no_column_that_its_page_does_not_offer(
    model: type[models.Model], role: str
) -> None:
    planted, client = forging.a_row_of_each(), signed_in(role)
    row = planted[model]

    with nothing_changes_but(editable(model)):
        for said in (forging.forged(row), forging.with_inlines(row), {}):
            for button in ("_save", "_continue", "_saveasnew", "_addanother"):
                answer = client.post(f"{page(model)}{row.pk}/change/", {**said, button: "1"})
                assert answer.status_code < 500
        client.post(f"{page(model)}add/", forging.with_inlines(row))
        client.post(page(model), {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "_save": "1"})


@every_page
def test_a_look_changes_nothing(model: type[models.Model]) -> None:
    planted, client = forging.a_row_of_each(), signed_in("superuser")
    own = [a for _, a in forging.addresses(planted) if a.startswith(page(model))]

    with nothing_changes_but(set()):
        for address in own:
            assert client.get(address).status_code < 500, address
            assert client.head(address).status_code < 500, address

    assert len(own) >= 2


# who may see and do what


def test_every_page_refuses_who_does_not_work_on_orders() -> None:
    planted = forging.a_row_of_each()
    found = list(forging.addresses(planted))
    outsiders = [role for role in ROLES if role not in {"staff", "auditor"}]

    with nothing_changes_but(set()):
        for role in outsiders:
            client = signed_in(role)
            for name, address in found:
                for answer in (client.get(address), client.post(address, {"post": "yes"})):
                    assert answer.status_code in {403, 404, 405}, (role, name, address)

    assert {"dpo", "support"} <= set(outsiders)
    assert len(found) >= 23


def test_the_auditor_looks_at_every_list_and_changes_nothing_anywhere() -> None:
    planted, client = forging.a_row_of_each(), signed_in("auditor")

    with nothing_changes_but(set()):
        for name, address in forging.addresses(planted):
            shown = client.get(address)
            assert shown.status_code < 500, address
            if name.endswith(("_changelist", "_change")):
                assert shown.status_code == 200, address
            model = planted.get(_model_of(address))
            client.post(address, forging.forged(model) if model else {})
            for action in _actions():
                key = model.pk if model else 1
                client.post(address, {"action": action, "_selected_action": key, "post": "yes"})


def _actions() -> set[str]:
    """What the lists of these rooms can do to what is ticked, and what they must not."""
    offered = [admin.site._registry[model].actions or () for model in forging.registered()]
    return {"delete_selected", *(str(name) for names in offered for name in names)}


def _model_of(address: str) -> type[models.Model]:
    _, _, app, name = address.split("/")[:4]
    found = {m._meta.label_lower: m for m in forging.ours()}
    return found.get(f"{app}.{name}", models.Model)


def test_staff_opens_every_list_and_every_row() -> None:
    planted, client = forging.a_row_of_each(), signed_in("staff")

    for name, address in forging.addresses(planted):
        if name.endswith(("_changelist", "_change")):
            assert client.get(address).status_code == 200, address


# the catalogue does not follow into orders


def test_a_price_or_vat_changed_afterwards_does_not_touch_an_order(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    shopper.orders()
    order = Order.objects.get()
    before = totals.of(order)
    staff = signed_in("staff")
    form = {name: v for name, v in forging.forged(brush).items() if name != "product"}
    form |= {"product": brush.product_id, "price": "1.00", "vat_class": "zero", "active": "on"}
    form |= {"ean": brush.ean, "sku": brush.sku, "change_stock": ""}

    answer = staff.post(f"/admin/catalog/variant/{brush.pk}/change/", form)
    shopper.presses("pay", order)
    paypal.approve(order)
    shopper.returns(order)

    brush.refresh_from_db()
    order.refresh_from_db()
    assert answer.status_code == 302
    assert (brush.price, brush.vat_class) == (Decimal("1.00"), "zero")
    assert order.state == "confirmed"
    after = totals.of(order)
    assert (after.total, after.vat) == (before.total, before.vat)
    assert order.invoice.total == order.total == before.total
    assert paypal.money() == [("capture", str(before.total))]


def test_what_was_ordered_keeps_its_number_and_what_was_not_may_get_another(
    brush: Variant, heads: Variant
) -> None:
    rows.make_line(rows.make_order(), brush)
    staff = signed_in("staff")

    for variant in (brush, heads):
        form = {"product": variant.product_id, "position": 0, "price": "5.00", "weight_g": 1}
        form |= {"sku": f"NEW-{variant.sku}", "ean": variant.ean, "vat_class": "standard"}
        staff.post(f"/admin/catalog/variant/{variant.pk}/change/", form)
        variant.refresh_from_db()

    assert brush.sku == "BRUSH-INK"
    assert heads.sku == "NEW-HEADS-4"
    assert brush.price == heads.price == 5
