"""The addresses of PayPal's REST API. A view's name is the name of its operation for faults."""

from __future__ import annotations

import json
import secrets

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from sandbox.paypal import disputes, orders, patches, refunds
from sandbox.paypal.desk import LIFETIME, desk, replay, request_body
from sandbox.paypal.problems import Problem, not_found
from sandbox.paypal.signing import Signer
from sandbox.paypal.store import Json, public
from sandbox.paypal.webhooks import CERTIFICATE, STRANGER

api = Blueprint("api", __name__)
VERIFIED = (
    *("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time"),
    *("webhook_id", "webhook_event"),
)
OPEN = ("api.token", "api.certificate")


@api.before_request
def check_bearer() -> ResponseReturnValue | None:
    given = request.authorization
    token = given.token if given and given.type == "bearer" else ""
    if request.endpoint in OPEN or desk().accepts(token or ""):
        return None
    return {
        "error": "invalid_token",
        "error_description": "Token signature verification failed",
    }, 401


@api.before_request
def check_media_type() -> None:
    """PayPal takes JSON only, and wants to be told."""
    posted = request.method in ("POST", "PATCH") and request.endpoint != "api.token"
    if posted and request.get_data() and not request.is_json:
        raise Problem(415)


@api.post("/v1/oauth2/token")
def token() -> ResponseReturnValue:
    given = request.authorization
    pair = (given.username, given.password) if given and given.type == "basic" else None
    if pair != (desk().client_id, desk().client_secret):
        said = "Client Authentication failed"
        return {"error": "invalid_client", "error_description": said}, 401
    if request.form.get("grant_type") != "client_credentials":
        return {
            "error": "unsupported_grant_type",
            "error_description": "Grant Type is unknown",
        }, 400
    return {
        "scope": "https://uri.paypal.com/services/checkout",
        "access_token": desk().token(),
        "token_type": "Bearer",
        "app_id": "APP-80W284485P519543T",
        "expires_in": LIFETIME,
        "nonce": secrets.token_urlsafe(16),
    }


@api.post("/v2/checkout/orders")
def create() -> ResponseReturnValue:
    with desk().store.change():
        return replay(orders.created) or orders.create(request_body())


@api.get("/v2/checkout/orders/<key>")
def get(key: str) -> ResponseReturnValue:
    with desk().store.lock:
        return orders.view(orders.find(key))


@api.post("/v2/checkout/orders/<key>/capture")
def capture(key: str) -> ResponseReturnValue:
    with desk().store.change():
        order = orders.find(key)
        return replay(orders.captured) or orders.capture(order)


@api.patch("/v2/checkout/orders/<key>")
def patch(key: str) -> ResponseReturnValue:
    with desk().store.change():
        patches.patch(orders.find(key))
    return "", 204


def find_capture(key: str) -> Json:
    taken = desk().store.captures.get(key)
    if taken is None:
        raise not_found()
    return taken


@api.get("/v2/payments/captures/<key>")
def get_capture(key: str) -> ResponseReturnValue:
    with desk().store.lock:
        return public(find_capture(key))


@api.post("/v2/payments/captures/<key>/refund")
def refund(key: str) -> ResponseReturnValue:
    with desk().store.change():
        taken = find_capture(key)
        return replay(refunds.shown) or refunds.refund(taken)


@api.get("/v2/payments/refunds/<key>")
def get_refund(key: str) -> ResponseReturnValue:
    with desk().store.lock:
        if key not in desk().store.refunds:
            raise not_found()
        return public(desk().store.refunds[key])


@api.get("/v1/customer/disputes")
def list_disputes() -> ResponseReturnValue:
    with desk().store.lock:
        return disputes.listed(request.args.to_dict())


@api.get("/v1/customer/disputes/<key>")
def get_dispute(key: str) -> ResponseReturnValue:
    with desk().store.lock:
        if key not in desk().store.disputes:
            raise not_found()
        return public(desk().store.disputes[key])


@api.get("/v1/notifications/certs/<name>")
def certificate(name: str) -> ResponseReturnValue:
    signers = {CERTIFICATE: "signer", STRANGER: "stranger"}
    if name not in signers:
        raise not_found()
    signer: Signer = getattr(desk().webhooks, signers[name])
    return signer.chain, {"Content-Type": "application/x-pem-file"}


def find_event(key: str) -> Json:
    if key not in desk().store.events:
        raise not_found()
    told: Json = json.loads(desk().store.events[key]["body"])
    return told


@api.get("/v1/notifications/webhooks-events/<key>")
def get_event(key: str) -> ResponseReturnValue:
    with desk().store.lock:
        return find_event(key)


@api.post("/v1/notifications/webhooks-events/<key>/resend")
def resend_event(key: str) -> ResponseReturnValue:
    told = find_event(key)
    desk().webhooks.resend(key)
    return told, 202


@api.post("/v1/notifications/verify-webhook-signature")
def verify() -> ResponseReturnValue:
    body = request_body()
    for name in VERIFIED:
        if name not in body:
            raise Problem(400, "MISSING_REQUIRED_PARAMETER", f"/{name}")
    return {"verification_status": "SUCCESS" if desk().webhooks.verifies(body) else "FAILURE"}
