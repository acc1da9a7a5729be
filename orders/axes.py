"""The axes of an order and the ways along them. Nothing changes its state in another way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from django.db.models import Model

from orders.models import Order, PaymentAttempt, Refund, Return, Shipment

Ways: TypeAlias = Mapping[str, frozenset[str]]  # to → from

ORDER: Ways = {
    "confirmed": frozenset({"placed", "expired"}),  # expired: a late payment, stock still there
    "closed": frozenset({"confirmed"}),
    "cancelled": frozenset({"placed", "confirmed"}),
    "expired": frozenset({"placed"}),
}
PAYMENT: Ways = {
    "redirected": frozenset({"created", "approved", "capturing", "unknown"}),
    "approved": frozenset({"redirected"}),
    "capturing": frozenset({"approved", "unknown"}),
    "captured": frozenset({s.value for s in PaymentAttempt.State} - {"captured"}),  # money is money
    "pending_review": frozenset(
        {"created", "redirected", "approved", "capturing", "unknown", "abandoned"}
    ),
    "declined": frozenset(
        {*("created", "redirected", "approved", "capturing"), "pending_review", "unknown"}
        | {"abandoned"}
    ),
    "unknown": frozenset({"redirected", "approved", "capturing"}),
    "abandoned": frozenset({"created", "redirected", "unknown"}),
}
REFUND: Ways = {
    "sending": frozenset({"requested", "unknown"}),  # unknown: under the same id
    "completed": frozenset({"sending", "pending", "unknown", "failed"}),  # money is money
    "pending": frozenset({"sending", "unknown"}),
    "failed": frozenset({"sending", "pending", "unknown"}),
    "unknown": frozenset({"sending"}),
    "external": frozenset({"pending"}),  # how one begins that we did not ask for
    "refused": frozenset({"requested"}),
}
SHIPMENT: Ways = {
    "packed": frozenset({"open"}),
    "open": frozenset({"packed"}),  # unpacked again
    "shipped": frozenset({"open", "packed"}),
    "delivered": frozenset({"shipped", "lost"}),  # lost: it turned up
    "lost": frozenset({"shipped"}),
    "returned": frozenset({"shipped", "lost", "delivered"}),
    "cancelled": frozenset({"open", "packed"}),
}
RETURN: Ways = {
    "sent": frozenset({"announced"}),
    "received": frozenset({"announced", "sent"}),
    "inspected": frozenset({"received"}),
    "cancelled": frozenset({"announced", "sent"}),
}
AXES: dict[type[Model], tuple[str, Ways]] = {  # model → what its events begin with, and its ways
    Order: ("order", ORDER),
    PaymentAttempt: ("payment", PAYMENT),
    Refund: ("refund", REFUND),
    Shipment: ("shipment", SHIPMENT),
    Return: ("return", RETURN),
}
