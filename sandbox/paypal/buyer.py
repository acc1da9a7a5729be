"""The pages a buyer sees at PayPal."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.paypal import orders
from sandbox.paypal.desk import desk
from sandbox.paypal.store import Json

buyer = Blueprint("buyer", __name__)
OPEN = ("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED")


@buyer.get("/checkoutnow")
def checkout() -> ResponseReturnValue:
    order = desk().store.orders.get(request.args.get("token", ""))
    if order is None:
        return render_template("paypal/unknown.html"), 404
    return render_template("paypal/checkout.html", order=order, open=order["status"] in OPEN)


@buyer.post("/checkoutnow")
def choose() -> ResponseReturnValue:
    order = desk().store.orders.get(request.args.get("token", ""))
    if order is None:
        return render_template("paypal/unknown.html"), 404
    choice = request.form.get("choice", "")
    if choice == "cancel":
        return redirect(back(order["_cancel_url"], token=order["id"]), 303)
    if order["status"] in OPEN:
        event = approved(order, declines=choice == "decline")
        desk().webhooks.first_try(event)
    if choice == "close" or not order["_return_url"]:
        return render_template("paypal/closed.html")
    address = back(order["_return_url"], token=order["id"], PayerID=orders.BUYER["payer_id"])
    return redirect(address, 303)


def approved(order: Json, *, declines: bool) -> str:
    with desk().store.change():
        return orders.approve(order, declines=declines)


def back(address: str, **params: str) -> str:
    parts = urlsplit(address or "/")
    query = "&".join(filter(None, [parts.query, urlencode(params)]))
    return urlunsplit(parts._replace(query=query))
