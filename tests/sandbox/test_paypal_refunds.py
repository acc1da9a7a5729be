"""Refunds as a shop asks for them, as people make them at PayPal, and as PayPal takes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.paypal import Body, PayPal, eur, issues, order
from tests.sandbox.process import Start
from tests.sandbox.test_paypal_webhooks import events, wait_until


def kinds(paypal: PayPal) -> list[str]:
    """What the shop was, or would have been, told; without what came before the refund."""
    import json

    return [json.loads(event["body"])["event_type"] for event in events(paypal)][3:]


def moved(paypal: PayPal) -> list[tuple[str, str, str]]:
    return [(e["kind"], e["amount"], e["by"]) for e in paypal.ledger()["entries"]]


def payments(paypal: PayPal, taken: Body) -> Body:
    whole = paypal.get(f"/v2/payments/captures/{taken['id']}").json()
    key = whole["supplementary_data"]["related_ids"]["order_id"]
    found: Body = paypal.get(f"/v2/checkout/orders/{key}").json()["purchase_units"][0]["payments"]
    return found


def test_an_order_lists_its_refunds_and_its_capture_says_how_much_is_left(paypal: PayPal) -> None:
    taken = paypal.paid()

    part = paypal.refund(taken["id"], {"amount": eur("24.85"), "note_to_payer": "Sorry"})
    shown = payments(paypal, taken)
    assert shown["captures"][0]["status"] == "PARTIALLY_REFUNDED"
    assert [(r["id"], r["status"], r["amount"]) for r in shown["refunds"]] == [
        (part["id"], "COMPLETED", eur("24.85"))
    ]

    rest = paypal.refund(taken["id"])
    shown = payments(paypal, taken)
    assert shown["captures"][0]["status"] == "REFUNDED"
    assert [r["id"] for r in shown["refunds"]] == [part["id"], rest["id"]]
    assert rest["seller_payable_breakdown"]["total_refunded_amount"] == eur("124.85")
    assert kinds(paypal) == ["PAYMENT.CAPTURE.REFUNDED"] * 2


def test_a_refund_is_answered_short_unless_the_whole_is_preferred(paypal: PayPal) -> None:
    taken = paypal.paid()
    address = f"{paypal.url}/v2/payments/captures/{taken['id']}/refund"
    bearer = {"Authorization": f"Bearer {paypal.token}"}

    answer = requests.post(address, headers=bearer, timeout=5)

    assert answer.status_code == 201
    assert sorted(answer.json()) == ["id", "links", "status"]
    shown = paypal.get(f"/v2/payments/refunds/{answer.json()['id']}").json()
    assert (shown["amount"], shown["custom_id"]) == (eur("124.85"), "order-1")


@pytest.mark.parametrize(
    ("status", "capture", "event"),
    [
        ("COMPLETED", "REFUNDED", ["PAYMENT.CAPTURE.REFUNDED"]),
        ("FAILED", "COMPLETED", ["PAYMENT.REFUND.FAILED"]),
        ("CANCELLED", "COMPLETED", []),
    ],
)
def test_a_pending_refund_is_settled_later(
    paypal: PayPal, status: str, capture: str, event: list[str]
) -> None:
    taken = paypal.paid()
    paypal.fault(on="refund", kind="pending")
    pending = paypal.refund(taken["id"], request_id="ref-1")
    assert pending["status"] == "PENDING"
    assert paypal.status("captures", taken["id"]) == "COMPLETED"
    assert len(paypal.ledger()["entries"]) == 1
    path = f"/v2/payments/captures/{taken['id']}/refund"
    assert issues(paypal.post(path)) == ["CAPTURE_FULLY_REFUNDED"]

    paypal.say(f"refunds/{pending['id']}", {"status": status})

    assert paypal.status("refunds", pending["id"]) == status
    assert paypal.status("captures", taken["id"]) == capture
    assert len(paypal.ledger()["entries"]) == 1 + (status == "COMPLETED")
    assert kinds(paypal) == ["PAYMENT.REFUND.PENDING", *event]
    assert paypal.refund(taken["id"], request_id="ref-1")["status"] == status
    assert paypal.post(path).status_code == (422 if status == "COMPLETED" else 201)


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED"])
def test_a_pending_refund_can_settle_by_itself(paypal: PayPal, status: str) -> None:
    taken = paypal.paid()
    paypal.fault(on="refund", kind="pending", then=status, seconds=0.2)
    pending = paypal.refund(taken["id"])
    assert pending["status"] == "PENDING"

    wait_until(lambda: paypal.status("refunds", pending["id"]) == status)

    assert len(paypal.ledger()["entries"]) == 1 + (status == "COMPLETED")


def test_what_is_to_be_decided_survives_a_restart(start: Start, tmp_path: Path) -> None:
    first = PayPal(start("paypal", "--state", str(tmp_path)))
    taken = first.paid()
    first.fault(on="refund", kind="pending", then="COMPLETED", seconds=1.5)
    pending = first.refund(taken["id"])
    first.process.stop()

    second = PayPal(start("paypal", "--state", str(tmp_path), port=first.process.port))
    wait_until(lambda: second.status("refunds", pending["id"]) == "COMPLETED")

    assert second.ledger()["totals"] == {"EUR": "0.00"}


def test_a_refund_can_fail_at_once_and_be_asked_for_again(paypal: PayPal) -> None:
    taken = paypal.paid()
    paypal.fault(on="refund", kind="failed")

    failed = paypal.refund(taken["id"])
    assert failed["status"] == "FAILED"
    assert len(paypal.ledger()["entries"]) == 1

    assert paypal.refund(taken["id"])["status"] == "COMPLETED"
    assert paypal.ledger()["totals"] == {"EUR": "0.00"}


@pytest.mark.parametrize(
    "kind", ["commit-then-timeout", "commit-then-500", "commit-then-502", "commit-then-drop"]
)
def test_a_refund_nobody_was_told_of_is_made_once(paypal: PayPal, kind: str) -> None:
    taken = paypal.paid()
    paypal.fault(on="refund", kind=kind, seconds=0.2)
    try:
        lost = paypal.post(f"/v2/payments/captures/{taken['id']}/refund", None, "ref-1")
        assert lost.status_code in (500, 502)
    except requests.RequestException:
        pass

    again = paypal.refund(taken["id"], request_id="ref-1")

    assert again["status"] == "COMPLETED"
    assert moved(paypal) == [("capture", "124.85", ""), ("refund", "-124.85", "shop")]


def test_a_refund_made_by_hand_at_paypal_is_told_and_listed(paypal: PayPal) -> None:
    taken = paypal.paid(order(invoice_id="S-1"))

    part = paypal.say(f"captures/{taken['id']}/refund", {"amount": "20.00", "note": "By phone"})
    rest = paypal.say(f"captures/{taken['id']}/refund")

    assert (part["status"], part["custom_id"], part["invoice_id"]) == (
        "COMPLETED",
        "order-1",
        "S-1",
    )
    assert rest["amount"] == eur("104.85")
    assert [r["id"] for r in payments(paypal, taken)["refunds"]] == [part["id"], rest["id"]]
    assert paypal.status("captures", taken["id"]) == "REFUNDED"
    assert moved(paypal)[1:] == [("refund", "-20.00", "hand"), ("refund", "-104.85", "hand")]
    assert kinds(paypal) == ["PAYMENT.CAPTURE.REFUNDED"] * 2


def test_a_reversal_takes_the_money_back(paypal: PayPal) -> None:
    taken = paypal.paid()

    reversal = paypal.say(f"captures/{taken['id']}/reverse")

    assert paypal.status("captures", taken["id"]) == "REFUNDED"
    assert payments(paypal, taken)["refunds"][0]["id"] == reversal["id"]
    assert moved(paypal)[1:] == [("refund", "-124.85", "reversal")]
    assert kinds(paypal) == ["PAYMENT.CAPTURE.REVERSED"]


Change = Callable[[PayPal, str], Any]


@pytest.mark.parametrize(
    ("body", "status", "issue"),
    [
        ({"amount": eur("0.00")}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"amount": eur("-1.00")}, 422, "CANNOT_BE_NEGATIVE"),
        ({"amount": eur("1.001")}, 422, "DECIMAL_PRECISION"),
        ({"amount": eur("1,00")}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"amount": {"value": "1.00"}}, 400, "MISSING_REQUIRED_PARAMETER"),
        (
            {"amount": {"value": "1.00", "currency_code": "USD"}},
            422,
            "REFUND_CAPTURE_CURRENCY_MISMATCH",
        ),
        ({"amount": eur("124.86")}, 422, "REFUND_AMOUNT_EXCEEDED"),
        ({"note_to_payer": "x" * 256}, 400, "INVALID_STRING_LENGTH"),
        ({"invoice_id": ""}, 400, "INVALID_STRING_LENGTH"),
    ],
)
def test_a_wrong_refund_is_refused_and_moves_nothing(
    paypal: PayPal, body: Body, status: int, issue: str
) -> None:
    taken = paypal.paid()

    answer = paypal.post(f"/v2/payments/captures/{taken['id']}/refund", body)

    assert (answer.status_code, issues(answer)) == (status, [issue])
    assert len(paypal.ledger()["entries"]) == 1


def test_an_invoice_number_is_refunded_once(paypal: PayPal) -> None:
    taken = paypal.paid()
    body = {"amount": eur("1.00"), "invoice_id": "CN-1"}
    paypal.refund(taken["id"], body)

    again = paypal.post(f"/v2/payments/captures/{taken['id']}/refund", body)

    assert issues(again) == ["DUPLICATE_INVOICE_ID"]


def test_neither_a_pending_nor_a_declined_capture_is_refunded(paypal: PayPal) -> None:
    found = []
    for kind in ("pending", "declined"):
        paypal.fault(on="capture", kind=kind)
        taken = paypal.paid()
        found += issues(paypal.post(f"/v2/payments/captures/{taken['id']}/refund"))

    assert found == ["PENDING_CAPTURE", "REFUND_NOT_ALLOWED"]


def test_unknown_captures_and_refunds_are_not_found(paypal: PayPal) -> None:
    answers = [
        paypal.get("/v2/payments/captures/NOSUCHCAPTURE0001"),
        paypal.get("/v2/payments/refunds/NOSUCHREFUND00001"),
        paypal.post("/v2/payments/captures/NOSUCHCAPTURE0001/refund"),
    ]

    assert [(a.status_code, issues(a)) for a in answers] == [(404, ["INVALID_RESOURCE_ID"])] * 3


HOUR, DAY = 3600, 86400


def test_order_requests_are_remembered_six_hours_and_refunds_45_days(paypal: PayPal) -> None:
    first = paypal.create(request_id="cre-1").json()["id"]
    taken = paypal.paid()
    paypal.refund(taken["id"], {"amount": eur("1.00")}, "ref-1")

    paypal.say("clock", {"forward": 5.9 * HOUR})
    assert paypal.create(request_id="cre-1").json()["id"] == first
    paypal.say("clock", {"forward": 0.2 * HOUR})
    assert paypal.create(request_id="cre-1").json()["id"] != first

    paypal.say("clock", {"forward": 44 * DAY})
    paypal.refund(taken["id"], {"amount": eur("1.00")}, "ref-1")
    assert paypal.ledger()["totals"] == {"EUR": "123.85"}
    paypal.say("clock", {"forward": DAY})
    paypal.refund(taken["id"], {"amount": eur("1.00")}, "ref-1")
    assert paypal.ledger()["totals"] == {"EUR": "122.85"}


def test_one_request_id_can_be_forgotten(paypal: PayPal) -> None:
    kept = paypal.create(request_id="cre-1").json()["id"]
    gone = paypal.create(request_id="cre-2").json()["id"]

    assert paypal.say("request-ids/forget", {"id": "cre-2"}) == {"forgotten": 1}

    assert paypal.create(request_id="cre-1").json()["id"] == kept
    assert paypal.create(request_id="cre-2").json()["id"] != gone


def test_an_approval_lapses_by_itself_after_three_hours(paypal: PayPal) -> None:
    key = paypal.approved()

    paypal.say("clock", {"forward": 2.9 * HOUR})
    assert paypal.get(f"/v2/checkout/orders/{key}").json()["status"] == "APPROVED"
    paypal.say("clock", {"forward": 0.2 * HOUR})

    assert paypal.get(f"/v2/checkout/orders/{key}").json()["status"] == "PAYER_ACTION_REQUIRED"
    assert issues(paypal.capture(key)) == ["ORDER_NOT_APPROVED"]
    paypal.choose(key, "approve")
    assert paypal.capture(key).status_code == 201


def test_a_reversed_approval_voids_the_order(paypal: PayPal) -> None:
    key = paypal.approved()

    paypal.say(f"orders/{key}/reverse-approval")

    assert paypal.get(f"/v2/checkout/orders/{key}").json()["status"] == "VOIDED"
    assert paypal.capture(key).status_code == 422
    assert "voided" in requests.get(f"{paypal.url}/checkoutnow?token={key}", timeout=5).text
    [_, event] = events(paypal)
    assert '"CHECKOUT.PAYMENT-APPROVAL.REVERSED"' in event["body"]
    assert f'"order_id":"{key}"' in event["body"]
    assert paypal.ledger()["entries"] == []
