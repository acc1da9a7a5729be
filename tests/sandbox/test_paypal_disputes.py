"""Disputes: what the shop is told, what it can read, and whose money pays for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.sandbox.paypal import Body, PayPal, eur, issues
from tests.sandbox.test_paypal_webhooks import events


def open_dispute(paypal: PayPal, **about: Any) -> Body:
    opened: Body = paypal.say(f"captures/{paypal.paid()['id']}/dispute", about)
    return opened


def read(paypal: PayPal, key: str) -> Body:
    found: Body = paypal.get(f"/v1/customer/disputes/{key}").json()
    return found


def told(paypal: PayPal) -> list[str]:
    kinds = [json.loads(event["body"])["event_type"] for event in events(paypal)]
    return [kind for kind in kinds if kind.startswith("CUSTOMER")]


def test_a_dispute_is_told_listed_and_read(paypal: PayPal) -> None:
    opened = open_dispute(paypal, reason="UNAUTHORISED", amount="20.00")
    key = opened["dispute_id"]

    [listed] = paypal.get("/v1/customer/disputes").json()["items"]
    assert (listed["dispute_id"], listed["dispute_state"]) == (key, "REQUIRED_ACTION")
    whole = read(paypal, key)
    assert (whole["reason"], whole["dispute_amount"]) == ("UNAUTHORISED", eur("20.00"))
    [transaction] = whole["disputed_transactions"]
    assert transaction["custom"] == "order-1"
    assert paypal.status("captures", transaction["seller_transaction_id"]) == "COMPLETED"
    event = json.loads(events(paypal)[-1]["body"])
    assert (event["event_type"], event["resource_type"]) == ("CUSTOMER.DISPUTE.CREATED", "dispute")
    assert event["resource"] == whole


@pytest.mark.parametrize("outcome", ["RESOLVED_BUYER_FAVOUR", "ACCEPTED"])
def test_an_outcome_for_the_buyer_takes_the_money(paypal: PayPal, outcome: str) -> None:
    opened = open_dispute(paypal)
    capture = opened["disputed_transactions"][0]["seller_transaction_id"]

    paypal.say(f"disputes/{opened['dispute_id']}/resolve", {"outcome": outcome})

    resolved = read(paypal, opened["dispute_id"])
    assert (resolved["status"], resolved["dispute_outcome"]["outcome_code"]) == (
        "RESOLVED",
        outcome,
    )
    assert resolved["dispute_outcome"]["amount_refunded"] == eur("124.85")
    assert paypal.ledger()["totals"] == {"EUR": "0.00"}
    assert paypal.ledger()["entries"][1]["by"] == "dispute"
    assert paypal.status("captures", capture) == "REFUNDED"
    kinds = [json.loads(event["body"])["event_type"] for event in events(paypal)]
    assert kinds[-2:] == ["PAYMENT.CAPTURE.REVERSED", "CUSTOMER.DISPUTE.RESOLVED"]


@pytest.mark.parametrize(
    "outcome",
    ["RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER", "DENIED", "NONE"],
)
def test_any_other_outcome_leaves_the_shop_its_money(paypal: PayPal, outcome: str) -> None:
    opened = open_dispute(paypal)

    paypal.say(f"disputes/{opened['dispute_id']}/resolve", {"outcome": outcome})

    assert paypal.ledger()["totals"] == {"EUR": "124.85"}
    assert told(paypal) == ["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED"]
    again = requests.post(
        f"{paypal.url}/control/disputes/{opened['dispute_id']}/resolve",
        json={"outcome": outcome},
        timeout=5,
    )
    assert again.status_code == 422


def test_a_dispute_takes_no_more_than_is_left(paypal: PayPal) -> None:
    opened = open_dispute(paypal)
    capture = opened["disputed_transactions"][0]["seller_transaction_id"]
    paypal.say(f"captures/{capture}/refund", {"amount": "100.00"})

    paypal.say(f"disputes/{opened['dispute_id']}/resolve", {"outcome": "RESOLVED_BUYER_FAVOUR"})

    assert paypal.ledger()["totals"] == {"EUR": "0.00"}
    refunded = read(paypal, opened["dispute_id"])["dispute_outcome"]["amount_refunded"]
    assert refunded == eur("24.85")


def test_a_dispute_moves_on(paypal: PayPal) -> None:
    key = open_dispute(paypal)["dispute_id"]

    paypal.say(f"disputes/{key}/update", {"status": "UNDER_REVIEW", "stage": "CHARGEBACK"})

    moved = read(paypal, key)
    assert (moved["status"], moved["dispute_life_cycle_stage"]) == ("UNDER_REVIEW", "CHARGEBACK")
    assert told(paypal) == ["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED"]


def test_an_open_case_lets_the_shop_refund_all_or_nothing(paypal: PayPal) -> None:
    opened = open_dispute(paypal)
    capture = opened["disputed_transactions"][0]["seller_transaction_id"]
    path = f"/v2/payments/captures/{capture}/refund"

    assert issues(paypal.post(path, {"amount": eur("1.00")})) == ["TRANSACTION_DISPUTED"]
    paypal.say(f"disputes/{opened['dispute_id']}/update", {"stage": "CHARGEBACK"})
    assert issues(paypal.post(path)) == ["REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"]
    paypal.say(f"disputes/{opened['dispute_id']}/update", {"stage": "INQUIRY"})
    assert paypal.post(path).status_code == 201


def test_the_list_is_filtered_and_paged_the_latest_first(paypal: PayPal) -> None:
    keys = [open_dispute(paypal)["dispute_id"] for _ in range(3)]
    paypal.say(f"disputes/{keys[0]}/resolve", {"outcome": "DENIED"})
    capture = read(paypal, keys[1])["disputed_transactions"][0]["seller_transaction_id"]

    def listed(query: str) -> list[str]:
        answer = paypal.get(f"/v1/customer/disputes?{query}").json()
        return [item["dispute_id"] for item in answer["items"]]

    assert listed("") == keys[::-1]
    assert listed("dispute_state=RESOLVED") == [keys[0]]
    assert listed(f"disputed_transaction_id={capture}") == [keys[1]]
    assert listed("update_time_after=2999-01-01T00:00:00Z") == []
    first = paypal.get("/v1/customer/disputes?page_size=2").json()
    assert [item["dispute_id"] for item in first["items"]] == [keys[2], keys[1]]
    [more] = [link["href"] for link in first["links"] if link["rel"] == "next"]
    assert listed(more.partition("?")[2]) == [keys[0]]


def test_wrong_questions_are_refused(paypal: PayPal) -> None:
    too_many = paypal.get("/v1/customer/disputes?page_size=51")
    unknown = paypal.get("/v1/customer/disputes/PP-R-NONE-1")

    assert (too_many.status_code, issues(too_many)) == (400, ["INVALID_PARAMETER_VALUE"])
    assert unknown.status_code == 404
