"""PayPal's error bodies."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, jsonify

NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
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
    422: "The requested action could not be performed, semantically incorrect, or failed business "
    "validation.",
    429: "Too many requests. Blocked due to rate limiting.",
    500: "An internal server error occurred.",
}
DESCRIPTIONS = {
    "AMOUNT_MISMATCH": "Should equal item_total + tax_total + shipping + handling + insurance - "
    "shipping_discount - discount.",
    "DUPLICATE_INVOICE_ID": "Duplicate Invoice ID detected. To avoid a potential duplicate "
    "transaction your account setting requires that Invoice Id be unique for each transaction.",
    "INSTRUMENT_DECLINED": "The instrument presented was either declined by the processor or bank, "
    "or it can't be used for this payment.",
    "INVALID_RESOURCE_ID": "Specified resource ID does not exist. Please check the resource ID and "
    "try again.",
    "ITEM_TOTAL_MISMATCH": "Should equal sum of (unit_amount * quantity) across all items for a "
    "given purchase_unit.",
    "ORDER_ALREADY_CAPTURED": "Order already captured. If 'intent=CAPTURE' only one capture per "
    "order is allowed.",
    "ORDER_NOT_APPROVED": "Payer has not yet approved the Order for payment. Please redirect the "
    "payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create "
    "Order call.",
    "PAYPAL_REQUEST_ID_REQUIRED": "A PayPal-Request-Id is required if you are trying to process "
    "payment for an Order. Please specify a PayPal-Request-Id or Create the Order without a "
    "'payment_source' specified.",
    "PREVIOUS_REQUEST_IN_PROGRESS": "A previous request on this resource is currently in progress. "
    "Please wait for sometime and try again.",
}
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
            "debug_id": debug_id(),
            "details": [self.detail()] if self.issue else [],
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
