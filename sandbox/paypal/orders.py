"""Orders v2: create, get, capture."""

from __future__ import annotations

from decimal import Decimal

from flask import request

from sandbox.paypal import later, refunds, schema
from sandbox.paypal.desk import desk, fault, replayed, whole_wanted
from sandbox.paypal.problems import Problem, not_found
from sandbox.paypal.store import Json, new_id, now, public

BUYER: Json = {
    "name": {"given_name": "Test", "surname": "Buyer"},
    "email_address": "buyer@example.test",
    "payer_id": "SNDBXBUYER222",
    "address": {"country_code": "NL"},
}
FEE = Decimal("0.034"), Decimal("0.35")
LASTS = 3 * 3600  # seconds, of an approval


def create(body: Json) -> tuple[Json, int]:
    schema.check_order(body, request.headers.get("PayPal-Request-Id", ""))
    shown = schema.context(body)
    newer = "paypal" in (body.get("payment_source") or {})
    units = [{"reference_id": "default", **unit} for unit in body["purchase_units"]]
    order: Json = {
        "id": new_id(),
        "intent": "CAPTURE",
        "status": "PAYER_ACTION_REQUIRED" if newer else "CREATED",
        "purchase_units": units,
        "create_time": now(),
        "_newer": newer,
        "_declines": False,
        "_return_url": shown.get("return_url", ""),
        "_cancel_url": shown.get("cancel_url", ""),
        "_brand": shown.get("brand_name", "a shop"),
    }
    desk().store.orders[order["id"]] = order
    return replayed((created(order["id"]), 201))


def created(key: str) -> Json:
    """What a creation is answered: the order as it is now."""
    full = view(find(key))
    if whole_wanted():
        return full
    names = ("id", "status", "payment_source", "links")
    return {name: full[name] for name in names if name in full}


def find(key: str) -> Json:
    order = desk().store.orders.get(key)
    if order is None:
        raise not_found()
    if order["status"] == "APPROVED" and desk().moment() >= order["_approved_at"] + LASTS:
        lapse(order)
    return order


def lapse(order: Json) -> None:
    """Nobody took the money in time: the buyer must approve again."""
    order["status"] = "PAYER_ACTION_REQUIRED" if order["_newer"] else "CREATED"


def reverse_approval(order: Json) -> None:
    """PayPal calls the approval off and cancels the order; the buyer has his money."""
    order.update(status="VOIDED", update_time=now())
    names = ("reference_id", "custom_id", "invoice_id")
    units = [{n: unit[n] for n in names if n in unit} for unit in order["purchase_units"]]
    about = {"order_id": order["id"], "purchase_units": units, "payment_source": {"paypal": {}}}
    desk().webhooks.emit("CHECKOUT.PAYMENT-APPROVAL.REVERSED", about)


def buyer_page(order: Json) -> str:
    return f"{desk().url}/checkoutnow?token={order['id']}"


def view(order: Json) -> Json:
    """The order as GET shows it."""
    shown = public(order)
    if "payer" in order:
        account = {"account_id": BUYER["payer_id"], "account_status": "VERIFIED"}
        person = {name: BUYER[name] for name in ("email_address", "name", "address")}
        shown["payment_source"] = {"paypal": person | account}
    elif order["_newer"]:
        shown["payment_source"] = {"paypal": {}}
    for unit in shown["purchase_units"]:
        show_payments(unit)
    return shown | {"links": links(order)}


def show_payments(unit: Json) -> None:
    """The captures as they are shown, and beside them the refunds there are."""
    payments = unit.get("payments", {})
    payments["captures"] = [in_order(taken) for taken in payments.get("captures", [])]
    found = [public(d) for taken in payments["captures"] for d in refunds.of(taken)]
    if found:
        payments["refunds"] = found
    if fault().kind == "empty-captures":
        unit["payments"] = {"captures": []}


def in_order(taken: Json) -> Json:
    """A capture as its order shows it: without naming the order again."""
    return {n: value for n, value in public(taken).items() if n != "supplementary_data"}


def links(order: Json) -> list[Json]:
    here = f"{desk().url}/v2/checkout/orders/{order['id']}"
    found = [{"href": here, "rel": "self", "method": "GET"}]
    if order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED"):
        relation = "payer-action" if order["_newer"] else "approve"
        found.append({"href": buyer_page(order), "rel": relation, "method": "GET"})
    if order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"):
        found.append({"href": here, "rel": "update", "method": "PATCH"})
        found.append({"href": f"{here}/capture", "rel": "capture", "method": "POST"})
    return found


def approve(order: Json, *, declines: bool = False) -> str:
    """The buyer said yes; the caller is inside ``store.change``. Returns the event's id."""
    order.update(status="APPROVED", update_time=now(), payer=BUYER, _declines=declines)
    order["_approved_at"] = desk().moment()
    for unit in order["purchase_units"]:
        unit.setdefault("shipping", {"name": {"full_name": "Test Buyer"}})
    return desk().webhooks.emit("CHECKOUT.ORDER.APPROVED", view(order))


def capture(order: Json) -> tuple[Json, int]:
    check_capturable(order)
    if order["_declines"]:
        order.update(_declines=False, status="PAYER_ACTION_REQUIRED", update_time=now())
        problem = sent_back(order, "INSTRUMENT_DECLINED")
        replayed((problem.body(), 422))
        raise problem
    for unit in order["purchase_units"]:
        taken = take(order, unit)
        unit["payments"] = {"captures": [taken]}
    order.update(status="COMPLETED", update_time=now())
    desk().webhooks.emit("CHECKOUT.ORDER.COMPLETED", view(order))
    return replayed((captured(order["id"]), 201))


def captured(key: str) -> Json:
    """What a capture is answered: the order as it is now."""
    full = view(find(key))
    if not whole_wanted():
        names = ("id", "status", "payment_source", "payer", "links")
        units = [without_items(unit) for unit in full["purchase_units"]]
        full = {name: full[name] for name in names if name in full} | {"purchase_units": units}
    return full


def without_items(unit: Json) -> Json:
    return {name: unit[name] for name in ("reference_id", "shipping", "payments") if name in unit}


def check_capturable(order: Json) -> None:
    if order["status"] == "COMPLETED":
        raise Problem(422, "ORDER_ALREADY_CAPTURED")
    if order["status"] != "APPROVED":
        raise sent_back(order, "ORDER_NOT_APPROVED")
    used = {taken.get("invoice_id") for taken in desk().store.captures.values()} - {None}
    for unit in order["purchase_units"]:
        if unit.get("invoice_id") in used:
            raise Problem(422, "DUPLICATE_INVOICE_ID")


def sent_back(order: Json, issue: str) -> Problem:
    problem = Problem(422, issue)
    problem.links = [{"href": buyer_page(order), "rel": "redirect", "method": "GET"}]
    return problem


def take(order: Json, unit: Json) -> Json:
    """Make the capture of one purchase unit, with whatever fault is switched on."""
    key = new_id()
    amount = amount_taken(unit)
    taken: Json = {
        "id": key,
        "status": {"pending": "PENDING", "declined": "DECLINED"}.get(fault().kind, "COMPLETED"),
        "amount": amount,
        "final_capture": True,
        "seller_protection": {"status": "ELIGIBLE"},
        "seller_receivable_breakdown": breakdown(amount),
        **{name: unit[name] for name in ("invoice_id", "custom_id") if name in unit},
        "supplementary_data": {"related_ids": {"order_id": order["id"]}},
        "links": capture_links(key, order),
        "create_time": now(),
        "update_time": now(),
    }
    if taken["status"] == "PENDING":
        taken["status_details"] = {"reason": "PENDING_REVIEW"}
        if fault().then:
            later.decide(taken, fault().then, fault().seconds)
    desk().store.captures[key] = taken
    announce(taken)
    return taken


def amount_taken(unit: Json) -> Json:
    amount = {name: unit["amount"][name] for name in ("currency_code", "value")}
    if fault().kind == "wrong-amount":
        amount["value"] = str(max(Decimal(amount["value"]) - 1, Decimal("0.01")))
    if fault().kind == "wrong-currency":
        amount["currency_code"] = "USD" if amount["currency_code"] != "USD" else "EUR"
    return amount


def breakdown(amount: Json) -> Json:
    gross, currency = Decimal(amount["value"]), amount["currency_code"]
    fee = (gross * FEE[0] + FEE[1]).quantize(Decimal("0.01"))
    parts = {"gross_amount": gross, "paypal_fee": fee, "net_amount": gross - fee}
    return {name: {"currency_code": currency, "value": str(v)} for name, v in parts.items()}


def capture_links(key: str, order: Json) -> list[Json]:
    here = f"{desk().url}/v2/payments/captures/{key}"
    up = f"{desk().url}/v2/checkout/orders/{order['id']}"
    return [
        {"href": here, "rel": "self", "method": "GET"},
        {"href": f"{here}/refund", "rel": "refund", "method": "POST"},
        {"href": up, "rel": "up", "method": "GET"},
    ]


def announce(taken: Json) -> None:
    """Move the money of a completed capture, and tell the shop."""
    if taken["status"] == "COMPLETED":
        desk().store.move("capture", taken, taken)
    name = {"DECLINED": "DENIED"}.get(taken["status"], taken["status"])
    desk().webhooks.emit(f"PAYMENT.CAPTURE.{name}", public(taken))


def decide(taken: Json, status: str) -> None:
    """End the review of a pending capture: COMPLETED or DENIED."""
    taken.pop("status_details", None)
    taken.update(status={"DENIED": "DECLINED"}.get(status, status), update_time=now())
    announce(taken)
