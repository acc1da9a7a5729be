"""PayPal's Orders v2 and Payments v2: plain values in, plain values out.

The calls are the transport's. Each raises PayPalError. Whoever posts keeps the request id before,
and says the same again under it until PayPal gives a definite answer.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from orders.paypal import asked, seen
from orders.paypal.asked import Item, Wish
from orders.paypal.errors import PayPalError
from orders.paypal.places import endpoint, page_origin
from orders.paypal.seen import Capture, DisputeSeen, RefundSeen, Seen
from orders.paypal.transport import Transport

__all__ = [
    "Capture",
    "DisputeSeen",
    "Item",
    "PayPalError",
    "RefundSeen",
    "Seen",
    "Wish",
    "available",
    "capture",
    "create",
    "endpoint",
    "get",
    "get_capture",
    "get_dispute",
    "get_refund",
    "page_origin",
    "patch",
    "refund",
]

ORDERS, CAPTURES, REFUNDS = "v2/checkout/orders", "v2/payments/captures", "v2/payments/refunds"
DISPUTES = "v1/customer/disputes"


def create(wish: Wish, *, request_id: str) -> Seen:
    return seen.order(_transport().call("POST", ORDERS, asked.order(wish), request_id))


def get(paypal_id: str) -> Seen:
    return seen.order(_transport().call("GET", _path(ORDERS, paypal_id)))


def patch(paypal_id: str, wish: Wish) -> None:
    """Make an order that is not captured yet what is wished now; said twice it does no harm."""
    _transport().call("PATCH", _path(ORDERS, paypal_id), asked.changes(wish))


def capture(paypal_id: str, *, request_id: str) -> Seen:
    path = f"{_path(ORDERS, paypal_id)}/capture"
    return seen.order(_transport().call("POST", path, {}, request_id))


def get_capture(capture_id: str) -> Capture:
    return seen.capture(_transport().call("GET", _path(CAPTURES, capture_id)))


def refund(
    capture_id: str, amount: Decimal | None, *, request_id: str, custom_id: str = "", note: str = ""
) -> RefundSeen:
    """Give ``amount`` of a capture back, in EUR; None: all that is left, in its own currency.

    ``note`` is what PayPal shows to the buyer. Said again under the same id it is one refund for
    45 days; after that see what there is first, for PayPal has forgotten the id.
    """
    path, body = f"{_path(CAPTURES, capture_id)}/refund", asked.refund(amount, custom_id, note)
    return seen.refund(_transport().call("POST", path, body, request_id))


def get_refund(refund_id: str) -> RefundSeen:
    return seen.refund(_transport().call("GET", _path(REFUNDS, refund_id)))


def get_dispute(dispute_id: str) -> DisputeSeen:
    return seen.dispute(_transport().call("GET", _path(DISPUTES, dispute_id)))


def available() -> bool:
    """False while PayPal is left alone after a few silences: nothing new is begun then."""
    try:
        return not _transport().breaker.open
    except PayPalError:  # not set up: what is begun is kept, and staff is told
        return True


def _path(folder: str, key: str) -> str:
    return f"{folder}/{quote(key, safe='')}"


def _transport() -> Transport:
    try:
        where = endpoint()
    except ImproperlyConfigured:  # a check says so at the start; an order is kept all the same
        raise PayPalError("auth", name="NOT_CONFIGURED") from None
    return _made(where, settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET)


@lru_cache(maxsize=4)
def _made(endpoint: str, client_id: str, client_secret: str) -> Transport:
    return Transport(endpoint, client_id, client_secret)
