"""What a request needs: the store, the faults, the webhooks; and who is asking."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from sandbox.paypal import faults
from sandbox.paypal.faults import Fault, Faults
from sandbox.paypal.problems import Problem
from sandbox.paypal.store import Json, Store
from sandbox.paypal.webhooks import Webhooks

LIFETIME = 32400  # seconds, of a token
ORDERS_REMEMBERED = timedelta(hours=6)  # a PayPal-Request-Id of Orders v2
PAYMENTS_REMEMBERED = timedelta(days=45)  # and of Payments v2


Answer = tuple[Json, int]


@dataclass
class Desk:
    url: str
    client_id: str
    client_secret: str
    store: Store
    faults: Faults
    webhooks: Webhooks
    tokens: dict[str, float] = field(default_factory=dict)

    def token(self) -> str:
        token = "A21AA" + secrets.token_urlsafe(48)
        self.tokens[token] = time.monotonic() + LIFETIME
        return token

    def moment(self) -> float:
        """PayPal's clock in seconds, which a test may set ahead."""
        return time.time() + float(self.store.settings.get("ahead", 0))

    def accepts(self, token: str) -> bool:
        return self.tokens.get(token, 0) > time.monotonic()


def desk() -> Desk:
    found: Desk = current_app.extensions["desk"]
    return found


def fault() -> Fault:
    """The fault that this request suffers, or one that is none."""
    found: Fault | None = g.get("fault")
    return found or Fault("any", "")


def request_body() -> Json:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(400, "MALFORMED_REQUEST_JSON")
    return body


def whole_wanted() -> bool:
    """Whether the caller prefers the whole of what he made over its id and status."""
    return "return=representation" in request.headers.get("Prefer", "")


def replayed(answer: Answer) -> Answer:
    """Remember an answer under its PayPal-Request-Id; the caller is inside ``store.change``.

    Of what was made its id is enough: a replay shows how it stands then. A refusal stays as it was.
    """
    key, (body, status) = replay_key(), answer
    if key:
        kept: Json = {"id": body["id"]} if status == 201 else {"body": body}
        desk().store.replays[key] = {**kept, "status": status, "at": desk().moment()}
    return answer


def replay(show: Callable[[str], Json]) -> Answer | None:
    """What this PayPal-Request-Id was answered before, as 200 instead of 201, if remembered."""
    key = replay_key()
    known = desk().store.replays.get(key)
    if known is None:
        return None
    remembered = ORDERS_REMEMBERED if key.startswith("/v2/checkout/") else PAYMENTS_REMEMBERED
    if desk().moment() - known["at"] >= remembered.total_seconds():
        del desk().store.replays[key]
        return None
    return (show(known["id"]), 200) if "id" in known else (known["body"], known["status"])


def replay_key() -> str:
    given = request.headers.get("PayPal-Request-Id", "")
    return f"{request.path} {given}" if given else ""


def install_faults(app: Flask) -> None:
    @app.before_request
    def suffer() -> Response | None:
        operation = (request.endpoint or "").partition(".")
        if operation[0] != "api":
            return None
        g.fault = desk().faults.take(operation[2])
        return faults.before(g.fault) if g.fault else None

    @app.after_request
    def suffer_afterwards(answer: Response) -> Response:
        found = g.get("fault")
        return faults.after(found, answer) if found else answer

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return error.response()

    @app.errorhandler(404)
    @app.errorhandler(405)
    def nothing_there(error: HTTPException) -> Response | HTTPException:
        """An address of the API that PayPal does not have, or this stand-in does not speak."""
        api = request.path.startswith(("/v1/", "/v2/"))
        return Problem(404).response() if api else error
