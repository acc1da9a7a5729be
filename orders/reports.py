"""What an event of PayPal's is about, by its kind. Only ids are taken from it; PayPal is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from orders import disputes, payments, paypal
from orders.models import Order, PaymentAttempt
from orders.paypal import PayPalError
from orders.paypal.seen import named

Resource: TypeAlias = dict[str, Any]


class Later(Exception):
    """PayPal does not answer, or it is ours and not here yet: let it be said again."""


def look(kind: str, resource: Any, *, now: datetime) -> None:
    """See at PayPal what an event points to; nothing for a kind we have no use for.

    Raises Later.
    """
    look_at = next((f for prefix, f in KINDS.items() if kind.startswith(prefix)), None)
    if look_at and isinstance(resource, dict):
        try:
            look_at(resource, now=now)
        except PayPalError as error:
            raise Later(str(error)) from error


def _order(resource: Resource, *, now: datetime) -> None:
    _ask(_text(resource, "order_id") or _text(resource, "id"), now=now)


def _capture(resource: Resource, *, now: datetime) -> None:
    related = _part(_part(resource, "supplementary_data"), "related_ids")
    order_id = _text(related, "order_id") or named(resource, "up", "orders")
    _ask(order_id or _order_of(_text(resource, "id")), now=now)


def _refund(resource: Resource, *, now: datetime) -> None:
    """A refund or a reversal: it shows in the order that the money was taken by."""
    _ask(_order_of(named(resource, "up", "captures")), now=now)


def _dispute(resource: Resource, *, now: datetime) -> None:
    dispute_id = _text(resource, "dispute_id")
    if not dispute_id:
        return
    seen = paypal.get_dispute(dispute_id)
    for order_id in map(_order_of, seen.captures):
        if order_id:
            _ask(order_id, now=now)  # what it moved; and an attempt not known yet
            attempt = PaymentAttempt.objects.filter(paypal_id=order_id).first()
            if attempt:
                disputes.keep(attempt, seen, now=now)
                return


KINDS: dict[str, Callable[..., None]] = {  # by how a kind begins; the longer one first
    "PAYMENT.CAPTURE.REFUNDED": _refund,
    "PAYMENT.CAPTURE.REVERSED": _refund,
    "PAYMENT.CAPTURE.": _capture,
    "PAYMENT.REFUND.": _refund,
    "CHECKOUT.ORDER.": _order,
    "CHECKOUT.PAYMENT-APPROVAL.": _order,
    "CUSTOMER.DISPUTE.": _dispute,
    "RISK.DISPUTE.": _dispute,
}


def _ask(order_id: str, *, now: datetime) -> None:
    if order_id and not payments.reported(order_id, now=now):
        raise Later(order_id)


def _order_of(capture_id: str) -> str:
    """PayPal's order that a capture belongs to; empty if it is none of ours."""
    if not capture_id:
        return ""
    known = PaymentAttempt.objects.filter(capture_id=capture_id).first()
    if known:
        return known.paypal_id or ""
    seen = paypal.get_capture(capture_id)
    return seen.order_id if seen.custom_id.startswith(Order.AT_PAYPAL) else ""


def _part(said: Resource, name: str) -> Resource:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _text(said: Resource, name: str) -> str:
    """An id as PayPal forms them; anything else is none."""
    found = said.get(name)
    return found if isinstance(found, str) and found.isascii() and found.isprintable() else ""
