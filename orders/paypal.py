"""PayPal's Orders v2: plain values in, plain values out. The calls are the transport's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from orders.transport import PayPalError, Transport

ENDPOINTS = {
    "live": "https://api-m.paypal.com",
    "sandbox": "https://api-m.sandbox.paypal.com",
}
PAGES = {"live": "https://www.paypal.com", "sandbox": "https://www.sandbox.paypal.com"}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LARGEST = Decimal(10_000_000)  # EUR
LOCALES = {"nl": "nl-NL", "en": "en-GB"}


@dataclass(frozen=True)
class Item:
    name: str
    sku: str
    unit_amount: Decimal  # EUR, gross
    quantity: int


@dataclass(frozen=True)
class Wish:
    """An order as we ask PayPal to create it. No name, no address: PayPal needs neither."""

    custom_id: str
    invoice_id: str
    total: Decimal
    shipping: Decimal
    items: tuple[Item, ...]
    locale: str
    return_url: str
    cancel_url: str


@dataclass(frozen=True)
class Capture:
    id: str
    status: str
    amount: Decimal
    currency: str
    custom_id: str


@dataclass(frozen=True)
class Seen:
    """An order as PayPal says it is."""

    id: str
    status: str
    custom_id: str
    invoice_id: str
    approve_url: str
    captures: tuple[Capture, ...]


def create(wish: Wish, *, request_id: str) -> Seen:
    return _seen(_transport().call("POST", "v2/checkout/orders", _body(wish), request_id))


def get(paypal_id: str) -> Seen:
    return _seen(_transport().call("GET", f"v2/checkout/orders/{quote(paypal_id, safe='')}"))


def capture(paypal_id: str, *, request_id: str) -> Seen:
    path = f"v2/checkout/orders/{quote(paypal_id, safe='')}/capture"
    return _seen(_transport().call("POST", path, {}, request_id))


def endpoint() -> str:
    """Where the interface is; ImproperlyConfigured if the environment and the address disagree."""
    environment = settings.PAYPAL_ENVIRONMENT
    if environment in ENDPOINTS:
        if settings.PAYPAL_LOCAL_URL:
            raise ImproperlyConfigured(f"PAYPAL_LOCAL_URL is set beside {environment=}.")
        return ENDPOINTS[environment]
    if environment != "local" or not _loopback(settings.PAYPAL_LOCAL_URL):
        raise ImproperlyConfigured("PAYPAL_LOCAL_URL must be a loopback address, and local.")
    return str(settings.PAYPAL_LOCAL_URL).rstrip("/")


def page_origin() -> str:
    """Where the buyer is sent to; the pages that send him say so in their CSP."""
    if settings.PAYPAL_ENVIRONMENT in PAGES:
        return PAGES[settings.PAYPAL_ENVIRONMENT]
    parts = urlsplit(settings.PAYPAL_LOCAL_URL)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


def _transport() -> Transport:
    try:
        where = endpoint()
    except ImproperlyConfigured:  # a check says so at the start; an order is kept all the same
        raise PayPalError("auth", name="NOT_CONFIGURED") from None
    return _made(where, settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET)


@lru_cache(maxsize=4)
def _made(endpoint: str, client_id: str, client_secret: str) -> Transport:
    return Transport(endpoint, client_id, client_secret)


def _loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def _body(wish: Wish) -> dict[str, Any]:
    unit: dict[str, Any] = {
        "custom_id": wish.custom_id,
        "invoice_id": wish.invoice_id,
        "amount": _money(wish.total),
    }
    goods = sum((item.unit_amount * item.quantity for item in wish.items), Decimal("0.00"))
    if goods + wish.shipping == wish.total:  # else the amount alone: PayPal refuses a wrong sum
        unit["items"] = [_item(item) for item in wish.items]
        unit["amount"]["breakdown"] = {
            "item_total": _money(goods),
            "shipping": _money(wish.shipping),
        }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": _experience(wish)}},
    }


def _experience(wish: Wish) -> dict[str, str]:
    return {
        "brand_name": "Soocas",
        "locale": LOCALES.get(wish.locale, "nl-NL"),
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "return_url": wish.return_url,
        "cancel_url": wish.cancel_url,
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "name": item.name[:127],
        "sku": item.sku[:127],
        "quantity": str(item.quantity),
        "unit_amount": _money(item.unit_amount),
        "category": "PHYSICAL_GOODS",
    }


def _money(amount: Decimal) -> dict[str, Any]:
    return {"currency_code": "EUR", "value": f"{amount:.2f}"}


def _seen(answer: dict[str, Any]) -> Seen:
    """What PayPal's answer says; PayPalError("garbled") if it is not of an order's shape."""
    try:
        units = answer.get("purchase_units") or [{}]
        return Seen(
            id=str(answer["id"]),
            status=str(answer["status"]),
            custom_id=str(units[0].get("custom_id", "")),
            invoice_id=str(units[0].get("invoice_id", "")),
            approve_url=_approve_url(answer.get("links") or []),
            captures=tuple(_captures(units)),
        )
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, InvalidOperation):
        raise PayPalError("garbled") from None


def _captures(units: list[dict[str, Any]]) -> Iterator[Capture]:
    for unit in units:
        for said in (unit.get("payments") or {}).get("captures") or []:
            yield Capture(
                id=str(said["id"]),
                status=str(said["status"]),
                amount=_finite(said["amount"]["value"]),
                currency=str(said["amount"]["currency_code"]),
                custom_id=str(said.get("custom_id") or unit.get("custom_id", "")),
            )


def _finite(value: object) -> Decimal:
    """ValueError for what is no amount, or none that an account could hold."""
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValueError(value)
    return amount


def _approve_url(links: list[dict[str, str]]) -> str:
    """The buyer's link, by its new or its old relation, and only to PayPal itself."""
    by_rel = {link.get("rel"): link.get("href", "") for link in links}
    url = by_rel.get("payer-action") or by_rel.get("approve") or ""
    parts = urlsplit(url)
    ours = f"{parts.scheme}://{parts.netloc}" == page_origin()
    return url if ours else ""
