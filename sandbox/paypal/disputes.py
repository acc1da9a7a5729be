"""Disputes: a buyer complains at PayPal about a capture, and PayPal decides."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.paypal import schema
from sandbox.paypal.desk import desk
from sandbox.paypal.problems import Problem
from sandbox.paypal.store import Json, now, public, stamp

REASONS = (
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED",
    "UNAUTHORISED",
    "CREDIT_NOT_PROCESSED",
    "DUPLICATE_TRANSACTION",
    "INCORRECT_AMOUNT",
    "PAYMENT_BY_OTHER_MEANS",
    "CANCELED_RECURRING_BILLING",
    "PROBLEM_WITH_REMITTANCE",
    "OTHER",
)
STAGES = ("INQUIRY", "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION")
STATES = {  # the state a shop sees, by the dispute's status
    "OPEN": "OPEN_INQUIRIES",
    "WAITING_FOR_BUYER_RESPONSE": "REQUIRED_OTHER_PARTY_ACTION",
    "WAITING_FOR_SELLER_RESPONSE": "REQUIRED_ACTION",
    "UNDER_REVIEW": "UNDER_PAYPAL_REVIEW",
    "RESOLVED": "RESOLVED",
    "OTHER": "UNDER_PAYPAL_REVIEW",
}
TAKING = ("RESOLVED_BUYER_FAVOUR", "ACCEPTED")  # outcomes that take the money from the shop
OUTCOMES = (
    *TAKING,
    *("RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER", "DENIED", "NONE"),
)
ANSWER_WITHIN = timedelta(days=10)
SHORT = (
    *("dispute_id", "create_time", "update_time", "reason", "status", "dispute_amount"),
    *("dispute_life_cycle_stage", "dispute_channel", "seller_response_due_date"),
)


def one_of(given: Any, choices: tuple[str, ...], name: str) -> str:
    if given not in choices:
        raise Problem(400, "INVALID_PARAMETER_VALUE", f"/{name}", str(given))
    return str(given)


def open_about(taken: Json, given: Json) -> Json:
    """A buyer's complaint; the caller is inside ``store.change``."""
    currency = taken["amount"]["currency_code"]
    amount = {"currency_code": currency, "value": given.get("amount") or taken["amount"]["value"]}
    if not 0 < schema.money(amount, "/amount") <= Decimal(taken["amount"]["value"]):
        raise Problem(400, "INVALID_PARAMETER_VALUE", "/amount", amount["value"])
    key = f"PP-R-{secrets.token_hex(2).upper()}-{10000000 + secrets.randbelow(90000000)}"
    document: Json = {
        "dispute_id": key,
        "create_time": now(),
        "update_time": now(),
        "disputed_transactions": [transaction(taken)],
        "reason": one_of(given.get("reason", REASONS[0]), REASONS, "reason"),
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "dispute_amount": amount,
        "dispute_life_cycle_stage": one_of(given.get("stage", "INQUIRY"), STAGES, "stage"),
        "dispute_channel": "INTERNAL",
        "seller_response_due_date": stamp(datetime.now(UTC) + ANSWER_WITHIN),
        "links": [{"href": address(key), "rel": "self", "method": "GET"}],
        "_capture": taken["id"],
    }
    desk().store.disputes[key] = document
    desk().webhooks.emit("CUSTOMER.DISPUTE.CREATED", public(document))
    return document


def address(key: str) -> str:
    return f"{desk().url}/v1/customer/disputes/{key}"


def transaction(taken: Json) -> Json:
    found: Json = {
        "buyer_transaction_id": taken["id"][::-1],
        "seller_transaction_id": taken["id"],
        "create_time": taken["create_time"],
        "transaction_status": taken["status"],
        "gross_amount": taken["amount"],
        "buyer": {"name": "Test Buyer"},
        "seller": {"merchant_id": "SNDBXSELLER01", "name": "Soocas"},
    }
    names = {"invoice_id": "invoice_number", "custom_id": "custom"}
    return found | {theirs: taken[ours] for ours, theirs in names.items() if ours in taken}


def update(document: Json, given: Json) -> None:
    """It moved on: another ``status`` or ``stage``."""
    unresolved(document)
    if "status" in given:
        choices = tuple(status for status in STATES if status != "RESOLVED")
        document["status"] = one_of(given["status"], choices, "status")
    if "stage" in given:
        document["dispute_life_cycle_stage"] = one_of(given["stage"], STAGES, "stage")
    document["update_time"] = now()
    desk().webhooks.emit("CUSTOMER.DISPUTE.UPDATED", public(document))


def resolve(document: Json, given: Json) -> None:
    """PayPal decides; with an outcome for the buyer the shop pays, with a payout PayPal does."""
    from sandbox.paypal import refunds

    unresolved(document)
    outcome = one_of(given.get("outcome"), OUTCOMES, "outcome")
    taken = desk().store.captures[document["_capture"]]
    asked = given.get("amount") or document["dispute_amount"]["value"]
    value = schema.money({**document["dispute_amount"], "value": asked}, "/amount")
    if outcome in TAKING:
        value = min(value, refunds.left(taken))
        if value > 0:
            refunds.by_paypal(taken, str(value), reversal="dispute")
    document.update(status="RESOLVED", update_time=now(), dispute_outcome={"outcome_code": outcome})
    document.pop("seller_response_due_date", None)
    if outcome in (*TAKING, "RESOLVED_WITH_PAYOUT") and value > 0:
        amount = {**document["dispute_amount"], "value": str(value)}
        document["dispute_outcome"]["amount_refunded"] = amount
        document["money_movements"] = movements(amount, by_shop=outcome in TAKING)
    desk().webhooks.emit("CUSTOMER.DISPUTE.RESOLVED", public(document))


def movements(amount: Json, *, by_shop: bool) -> list[Json]:
    sides = [("SELLER", "DEBIT")] if by_shop else []
    about = {"amount": amount, "initiated_time": now(), "reason": "DISPUTE_SETTLEMENT"}
    return [
        {"affected_party": party, "type": direction, **about}
        for party, direction in [*sides, ("BUYER", "CREDIT")]
    ]


def unresolved(document: Json) -> None:
    if document["status"] == "RESOLVED":
        raise Problem(422, "DISPUTE_ALREADY_RESOLVED")


def check_refundable(taken: Json, *, whole: bool) -> None:
    """While a case is open PayPal lets a shop give back all or nothing."""
    mine = [d for d in desk().store.disputes.values() if d["_capture"] == taken["id"]]
    for document in mine:
        if document["status"] == "RESOLVED":
            continue
        if document["dispute_life_cycle_stage"] != "INQUIRY":
            raise Problem(422, "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK")
        if not whole:
            raise Problem(422, "TRANSACTION_DISPUTED")


def summary(document: Json) -> Json:
    """As the list shows it."""
    short = {name: document[name] for name in SHORT if name in document}
    state = {"dispute_state": STATES[document["status"]]}
    return short | state | {"links": document["links"]}


def listed(query: Json) -> Json:
    """Those that match the query of a request, the latest first."""
    size = query.get("page_size", "10")
    if not (size.isdigit() and 1 <= int(size) <= 50):
        raise Problem(400, "INVALID_PARAMETER_VALUE", "page_size", size, "query")
    place = query.get("next_page_token", "0")
    start = int(place) if place.isdigit() else 0
    found = [d for d in reversed(desk().store.disputes.values()) if matches(d, query)]
    here = f"{desk().url}/v1/customer/disputes"
    links = [{"href": here, "rel": "self", "method": "GET"}]
    end = start + int(size)
    if end < len(found):
        more = f"{here}?page_size={size}&next_page_token={end}"
        links.append({"href": more, "rel": "next", "method": "GET"})
    return {"items": [summary(d) for d in found[start:end]], "links": links}


def matches(document: Json, query: Json) -> bool:
    states = query.get("dispute_state", "").split(",")
    wanted = query.get("disputed_transaction_id") or document["_capture"]
    return (
        wanted == document["_capture"]
        and (states == [""] or STATES[document["status"]] in states)
        and document["update_time"] >= query.get("update_time_after", "")
        and document["update_time"] <= query.get("update_time_before", "9")
        and document["create_time"] >= query.get("start_time", "")
    )
