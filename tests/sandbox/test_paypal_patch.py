"""PATCH of an order: what PayPal lets a shop change, and what it answers to the rest."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.paypal import Body, PayPal, amount, eur, issues, order

UNIT = "/purchase_units/@reference_id=='default'"


def replace(part: str, value: Any) -> Body:
    return {"op": "replace", "path": f"{UNIT}/{part}", "value": value}


def unit(paypal: PayPal, key: str) -> Body:
    found: Body = paypal.get(f"/v2/checkout/orders/{key}").json()["purchase_units"][0]
    return found


def test_amount_and_lines_change_together_and_are_answered_with_nothing(paypal: PayPal) -> None:
    key = paypal.create().json()["id"]
    line = {"name": "Sonic brush", "quantity": "2", "unit_amount": eur("99.90")}

    answer = paypal.patch(
        key, replace("items", [line]), replace("amount", amount("199.80", "199.80"))
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert unit(paypal, key)["amount"]["value"] == "199.80"
    assert unit(paypal, key)["items"] == [line]
    paypal.choose(key, "approve")
    paypal.capture(key)
    assert paypal.ledger()["totals"] == {"EUR": "199.80"}


def test_words_are_added_replaced_and_removed(paypal: PayPal) -> None:
    key = paypal.create().json()["id"]
    path = f"{UNIT}/invoice_id"

    steps = [
        {"op": "add", "path": path, "value": "S-1"},
        {"op": "replace", "path": path, "value": "S-2"},
    ]
    assert paypal.patch(key, *steps).status_code == 204
    assert unit(paypal, key)["invoice_id"] == "S-2"

    assert paypal.patch(key, {"op": "remove", "path": path}).status_code == 204
    assert "invoice_id" not in unit(paypal, key)


def test_a_delivery_address_is_replaced(paypal: PayPal) -> None:
    key = paypal.create().json()["id"]
    there = {"admin_area_2": "Gent", "postal_code": "9000", "country_code": "BE"}

    assert paypal.patch(key, replace("shipping/address", there)).status_code == 204
    assert unit(paypal, key)["shipping"]["address"] == there


@pytest.mark.parametrize(
    ("patch", "status", "issue"),
    [
        ({"path": f"{UNIT}/custom_id", "value": "x"}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"op": "melt", "path": f"{UNIT}/custom_id"}, 400, "INVALID_PARAMETER_VALUE"),
        ({"op": "replace", "value": "x"}, 422, "PATCH_PATH_REQUIRED"),
        ({"op": "replace", "path": f"{UNIT}/custom_id"}, 422, "PATCH_VALUE_REQUIRED"),
        (replace("payments", {}), 400, "FIELD_NOT_PATCHABLE"),
        ({"op": "replace", "path": "/status", "value": "X"}, 400, "FIELD_NOT_PATCHABLE"),
        ({"op": "remove", "path": f"{UNIT}/amount"}, 422, "NOT_PATCHABLE"),
        ({"op": "move", "path": f"{UNIT}/custom_id"}, 422, "NOT_PATCHABLE"),
        ({"op": "add", "path": f"{UNIT}/custom_id", "value": "x"}, 400, "INVALID_PATCH_OPERATION"),
        ({"op": "remove", "path": f"{UNIT}/invoice_id"}, 400, "INVALID_PATCH_OPERATION"),
        (replace("invoice_id", "S-1"), 400, "INVALID_PATCH_OPERATION"),
        (
            {"op": "replace", "path": "/purchase_units/0/custom_id", "value": "x"},
            422,
            "INVALID_JSON_POINTER_FORMAT",
        ),
        ({"op": "replace", "path": "custom_id", "value": "x"}, 422, "INVALID_JSON_POINTER_FORMAT"),
        (
            {
                "op": "replace",
                "path": "/purchase_units/@reference_id=='other'/custom_id",
                "value": "x",
            },
            422,
            "REFERENCE_ID_NOT_FOUND",
        ),
        (replace("amount", eur("1.00")), 422, "ITEM_TOTAL_REQUIRED"),
        (replace("amount", amount("1.00", "129.90")), 422, "AMOUNT_MISMATCH"),
        (replace("custom_id", "x" * 128), 400, "INVALID_STRING_LENGTH"),
        (replace("shipping/address", {"country_code": "NL"}), 422, "CITY_REQUIRED"),
        ({"op": "replace", "path": "/intent", "value": "AUTHORIZE"}, 422, "UNSUPPORTED_INTENT"),
    ],
)
def test_what_may_not_be_changed_is_refused_and_nothing_is_changed(
    paypal: PayPal, patch: Body, status: int, issue: str
) -> None:
    key = paypal.create().json()["id"]
    before = unit(paypal, key)

    answer = paypal.patch(key, replace("custom_id", "another"), patch)

    assert (answer.status_code, issues(answer)) == (status, [issue])
    assert unit(paypal, key) == before


def test_an_approved_amount_stays_and_a_completed_order_too(paypal: PayPal) -> None:
    key = paypal.approved()
    cheaper = amount("89.90", "129.90")
    cheaper["breakdown"]["discount"] = eur("40.00")

    assert issues(paypal.patch(key, replace("amount", cheaper))) == ["AMOUNT_CHANGE_NOT_ALLOWED"]
    assert paypal.patch(key, replace("custom_id", "order-2")).status_code == 204
    paypal.capture(key)

    answer = paypal.patch(key, replace("custom_id", "order-3"))
    assert (answer.status_code, issues(answer)) == (422, ["ORDER_ALREADY_COMPLETED"])


def test_an_unknown_order_and_a_body_that_is_none_are_refused(paypal: PayPal) -> None:
    key = paypal.create().json()["id"]
    address = f"{paypal.url}/v2/checkout/orders/{key}"
    bearer = {"Authorization": f"Bearer {paypal.token}", "Content-Type": "application/json"}

    unknown = paypal.patch("5O190127TN364715T", replace("custom_id", "x"))
    nonsense = requests.patch(address, data="{nonsense", headers=bearer, timeout=5)
    no_list = requests.patch(address, json={"op": "add"}, headers=bearer, timeout=5)

    assert (unknown.status_code, issues(unknown)) == (404, ["INVALID_RESOURCE_ID"])
    assert (nonsense.status_code, issues(nonsense)) == (400, ["MALFORMED_REQUEST_JSON"])
    assert (no_list.status_code, issues(no_list)) == (400, ["INVALID_PARAMETER_SYNTAX"])


def test_authorising_is_refused_whole(paypal: PayPal) -> None:
    answer = paypal.create(order() | {"intent": "AUTHORIZE"})

    assert (answer.status_code, issues(answer)) == (422, ["UNSUPPORTED_INTENT"])
    assert requests.get(f"{paypal.url}/control/orders", timeout=5).json() == []
