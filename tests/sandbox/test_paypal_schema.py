"""Every kind of answer has the shape that PayPal gives it, and says nothing PayPal would not."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.sandbox import paypal_schema as schema
from tests.sandbox.paypal import Body, PayPal, eur, order
from tests.sandbox.test_paypal_webhooks import events


def short(paypal: PayPal, path: str, body: Body | None = None) -> requests.Response:
    """Post without preferring the whole."""
    headers = {"Authorization": f"Bearer {paypal.token}", "PayPal-Request-Id": "short"}
    return requests.post(paypal.url + path, json=body or {}, headers=headers, timeout=5)


def whole() -> Body:
    return order(invoice_id="S-1001", description="Two things", soft_descriptor="SOOCAS")


def test_the_check_itself_finds_what_is_wrong() -> None:
    shape = {"id": schema.ID, "links": [schema.LINK], "note?": schema.TEXT, "done": {True}}
    wrong: Any = {"id": "x", "links": [{"href": "nowhere", "rel": "self"}], "extra": 1, "done": 1}

    assert schema.faults(wrong, shape) == [
        "/extra: unknown",
        "/id: 'x'",
        "/links/0/href: 'nowhere'",
        "/done: 1",
    ]
    assert schema.faults({}, shape) == ["/id: missing", "/links: missing", "/done: missing"]
    assert schema.faults([], shape) == [": no object"]


def test_a_token_is_paypals(paypal: PayPal) -> None:
    assert schema.faults(paypal.ask_token("local").json(), schema.TOKEN) == []


@pytest.mark.parametrize("older", [False, True])
def test_an_order_is_paypals_in_each_of_its_states(paypal: PayPal, older: bool) -> None:
    body = whole()
    if older:
        context = body.pop("payment_source")["paypal"]["experience_context"]
        body["application_context"] = context
    created = paypal.create(body).json()
    path = f"/v2/checkout/orders/{created['id']}"
    seen = [created, paypal.get(path).json()]
    for choice in ("decline", "approve"):
        paypal.choose(created["id"], choice)
        seen.append(paypal.get(path).json())
        paypal.capture(created["id"])
        seen.append(paypal.get(path).json())
    paypal.say(f"captures/{seen[-1]['purchase_units'][0]['payments']['captures'][0]['id']}/refund")
    seen.append(paypal.get(path).json())

    assert [fault for document in seen for fault in schema.faults(document, schema.ORDER)] == []
    statuses = [document["status"] for document in seen]
    first = "CREATED" if older else "PAYER_ACTION_REQUIRED"
    assert statuses[:2] == [first] * 2
    assert statuses[-2:] == ["COMPLETED"] * 2


def test_the_short_answers_are_paypals(paypal: PayPal) -> None:
    created = short(paypal, "/v2/checkout/orders", whole()).json()
    paypal.choose(created["id"], "approve")
    captured = short(paypal, f"/v2/checkout/orders/{created['id']}/capture").json()
    [taken] = captured["purchase_units"][0]["payments"]["captures"]
    refunded = short(paypal, f"/v2/payments/captures/{taken['id']}/refund").json()

    assert schema.faults(created, schema.ORDER_SHORT) == []
    assert schema.faults(captured, schema.CAPTURED_SHORT) == []
    assert schema.faults(refunded, schema.REFUND_SHORT) == []


def test_a_capture_is_paypals_in_each_of_its_states(paypal: PayPal) -> None:
    seen = []
    for kind in ("pending", "declined"):
        paypal.fault(on="capture", kind=kind)
        seen.append(paypal.get(f"/v2/payments/captures/{paypal.paid()['id']}").json())
    taken = paypal.paid(whole())
    for value in ("1.00", ""):
        seen.append(paypal.get(f"/v2/payments/captures/{taken['id']}").json())
        paypal.say(f"captures/{taken['id']}/refund", {"amount": value})
    seen.append(paypal.get(f"/v2/payments/captures/{taken['id']}").json())

    assert [
        fault for document in seen for fault in schema.faults(document, schema.CAPTURE_ALONE)
    ] == []
    assert {document["status"] for document in seen} == {
        *("PENDING", "DECLINED", "COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED")
    }


def test_a_refund_is_paypals_in_each_of_its_states(paypal: PayPal) -> None:
    taken, seen = paypal.paid(whole()), []
    for status in ("COMPLETED", "FAILED", "CANCELLED"):
        paypal.fault(on="refund", kind="pending")
        body = {"amount": eur("1.00"), "note_to_payer": "Sorry", "custom_id": "r-1"}
        seen.append(paypal.refund(taken["id"], body))
        paypal.say(f"refunds/{seen[-1]['id']}", {"status": status})
        seen.append(paypal.get(f"/v2/payments/refunds/{seen[-1]['id']}").json())

    assert [fault for document in seen for fault in schema.faults(document, schema.REFUND)] == []
    assert {document["status"] for document in seen} == schema.REFUND["status"]


def test_a_dispute_is_paypals_in_each_of_its_states(paypal: PayPal) -> None:
    seen, listed = [], []
    for outcome in ("RESOLVED_BUYER_FAVOUR", "RESOLVED_WITH_PAYOUT", "DENIED"):
        taken = paypal.paid(order(invoice_id=f"S-{outcome[-3:]}"))
        seen.append(paypal.say(f"captures/{taken['id']}/dispute", {"reason": "OTHER"}))
        key = seen[-1]["dispute_id"]
        paypal.say(f"disputes/{key}/update", {"status": "UNDER_REVIEW", "stage": "ARBITRATION"})
        listed.append(paypal.get("/v1/customer/disputes").json())
        paypal.say(f"disputes/{key}/resolve", {"outcome": outcome})
        seen.append(paypal.get(f"/v1/customer/disputes/{key}").json())
    listed.append(paypal.get("/v1/customer/disputes?page_size=2").json())

    assert [fault for document in seen for fault in schema.faults(document, schema.DISPUTE)] == []
    assert [fault for page in listed for fault in schema.faults(page, schema.DISPUTES)] == []


def test_every_kind_of_event_is_paypals(paypal: PayPal) -> None:
    for kind, then in (("pending", "DENIED"), ("pending", "COMPLETED")):
        paypal.fault(on="capture", kind=kind)
        taken = paypal.paid(whole() if then == "COMPLETED" else None)
        paypal.say(f"captures/{taken['id']}", {"status": then})
    for status in ("FAILED", "COMPLETED"):
        paypal.fault(on="refund", kind="pending")
        paypal.say(f"refunds/{paypal.refund(taken['id'])['id']}", {"status": status})
    paypal.say(f"orders/{paypal.approved()}/reverse-approval")
    opened = paypal.say(f"captures/{paypal.paid()['id']}/dispute")
    paypal.say(f"disputes/{opened['dispute_id']}/update", {"status": "UNDER_REVIEW"})
    paypal.say(f"disputes/{opened['dispute_id']}/resolve", {"outcome": "ACCEPTED"})

    told = [json.loads(event["body"]) for event in events(paypal)]

    assert {event["event_type"] for event in told} == set(schema.RESOURCES)
    assert [
        f"{event['event_type']} {fault}"
        for event in told
        for fault in schema.faults(event, schema.event(event["event_type"]))
    ] == []


def test_an_event_is_read_and_sent_again_at_the_addresses_it_names(paypal: PayPal) -> None:
    paypal.approved()
    told = json.loads(events(paypal)[0]["body"])
    links = {link["rel"]: link["href"].removeprefix(paypal.url) for link in told["links"]}

    read, again = paypal.get(links["self"]), paypal.post(links["resend"])

    assert (read.status_code, read.json()) == (200, told)
    assert (again.status_code, again.json()) == (202, told)


@pytest.mark.parametrize("kind", ["401", "404", "429", "500", "in-progress", "issue"])
def test_an_error_is_paypals(paypal: PayPal, kind: str) -> None:
    paypal.fault(on="create", kind=kind, issue="PAYEE_ACCOUNT_RESTRICTED")

    answer = paypal.create()

    assert schema.faults(answer.json(), schema.error(answer.status_code)) == []
    assert answer.headers["Paypal-Debug-Id"] == answer.json()["debug_id"]


def test_what_paypal_does_not_have_is_refused_in_its_own_form(paypal: PayPal) -> None:
    bearer = {"Authorization": f"Bearer {paypal.token}"}
    form = requests.post(
        f"{paypal.url}/v2/checkout/orders", data={"intent": "CAPTURE"}, headers=bearer, timeout=5
    )
    answers = [
        paypal.create({"intent": "CAPTURE", "purchase_units": []}),
        paypal.get("/v2/checkout/orders/NOSUCHORDER000001"),
        paypal.get("/v2/invoicing/invoices"),
        paypal.get("/v1/customer/disputes?page_size=0"),
        paypal.post("/v2/payments/captures/NOSUCHCAPTURE0001/refund"),
        paypal.post(f"/v2/checkout/orders/{paypal.create().json()['id']}/authorize"),
        form,
    ]

    assert [a.status_code for a in answers] == [400, 404, 404, 400, 404, 404, 415]
    for answer in answers:
        assert schema.faults(answer.json(), schema.error(answer.status_code)) == []
