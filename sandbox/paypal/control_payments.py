"""What buyers, PayPal's own people and PayPal itself do to orders, captures, refunds and disputes.

The whole control API is described in ``control.py``.
"""

from __future__ import annotations

import re

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from sandbox.paypal import disputes, orders, refunds
from sandbox.paypal.buyer import OPEN, approved
from sandbox.paypal.control import answered, explain_refusals, given
from sandbox.paypal.desk import desk
from sandbox.paypal.problems import Problem
from sandbox.paypal.store import Json, public

FORWARD = re.compile(r"[0-9]{1,9}([.][0-9]*)?")  # seconds
payments = Blueprint("payments", __name__)
explain_refusals(payments)


def found(kind: str, key: str) -> Json:
    document: Json = getattr(desk().store, kind).get(key) or abort(404)
    return document


def order(key: str) -> Json:
    found("orders", key)
    return orders.find(key)


@payments.get("/control/orders")
def listed() -> ResponseReturnValue:
    with desk().store.lock:
        return [orders.view(order(key)) for key in desk().store.orders]


@payments.post("/control/orders/<key>/approve")
def approve(key: str) -> ResponseReturnValue:
    if order(key)["status"] not in OPEN:
        abort(409, "Only an order that is not paid yet.")
    event = approved(order(key), declines=given().get("choice") == "decline")
    desk().webhooks.first_try(event)
    return answered(orders.view(order(key)))


@payments.post("/control/orders/<key>/lapse")
def lapse(key: str) -> ResponseReturnValue:
    with desk().store.change():
        if order(key)["status"] != "APPROVED":
            abort(409, "Only an approved order.")
        orders.lapse(order(key))
    return answered(orders.view(order(key)))


@payments.post("/control/orders/<key>/reverse-approval")
def reverse_approval(key: str) -> ResponseReturnValue:
    with desk().store.change():
        if order(key)["status"] != "APPROVED":
            abort(409, "Only an approved order.")
        orders.reverse_approval(order(key))
    return answered(orders.view(order(key)))


@payments.post("/control/orders/<key>/forget")
def forget(key: str) -> ResponseReturnValue:
    with desk().store.change():
        order(key)
        del desk().store.orders[key]
    return answered({})


@payments.post("/control/captures/<key>")
def decide(key: str) -> ResponseReturnValue:
    status = given().get("status")
    with desk().store.change():
        taken = found("captures", key)
        if taken["status"] != "PENDING" or status not in ("COMPLETED", "DENIED"):
            abort(409, "Only a pending capture becomes COMPLETED or DENIED.")
        orders.decide(taken, status)
    return answered(public(taken))


@payments.post("/control/captures/<key>/refund")
def refund(key: str) -> ResponseReturnValue:
    with desk().store.change():
        value, note = str(given().get("amount", "")), str(given().get("note", ""))
        document = refunds.by_paypal(found("captures", key), value, note=note)
    return answered(public(document), 201)


@payments.post("/control/captures/<key>/reverse")
def reverse(key: str) -> ResponseReturnValue:
    with desk().store.change():
        value = str(given().get("amount", ""))
        document = refunds.by_paypal(found("captures", key), value, reversal="reversal")
    return answered(public(document), 201)


@payments.post("/control/refunds/<key>")
def settle(key: str) -> ResponseReturnValue:
    status = given().get("status", "")
    with desk().store.change():
        document = found("refunds", key)
        if document["status"] != "PENDING" or status not in ("COMPLETED", "FAILED", "CANCELLED"):
            abort(409, "Only a pending refund becomes COMPLETED, FAILED or CANCELLED.")
        refunds.settle(document, status)
    return answered(public(document))


@payments.get("/control/refunds")
def list_refunds() -> ResponseReturnValue:
    with desk().store.lock:
        return [public(d) | {"by": d["_by"]} for d in desk().store.refunds.values()]


@payments.get("/control/disputes")
def list_disputes() -> ResponseReturnValue:
    with desk().store.lock:
        return [public(document) for document in desk().store.disputes.values()]


@payments.post("/control/captures/<key>/dispute")
def dispute(key: str) -> ResponseReturnValue:
    with desk().store.change():
        taken = found("captures", key)
        if taken["status"] not in ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"):
            abort(409, "Only a capture that took money.")
        document = disputes.open_about(taken, given())
    return answered(public(document), 201)


@payments.post("/control/disputes/<key>/update")
def update(key: str) -> ResponseReturnValue:
    with desk().store.change():
        disputes.update(found("disputes", key), given())
    return answered(public(found("disputes", key)))


@payments.post("/control/disputes/<key>/resolve")
def resolve(key: str) -> ResponseReturnValue:
    with desk().store.change():
        disputes.resolve(found("disputes", key), given())
    return answered(public(found("disputes", key)))


@payments.post("/control/request-ids/forget")
def forget_request_id() -> ResponseReturnValue:
    """All of them without an ``id``."""
    wanted = str(given().get("id", ""))
    with desk().store.change():
        replays = desk().store.replays
        gone = [key for key in replays if not wanted or key.partition(" ")[2] == wanted]
        for key in gone:
            del replays[key]
    return answered({"forgotten": len(gone)})


@payments.post("/control/clock")
def clock() -> ResponseReturnValue:
    """Set PayPal's clock further ahead."""
    said = str(given().get("forward", ""))
    if not FORWARD.fullmatch(said):
        raise Problem(400, "INVALID_PARAMETER_VALUE", "/forward", said)
    settings = desk().store.settings
    with desk().store.change():
        settings["ahead"] = float(settings.get("ahead", 0)) + float(said)
    return answered({"ahead": settings["ahead"]})
