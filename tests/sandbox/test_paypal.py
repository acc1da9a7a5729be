from __future__ import annotations

import threading
from pathlib import Path

import pytest
import requests

from tests.sandbox.paypal import CANCEL, RETURN, Body, PayPal, amount, eur, issues, order, relations
from tests.sandbox.process import Start

DELFT = {"country_code": "NL", "admin_area_2": "Delft"}


def test_a_wrong_secret_gets_no_token_and_a_wrong_token_no_answer(paypal: PayPal) -> None:
    refused = paypal.ask_token("guess")
    paypal.token = "guess"

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert paypal.create().status_code == 401
    assert paypal.ledger()["entries"] == []


def test_an_order_is_created_once_per_request_id(paypal: PayPal) -> None:
    first = paypal.create(request_id="local-1-cre-1")
    second = paypal.create(request_id="local-1-cre-1")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["status"] == "PAYER_ACTION_REQUIRED"
    assert len(requests.get(f"{paypal.url}/control/orders", timeout=5).json()) == 1


def test_the_buyer_is_linked_by_payer_action_or_by_approve_in_the_older_form(
    paypal: PayPal,
) -> None:
    older = order()
    context = older.pop("payment_source")["paypal"]["experience_context"]

    new = paypal.create().json()
    old = paypal.create(older | {"application_context": context}).json()

    assert relations(new)["payer-action"] == f"{paypal.url}/checkoutnow?token={new['id']}"
    assert "approve" not in relations(new)
    assert relations(old)["approve"] == f"{paypal.url}/checkoutnow?token={old['id']}"
    assert (new["status"], old["status"]) == ("PAYER_ACTION_REQUIRED", "CREATED")


def test_a_buyer_pays_and_the_money_is_in_the_ledger(paypal: PayPal) -> None:
    key = paypal.create().json()["id"]
    page = requests.get(f"{paypal.url}/checkoutnow", params={"token": key}, timeout=5)

    back = paypal.choose(key, "approve").headers["Location"]
    answer = paypal.capture(key)

    assert "Sonic brush" in page.text
    assert "<script" not in page.text
    assert back == f"{RETURN}&token={key}&PayerID=SNDBXBUYER222"
    assert answer.status_code == 201
    [taken] = answer.json()["purchase_units"][0]["payments"]["captures"]
    assert (taken["status"], taken["amount"]) == ("COMPLETED", eur("124.85"))
    assert taken["custom_id"] == "order-1"
    assert paypal.ledger()["totals"] == {"EUR": "124.85"}
    shown = paypal.get(f"/v2/checkout/orders/{key}").json()
    assert shown["purchase_units"][0]["payments"]["captures"][0]["id"] == taken["id"]


def test_cancel_goes_back_and_nothing_can_be_captured(paypal: PayPal) -> None:
    key = paypal.create().json()["id"]

    back = paypal.choose(key, "cancel").headers["Location"]
    answer = paypal.capture(key)

    assert back == f"{CANCEL}?token={key}"
    assert (answer.status_code, issues(answer)) == (422, ["ORDER_NOT_APPROVED"])
    assert paypal.ledger()["entries"] == []


def test_a_declined_card_sends_the_buyer_back_and_another_attempt_works(paypal: PayPal) -> None:
    key = paypal.approved(choice="decline")

    declined = paypal.capture(key, "cap-1")
    again = paypal.capture(key, "cap-1")
    assert (declined.status_code, issues(declined)) == (422, ["INSTRUMENT_DECLINED"])
    assert issues(again) == ["INSTRUMENT_DECLINED"]
    assert relations(declined.json())["redirect"].endswith(f"token={key}")
    assert paypal.ledger()["entries"] == []

    paypal.choose(key, "approve")
    assert paypal.capture(key, "cap-2").status_code == 201


def test_a_capture_is_repeated_by_its_request_id_and_refused_by_another(paypal: PayPal) -> None:
    key = paypal.approved()

    first, second = paypal.capture(key, "cap-1"), paypal.capture(key, "cap-1")
    third = paypal.capture(key, "cap-2")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert (third.status_code, issues(third)) == (422, ["ORDER_ALREADY_CAPTURED"])
    assert len(paypal.ledger()["entries"]) == 1


def test_twenty_captures_at_once_take_the_money_once(paypal: PayPal) -> None:
    key = paypal.approved()
    threads = [threading.Thread(target=paypal.capture, args=(key,)) for _ in range(20)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(paypal.ledger()["entries"]) == 1


def test_one_invoice_is_paid_once(paypal: PayPal) -> None:
    paid, other = (paypal.approved(order(invoice_id="S-1001")) for _ in range(2))

    assert paypal.capture(paid).status_code == 201
    assert issues(paypal.capture(other)) == ["DUPLICATE_INVOICE_ID"]


def test_an_unknown_order_is_not_found(paypal: PayPal) -> None:
    answer = paypal.get("/v2/checkout/orders/5O190127TN364715T")
    page = requests.get(f"{paypal.url}/checkoutnow?token=nonsense", timeout=5)

    assert answer.status_code == 404
    assert answer.json()["name"] == "RESOURCE_NOT_FOUND"
    assert issues(answer) == ["INVALID_RESOURCE_ID"]
    assert answer.json()["debug_id"]
    assert page.status_code == 404


@pytest.mark.parametrize(
    ("unit", "status", "issue"),
    [
        ({"amount": amount("1.00", "129.90")}, 422, "AMOUNT_MISMATCH"),
        ({"amount": amount("1.00", "1.00")}, 422, "ITEM_TOTAL_MISMATCH"),
        ({"amount": eur("129.90")}, 422, "ITEM_TOTAL_REQUIRED"),
        ({"amount": eur("0.00"), "items": []}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"amount": eur("-1.00"), "items": []}, 422, "CANNOT_BE_NEGATIVE"),
        ({"amount": eur("1.001"), "items": []}, 422, "DECIMAL_PRECISION"),
        ({"amount": eur("1,00"), "items": []}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"amount": {"value": "1.00"}, "items": []}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"amount": "12"}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"custom_id": "x" * 128}, 400, "INVALID_STRING_LENGTH"),
        ({"shipping": {"address": {"country_code": "Nederland"}}}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"shipping": {"address": DELFT}}, 422, "POSTAL_CODE_REQUIRED"),
    ],
)
def test_a_wrong_amount_or_form_is_refused_and_names_the_field(
    paypal: PayPal, unit: Body, status: int, issue: str
) -> None:
    answer = paypal.create(order(**unit))

    assert (answer.status_code, issues(answer)) == (status, [issue])
    assert answer.json()["details"][0]["field"].startswith("/purchase_units")
    assert requests.get(f"{paypal.url}/control/orders", timeout=5).json() == []


def test_a_body_that_is_no_json_is_refused(paypal: PayPal) -> None:
    answer = requests.post(
        f"{paypal.url}/v2/checkout/orders",
        data="{nonsense",
        headers={"Authorization": f"Bearer {paypal.token}", "Content-Type": "application/json"},
        timeout=5,
    )

    assert (answer.status_code, issues(answer)) == (400, ["MALFORMED_REQUEST_JSON"])


def test_an_order_with_a_payment_source_needs_a_request_id(paypal: PayPal) -> None:
    answer = requests.post(
        f"{paypal.url}/v2/checkout/orders",
        json=order(),
        headers={"Authorization": f"Bearer {paypal.token}"},
        timeout=5,
    )

    assert issues(answer) == ["PAYPAL_REQUEST_ID_REQUIRED"]


def test_refunds_give_back_no_more_than_was_taken(paypal: PayPal) -> None:
    taken = paypal.capture(paypal.approved()).json()["purchase_units"][0]["payments"]["captures"][0]
    path = f"/v2/payments/captures/{taken['id']}"

    part = paypal.post(f"{path}/refund", {"amount": eur("24.85")}, "ref-1")
    same = paypal.post(f"{path}/refund", {"amount": eur("24.85")}, "ref-1")
    too_much = paypal.post(f"{path}/refund", {"amount": eur("100.01")})
    assert (part.status_code, same.status_code) == (201, 200)
    assert issues(too_much) == ["REFUND_AMOUNT_EXCEEDED"]
    assert paypal.get(path).json()["status"] == "PARTIALLY_REFUNDED"

    rest = paypal.post(f"{path}/refund")
    assert rest.json()["amount"] == eur("100.00")
    assert issues(paypal.post(f"{path}/refund")) == ["CAPTURE_FULLY_REFUNDED"]
    assert paypal.get(f"/v2/payments/refunds/{rest.json()['id']}").json()["status"] == "COMPLETED"
    assert paypal.ledger()["totals"] == {"EUR": "0.00"}


def test_orders_and_money_survive_a_restart(start: Start, tmp_path: Path) -> None:
    first = PayPal(start("paypal", "--state", str(tmp_path)))
    key = first.approved()
    taken = first.capture(key, "cap-1").json()
    assert first.process.stop() == 0

    second = PayPal(start("paypal", "--state", str(tmp_path), port=first.process.port))

    assert second.capture(key, "cap-1").json() == taken
    assert second.ledger()["totals"] == {"EUR": "124.85"}
    capture_id = taken["purchase_units"][0]["payments"]["captures"][0]["id"]
    second.post(f"/v2/payments/captures/{capture_id}/refund")
    [shown] = second.get(f"/v2/checkout/orders/{key}").json()["purchase_units"]
    assert shown["payments"]["captures"][0]["status"] == "REFUNDED"
