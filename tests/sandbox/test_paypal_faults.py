from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.sandbox.paypal import PayPal, eur, issues


def first_capture(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["purchase_units"][0]["payments"]["captures"][0]
    return found


@pytest.mark.parametrize(
    "kind", ["commit-then-timeout", "commit-then-500", "commit-then-502", "commit-then-drop"]
)
def test_the_money_moved_although_nobody_was_told(paypal: PayPal, kind: str) -> None:
    key = paypal.approved()
    paypal.fault(on="capture", kind=kind, seconds=2)

    try:
        answer = paypal.capture(key, "cap-1", timeout=1)
    except requests.RequestException:
        answer = None
    replayed = paypal.capture(key, "cap-1")

    assert answer is None or answer.status_code in (500, 502)
    assert replayed.status_code == 200
    assert first_capture(replayed.json())["status"] == "COMPLETED"
    assert len(paypal.ledger()["entries"]) == 1


@pytest.mark.parametrize(
    ("kind", "status"),
    [("500", 500), ("html-502", 502), ("404", 404), ("401", 401), ("in-progress", 409)],
)
def test_a_fault_before_the_work_leaves_nothing_done(
    paypal: PayPal, kind: str, status: int
) -> None:
    key = paypal.approved()
    paypal.fault(on="capture", kind=kind)

    assert paypal.capture(key).status_code == status
    assert paypal.ledger()["entries"] == []
    assert paypal.capture(key).status_code == 201


def test_too_many_requests_are_told_when_to_come_back(paypal: PayPal) -> None:
    paypal.fault(on="create", kind="429")

    answer = paypal.create()

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")


def test_a_dropped_connection_answers_nothing(paypal: PayPal) -> None:
    paypal.fault(on="create", kind="drop")

    with pytest.raises(requests.ConnectionError):
        paypal.create()
    assert requests.get(f"{paypal.url}/control/orders", timeout=5).json() == []


def test_a_slow_answer_is_late_and_right(paypal: PayPal) -> None:
    paypal.fault(on="create", kind="slow", seconds=1)

    with pytest.raises(requests.Timeout):
        paypal.post("/v2/checkout/orders", {}, timeout=0.5)
    assert paypal.create().status_code == 201


def test_a_refusal_can_last_for_ever_and_be_switched_off(paypal: PayPal) -> None:
    paypal.fault(on="any", kind="401", times=-1)

    assert [paypal.create().status_code for _ in range(3)] == [401, 401, 401]
    requests.delete(f"{paypal.url}/control/faults", timeout=5)
    assert paypal.create().status_code == 201


def test_any_issue_can_be_answered(paypal: PayPal) -> None:
    key = paypal.approved()
    paypal.fault(on="capture", kind="issue", issue="PAYER_CANNOT_PAY")

    answer = paypal.capture(key)

    assert (answer.status_code, issues(answer)) == (422, ["PAYER_CANNOT_PAY"])


@pytest.mark.parametrize(("status", "shown"), [("COMPLETED", "COMPLETED"), ("DENIED", "DECLINED")])
def test_a_capture_under_review_is_decided_later(paypal: PayPal, status: str, shown: str) -> None:
    key = paypal.approved()
    paypal.fault(on="capture", kind="pending")
    taken = first_capture(paypal.capture(key).json())
    assert (taken["status"], taken["status_details"]) == (
        "PENDING",
        {"reason": "PENDING_REVIEW"},
    )
    assert paypal.ledger()["entries"] == []

    address = f"{paypal.url}/control/captures/{taken['id']}"
    assert requests.post(address, json={"status": status}, timeout=5).status_code == 200

    now = paypal.get(f"/v2/checkout/orders/{key}").json()
    assert first_capture(now)["status"] == shown
    assert len(paypal.ledger()["entries"]) == (status == "COMPLETED")
    assert requests.post(address, json={"status": status}, timeout=5).status_code == 409


def test_a_review_can_end_by_itself(paypal: PayPal) -> None:
    key = paypal.approved()
    paypal.fault(on="capture", kind="pending", then="COMPLETED", seconds=0.2)
    assert first_capture(paypal.capture(key).json())["status"] == "PENDING"

    for _ in range(100):
        if paypal.ledger()["entries"]:
            break
        time.sleep(0.05)

    assert paypal.ledger()["totals"] == {"EUR": "124.85"}


def test_a_declined_capture_moves_no_money(paypal: PayPal) -> None:
    key = paypal.approved()
    paypal.fault(on="capture", kind="declined")

    answer = paypal.capture(key)

    assert answer.json()["status"] == "COMPLETED"
    assert first_capture(answer.json())["status"] == "DECLINED"
    assert paypal.ledger()["entries"] == []


def test_a_wrong_amount_or_currency_is_what_really_moved(paypal: PayPal) -> None:
    amounts = []
    for kind in ("wrong-amount", "wrong-currency"):
        key = paypal.approved()
        paypal.fault(on="capture", kind=kind)
        amounts.append(first_capture(paypal.capture(key).json())["amount"])

    assert amounts == [eur("123.85"), {"currency_code": "USD", "value": "124.85"}]
    assert paypal.ledger()["totals"] == {"EUR": "123.85", "USD": "124.85"}


def test_a_completed_order_can_show_no_captures(paypal: PayPal) -> None:
    key = paypal.approved()
    paypal.fault(on="capture", kind="empty-captures")

    answer = paypal.capture(key).json()
    later = paypal.get(f"/v2/checkout/orders/{key}").json()

    assert answer["purchase_units"][0]["payments"]["captures"] == []
    assert first_capture(later)["status"] == "COMPLETED"


def test_an_approval_lapses_and_an_order_is_forgotten(paypal: PayPal) -> None:
    key = paypal.approved()

    requests.post(f"{paypal.url}/control/orders/{key}/lapse", timeout=5)
    assert issues(paypal.capture(key)) == ["ORDER_NOT_APPROVED"]

    requests.post(f"{paypal.url}/control/orders/{key}/forget", timeout=5)
    assert paypal.get(f"/v2/checkout/orders/{key}").status_code == 404


@pytest.mark.parametrize(
    "fault", [{}, {"on": "moon", "kind": "slow"}, {"on": "get", "kind": "held"}, {"colour": "red"}]
)
def test_a_senseless_fault_is_refused(paypal: PayPal, fault: dict[str, str]) -> None:
    answer = requests.post(f"{paypal.url}/control/faults", json=fault, timeout=5)

    assert answer.status_code == 400
    assert requests.get(f"{paypal.url}/control/faults", timeout=5).json() == []


def test_a_reset_forgets_everything(paypal: PayPal) -> None:
    paypal.capture(paypal.approved())
    paypal.fault(on="any", kind="500", times=-1)

    assert requests.post(f"{paypal.url}/control/reset", timeout=5).status_code == 200

    assert paypal.ledger() == {"entries": [], "totals": {}}
    assert paypal.create().status_code == 201
