"""The control API, for tests and people: what a test bench needs and no PayPal has.

JSON in, JSON out; forms of the page at ``/`` are sent back to it. Nothing here asks for a token,
is refused by a fault or has a request id. Amounts are strings; a missing amount means all.

    GET    /control/ledger                      every movement of money and their totals
    GET    /control/orders                      all orders as GET shows them
    POST   /control/orders/<id>/approve         {"choice": "decline"} with a card that declines
    POST   /control/orders/<id>/lapse           the approval lapses, as it does after three hours
    POST   /control/orders/<id>/reverse-approval  PayPal calls it off: VOIDED, and a webhook
    POST   /control/orders/<id>/forget          as PayPal forgets one that nobody paid
    POST   /control/captures/<id>               {"status": "COMPLETED" or "DENIED"} ends a review
    POST   /control/captures/<id>/refund        {"amount", "note"}: by hand at PayPal
    POST   /control/captures/<id>/reverse       {"amount"}: PayPal takes the money back
    POST   /control/captures/<id>/dispute       {"reason", "amount", "stage"}: the buyer complains
    GET    /control/refunds                     all refunds, and ``by`` whom
    POST   /control/refunds/<id>                {"status": "COMPLETED", "FAILED" or "CANCELLED"}
    GET    /control/disputes                    all disputes as GET shows them
    POST   /control/disputes/<id>/update        {"status", "stage"}
    POST   /control/disputes/<id>/resolve       {"outcome", "amount"}; RESOLVED_BUYER_FAVOUR and
                                                ACCEPTED take the money from the shop
    POST   /control/request-ids/forget          {"id"}: that PayPal-Request-Id, or all
    POST   /control/clock                       {"forward": seconds}, for what lapses by itself
    GET, POST, DELETE /control/faults           see ``faults.py``
    POST   /control/faults/<number>/off         one of them
    GET, POST /control/faults/random            faults by chance; DELETE /control/faults ends it
    GET    /control/faults/played               how often each was, by operation and kind
    GET, PUT /control/webhook                   {"url", "id"}: where events go
    GET    /control/webhooks                    all events with their deliveries
    POST   /control/webhooks                    {"kind", "resource"}: any event, signed
    POST   /control/webhooks/release            {"reverse": true}: held ones, the newest first
    POST   /control/webhooks/<id>/resend
    GET    /control/root.pem                    what webhooks chain to
    POST   /control/reset                       forget everything but where webhooks go

A reversal, whoever asked for it, is a refund in the order and in the ledger (``by`` reversal or
dispute): PayPal's captures know no REVERSED, its webhook PAYMENT.CAPTURE.REVERSED does.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.paypal import disputes, faults
from sandbox.paypal.chance import Chance
from sandbox.paypal.desk import desk
from sandbox.paypal.faults import Fault
from sandbox.paypal.problems import Problem

control = Blueprint("control", __name__)
WORDS = {"faults": faults, "disputes": disputes, "most": 50}  # for the page


def totals() -> dict[str, str]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in desk().store.ledger:
        sums[entry["currency"]] += Decimal(entry["amount"])
    return {currency: str(amount) for currency, amount in sums.items()}


@control.get("/")
def index() -> str:
    with desk().store.lock:
        return render_template("paypal/index.html", desk=desk(), totals=totals(), **WORDS)


def given() -> dict[str, Any]:
    """The fields of a JSON body or of the page's form."""
    if request.is_json:
        body = request.get_json(silent=True)
        return body if isinstance(body, dict) else {}
    return {name: value for name, value in request.form.items() if value}


def answered(body: Any, status: int = 200) -> ResponseReturnValue:
    """JSON for a program; for a form back to its place on the page, ``?at=``."""
    return back() if request.form else (body, status)


def back(said: str = "") -> ResponseReturnValue:
    place = quote(request.args.get("at", ""), safe="")
    return redirect("/" + (f"?said={quote(said)}" if said else "") + f"#{place}", 303)


def refused(error: Problem | HTTPException) -> ResponseReturnValue:
    """A person reads why on the page."""
    if isinstance(error, Problem):
        return back(error.detail()["description"]) if request.form else error.response()
    return back(str(error.description)) if request.form else error


def explain_refusals(to: Blueprint) -> None:
    to.register_error_handler(Problem, refused)
    for kind in (HTTPException, 404):  # for 404 the app has a handler that would go first
        to.register_error_handler(kind, refused)


explain_refusals(control)


@control.get("/control/ledger")
def ledger() -> ResponseReturnValue:
    with desk().store.lock:
        return {"entries": list(desk().store.ledger), "totals": totals()}


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


@control.post("/control/faults/<int:number>/off")
def switch_one_off(number: int) -> ResponseReturnValue:
    desk().faults.switch_off(number)
    return answered(desk().faults.as_json())


@control.delete("/control/faults")
@control.post("/control/faults/clear")
def switch_off() -> ResponseReturnValue:
    desk().faults.clear()
    return answered({})


@control.get("/control/faults/random")
def chance() -> ResponseReturnValue:
    found = desk().faults.chance
    return found.as_json() if found else {}


@control.post("/control/faults/random")
def throw_dice() -> ResponseReturnValue:
    try:
        desk().faults.chance = Chance.parse(given())
    except (ValueError, TypeError, KeyError) as error:
        abort(400, str(error))
    return answered(chance())


@control.get("/control/faults/played")
def played() -> ResponseReturnValue:
    counted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (operation, kind), times in sorted(desk().faults.played.items()):
        counted[operation][kind] = times
    return dict(counted)


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


@control.post("/control/webhooks")
def emit() -> ResponseReturnValue:
    kind, resource = str(given().get("kind", "")), given().get("resource", {})
    with desk().store.change():
        return answered({"id": desk().webhooks.emit(kind, resource)}, 201)


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
    desk().faults.played.clear()
    kept = {name: v for name, v in desk().store.settings.items() if name != "ahead"}
    desk().store.reset()
    with desk().store.change():
        desk().store.settings.update(kept)
    return answered({})
