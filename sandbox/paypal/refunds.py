"""Payments v2: refund a capture."""

from __future__ import annotations

from decimal import Decimal

from sandbox.paypal import schema
from sandbox.paypal.desk import desk, fault, replayed
from sandbox.paypal.problems import Problem
from sandbox.paypal.store import Json, new_id, now, public


def refund(taken: Json, body: Json) -> tuple[Json, int]:
    left = Decimal(taken["amount"]["value"]) - refunded(taken)
    check_refundable(taken, left)
    currency = taken["amount"]["currency_code"]
    asked = body.get("amount") or {"currency_code": currency, "value": str(left)}
    value = schema.money(asked, "/amount")
    if value == 0:
        raise Problem(422, "CANNOT_BE_ZERO_OR_NEGATIVE", "/amount/value")
    if asked["currency_code"] != currency:
        raise Problem(422, "REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code")
    if value > left:
        raise Problem(422, "REFUND_AMOUNT_EXCEEDED", "/amount/value", asked["value"])
    document = make(taken, asked, body)
    if fault().kind != "pending":
        complete(document, taken)
    return replayed((public(document), 201))


def check_refundable(taken: Json, left: Decimal) -> None:
    if taken["status"] == "PENDING":
        raise Problem(422, "PENDING_CAPTURE")
    if left == 0:
        raise Problem(422, "CAPTURE_FULLY_REFUNDED")
    if taken["status"] not in ("COMPLETED", "PARTIALLY_REFUNDED"):
        raise Problem(422, "REFUND_NOT_ALLOWED")


def refunded(taken: Json) -> Decimal:
    """What is given back or being given back of a capture."""
    mine = [d for d in desk().store.refunds.values() if d["_capture"] == taken["id"]]
    return sum((Decimal(document["amount"]["value"]) for document in mine), Decimal(0))


def make(taken: Json, amount: Json, body: Json) -> Json:
    key = new_id()
    here = f"{desk().url}/v2/payments"
    document: Json = {
        "id": key,
        "status": "PENDING",
        "amount": {name: amount[name] for name in ("currency_code", "value")},
        **{
            name: body[name]
            for name in ("invoice_id", "custom_id", "note_to_payer")
            if name in body
        },
        "create_time": now(),
        "update_time": now(),
        "links": [
            {"href": f"{here}/refunds/{key}", "rel": "self", "method": "GET"},
            {"href": f"{here}/captures/{taken['id']}", "rel": "up", "method": "GET"},
        ],
        "_capture": taken["id"],
    }
    desk().store.refunds[key] = document
    return document


def complete(document: Json, taken: Json) -> None:
    """Give the money back, and tell the shop."""
    document.update(status="COMPLETED", update_time=now())
    whole = refunded(taken) == Decimal(taken["amount"]["value"])
    taken.update(status="REFUNDED" if whole else "PARTIALLY_REFUNDED", update_time=now())
    related = taken["supplementary_data"]["related_ids"]
    desk().store.move("refund", document, {"id": related["order_id"]})
    desk().webhooks.emit("PAYMENT.CAPTURE.REFUNDED", public(document))
