"""What tests and people control: faults, webhooks, captures under review; and the ledger."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.paypal import faults, orders
from sandbox.paypal.buyer import approved
from sandbox.paypal.desk import desk
from sandbox.paypal.faults import Fault
from sandbox.paypal.store import Json

control = Blueprint("control", __name__)


def totals() -> dict[str, str]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in desk().store.ledger:
        sums[entry["currency"]] += Decimal(entry["amount"])
    return {currency: str(amount) for currency, amount in sums.items()}


@control.get("/")
def index() -> str:
    with desk().store.lock:
        return render_template("paypal/index.html", desk=desk(), totals=totals(), faults=faults)


def given() -> dict[str, Any]:
    """The fields of a JSON body or of the page's form."""
    if request.is_json:
        body = request.get_json(silent=True)
        return body if isinstance(body, dict) else {}
    return {name: value for name, value in request.form.items() if value}


def answered(body: Any, status: int = 200) -> ResponseReturnValue:
    """JSON for a program; back to the page for a form."""
    return (body, status) if request.is_json or not request.form else redirect("/", 303)


@control.get("/control/ledger")
def ledger() -> ResponseReturnValue:
    with desk().store.lock:
        return {"entries": list(desk().store.ledger), "totals": totals()}


@control.get("/control/orders")
def listed() -> ResponseReturnValue:
    with desk().store.lock:
        return [orders.view(order) for order in desk().store.orders.values()]


def found(key: str) -> Json:
    order = desk().store.orders.get(key)
    if order is None:
        abort(404)
    return order


@control.post("/control/orders/<key>/approve")
def approve(key: str) -> ResponseReturnValue:
    """Approve without a browser; ``{"choice": "decline"}`` approves with a card that declines."""
    event = approved(found(key), declines=given().get("choice") == "decline")
    desk().webhooks.first_try(event)
    return answered(orders.view(found(key)))


@control.post("/control/orders/<key>/lapse")
def lapse(key: str) -> ResponseReturnValue:
    """Let the approval lapse, as PayPal's does after three hours."""
    with desk().store.change():
        order = found(key)
        order["status"] = "PAYER_ACTION_REQUIRED" if order["_newer"] else "CREATED"
    return answered(orders.view(found(key)))


@control.post("/control/orders/<key>/forget")
def forget(key: str) -> ResponseReturnValue:
    """Forget an order, as PayPal does with one that nobody paid."""
    with desk().store.change():
        found(key)
        del desk().store.orders[key]
    return answered({})


@control.post("/control/captures/<key>")
def decide(key: str) -> ResponseReturnValue:
    """End the review of a pending capture: ``{"status": "COMPLETED"}`` or DENIED."""
    status = given().get("status")
    with desk().store.change():
        taken = desk().store.captures.get(key) or abort(404)
        if taken["status"] != "PENDING" or status not in ("COMPLETED", "DENIED"):
            abort(409, "Only a pending capture becomes COMPLETED or DENIED.")
        orders.decide(taken, status)
    return answered(taken)


@control.get("/control/faults")
def active() -> ResponseReturnValue:
    return desk().faults.as_json()


@control.post("/control/faults")
def switch_on() -> ResponseReturnValue:
    try:
        desk().faults.add(Fault.parse(given()))
    except (ValueError, TypeError) as error:
        abort(400, str(error))
    return answered(desk().faults.as_json(), 201)


@control.delete("/control/faults")
@control.post("/control/faults/clear")
def switch_off() -> ResponseReturnValue:
    desk().faults.clear()
    return answered({})


@control.get("/control/webhook")
def target() -> ResponseReturnValue:
    return {"url": desk().webhooks.target, "id": desk().webhooks.webhook_id}


@control.put("/control/webhook")
def set_target() -> ResponseReturnValue:
    with desk().store.change():
        for name in ("url", "id"):
            if name in given():
                desk().store.settings[f"webhook_{name}"] = str(given()[name])
    return target()


@control.get("/control/webhooks")
def events() -> ResponseReturnValue:
    with desk().store.lock:
        return list(desk().store.events.values())


@control.post("/control/webhooks/release")
def release() -> ResponseReturnValue:
    """Let held events go; ``{"reverse": true}``: the newest first."""
    return answered({"released": desk().webhooks.release(reverse=bool(given().get("reverse")))})


@control.post("/control/webhooks/<key>/resend")
def resend(key: str) -> ResponseReturnValue:
    return answered({}) if desk().webhooks.resend(key) else abort(404)


@control.get("/control/root.pem")
def root() -> ResponseReturnValue:
    return desk().webhooks.signer.root, {"Content-Type": "application/x-pem-file"}


@control.post("/control/reset")
def reset() -> ResponseReturnValue:
    """Forget everything but where webhooks go."""
    desk().faults.clear()
    kept = dict(desk().store.settings)
    desk().store.reset()
    with desk().store.change():
        desk().store.settings.update(kept)
    return answered({})
