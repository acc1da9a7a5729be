"""Payments v2: refunds of a capture, by the shop, by hand at PayPal or by PayPal itself."""

from __future__ import annotations

from decimal import Decimal

from flask import request

from sandbox.paypal import disputes, later, schema
from sandbox.paypal.desk import desk, fault, replayed, whole_wanted
from sandbox.paypal.problems import Problem
from sandbox.paypal.store import Json, new_id, now, public

LENGTHS = {"custom_id": 127, "invoice_id": 127, "note_to_payer": 255}
GIVING = ("PENDING", "COMPLETED")  # what has been given back, or will be if nothing goes wrong
EVENTS = {
    "PENDING": "PAYMENT.REFUND.PENDING",
    "FAILED": "PAYMENT.REFUND.FAILED",
    "COMPLETED": "PAYMENT.CAPTURE.REFUNDED",
}


def refund(taken: Json) -> tuple[Json, int]:
    """What the shop asks for; the caller is inside ``store.change``. Raises Problem."""
    body = given_body()
    amount = asked(body, taken)
    disputes.check_refundable(taken, whole=Decimal(amount["value"]) == left(taken))
    document = make(taken, amount, body)
    status = {"pending": "PENDING", "failed": "FAILED"}.get(fault().kind, "COMPLETED")
    settle(document, status)
    if status == "PENDING" and fault().then:
        later.decide(document, fault().then, fault().seconds)
    return replayed((shown(document["id"]), 201))


def given_body() -> Json:
    """The request's body; an empty one asks for all that is left."""
    body = request.get_json(silent=True) if request.get_data().strip() else {}
    if not isinstance(body, dict):
        raise Problem(400, "MALFORMED_REQUEST_JSON")
    for name, limit in LENGTHS.items():
        if name in body and not (isinstance(body[name], str) and 0 < len(body[name]) <= limit):
            raise Problem(400, "INVALID_STRING_LENGTH", f"/{name}", str(body[name])[:200])
    return body


def shown(key: str) -> Json:
    """As PayPal answers a request for it: everything only if the caller prefers that."""
    full = public(desk().store.refunds[key])
    return full if whole_wanted() else {name: full[name] for name in ("id", "status", "links")}


def asked(body: Json, taken: Json) -> Json:
    check_refundable(taken)
    currency, rest = taken["amount"]["currency_code"], left(taken)
    amount: Json = body.get("amount") or {"currency_code": currency, "value": str(rest)}
    value = schema.money(amount, "/amount")
    if value == 0:
        raise Problem(422, "CANNOT_BE_ZERO_OR_NEGATIVE", "/amount/value")
    if amount["currency_code"] != currency:
        raise Problem(422, "REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code")
    if value > rest:
        raise Problem(422, "REFUND_AMOUNT_EXCEEDED", "/amount/value", amount["value"])
    used = {
        document["invoice_id"] for document in desk().store.refunds.values() if "_own" in document
    }
    if body.get("invoice_id") in used:
        raise Problem(422, "DUPLICATE_INVOICE_ID", "/invoice_id", body["invoice_id"])
    return amount


def check_refundable(taken: Json) -> None:
    if taken["status"] == "PENDING":
        raise Problem(422, "PENDING_CAPTURE")
    if taken["status"] not in ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"):
        raise Problem(422, "REFUND_NOT_ALLOWED")
    if left(taken) == 0:
        raise Problem(422, "CAPTURE_FULLY_REFUNDED")


def of(taken: Json) -> list[Json]:
    """The refunds of a capture, the oldest first."""
    return [d for d in desk().store.refunds.values() if d["_capture"] == taken["id"]]


def total(documents: list[Json], *states: str) -> Decimal:
    mine = [Decimal(d["amount"]["value"]) for d in documents if d["status"] in states]
    return sum(mine, Decimal("0.00"))


def left(taken: Json) -> Decimal:
    """What can still be given back of a capture."""
    return Decimal(taken["amount"]["value"]) - total(of(taken), *GIVING)


def make(taken: Json, amount: Json, body: Json, by: str = "shop") -> Json:
    """A refund that moved nothing yet. What the caller did not name is as in the capture."""
    key = new_id()
    here = f"{desk().url}/v2/payments"
    names = ("invoice_id", "custom_id", "note_to_payer")
    document: Json = {
        "id": key,
        "amount": {name: amount[name] for name in ("currency_code", "value")},
        **{name: taken[name] for name in names if name in taken},
        **{name: body[name] for name in names if name in body},
        "status": "PENDING",
        "create_time": now(),
        "update_time": now(),
        "links": [
            {"href": f"{here}/refunds/{key}", "rel": "self", "method": "GET"},
            {"href": f"{here}/captures/{taken['id']}", "rel": "up", "method": "GET"},
        ],
        "_capture": taken["id"],
        "_by": by,
    }
    if "invoice_id" in body:
        document["_own"] = True
    document["seller_payable_breakdown"] = breakdown(document, taken)
    desk().store.refunds[key] = document
    return document


def breakdown(document: Json, taken: Json) -> Json:
    currency, value = document["amount"]["currency_code"], document["amount"]["value"]
    so_far = total(of(taken), *GIVING) + Decimal(value)
    parts = {"gross_amount": value, "paypal_fee": "0.00", "net_amount": value}
    parts["total_refunded_amount"] = str(so_far)
    return {name: {"currency_code": currency, "value": v} for name, v in parts.items()}


def settle(document: Json, status: str, event: str = "") -> None:
    """A refund became PENDING, COMPLETED, FAILED or CANCELLED: move the money, tell the shop."""
    document.update(status=status, update_time=now())
    document.pop("status_details", None)
    if status in ("PENDING", "FAILED"):
        document["status_details"] = {"reason": "ECHECK"}
    if status == "COMPLETED":
        give_back(document)
    if event or status in EVENTS:
        desk().webhooks.emit(event or EVENTS[status], public(document))


def give_back(document: Json) -> None:
    taken = desk().store.captures[document["_capture"]]
    whole = total(of(taken), "COMPLETED") == Decimal(taken["amount"]["value"])
    taken.update(status="REFUNDED" if whole else "PARTIALLY_REFUNDED", update_time=now())
    desk().store.move("refund", document, taken)


def by_paypal(taken: Json, value: str, *, reversal: str = "", note: str = "") -> Json:
    """A refund that the shop did not ask for: made by hand at PayPal, or a reversal by PayPal.

    ``reversal`` says by what: "reversal" or "dispute". The amount left is taken without a value.
    """
    check_refundable(taken)
    amount = {"currency_code": taken["amount"]["currency_code"], "value": value or str(left(taken))}
    if not 0 < schema.money(amount, "/amount") <= left(taken):
        raise Problem(422, "REFUND_AMOUNT_EXCEEDED", "/amount/value", amount["value"])
    body = {"note_to_payer": note} if note else {}
    document = make(taken, amount, body, reversal or "hand")
    settle(document, "COMPLETED", "PAYMENT.CAPTURE.REVERSED" if reversal else "")
    return document
