"""PayPal's error bodies."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from flask import Response, jsonify

NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
    500: "INTERNAL_SERVER_ERROR",
}
MESSAGES = {
    400: "Request is not well-formed, syntactically incorrect, or violates schema.",
    401: "Authentication failed due to missing authorization header, or invalid authentication "
    "credentials.",
    404: "The specified resource does not exist.",
    409: "The server has detected a conflict while processing this request.",
    415: "The server does not support the request payload's media type.",
    422: "The requested action could not be performed, semantically incorrect, or failed business "
    "validation.",
    429: "Too many requests. Blocked due to rate limiting.",
    500: "An internal server error occurred.",
}
# PayPal's own words for each issue; from its API descriptions, which are under Apache-2.0
SAID = Path(__file__).with_name("issues.txt").read_text(encoding="utf-8")
DESCRIPTIONS = dict(line.split(": ", 1) for line in SAID.splitlines())
HELP = "https://developer.paypal.com/api/rest/reference/orders/v2/errors/"


def debug_id() -> str:
    return secrets.token_hex(7)[:13]


class Problem(Exception):
    """Answered as PayPal answers it."""

    def __init__(
        self,
        status: int,
        issue: str = "",
        field: str = "",
        value: str = "",
        location: str = "body",
    ) -> None:
        super().__init__(issue)
        self.status = status
        self.issue = issue
        self.field = field
        self.value = value
        self.location = location
        self.links: list[dict[str, str]] = []
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        help_link = {"href": HELP + f"#{self.issue}", "rel": "information_link", "method": "GET"}
        return {
            "name": NAMES[self.status],
            "message": MESSAGES[self.status],
            **({"details": [self.detail()]} if self.issue else {}),
            "debug_id": debug_id(),
            "links": [help_link, *self.links],
        }

    def detail(self) -> dict[str, str]:
        where = {"field": self.field, "value": self.value, "location": self.location}
        said = DESCRIPTIONS.get(self.issue, self.issue.replace("_", " ").capitalize() + ".")
        return (where if self.field else {}) | {"issue": self.issue, "description": said}

    def response(self) -> Response:
        body = self.body()
        answer = jsonify(body)
        answer.status_code = self.status
        answer.headers.update({"Paypal-Debug-Id": body["debug_id"], **self.headers})
        return answer


def not_found() -> Problem:
    return Problem(404, "INVALID_RESOURCE_ID")
