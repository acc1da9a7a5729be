"""What PayPal is asked for, in its own form. No name, no address: PayPal needs neither."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

LOCALES = {"nl": "nl-NL", "en": "en-GB"}
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Item:
    name: str
    sku: str
    unit_amount: Decimal  # EUR, gross
    quantity: int


@dataclass(frozen=True)
class Wish:
    """An order as we ask PayPal to create it."""

    custom_id: str
    invoice_id: str
    total: Decimal
    shipping: Decimal
    items: tuple[Item, ...]
    locale: str
    return_url: str
    cancel_url: str
    discount: Decimal = NOTHING


def order(wish: Wish) -> dict[str, Any]:
    return {
        "intent": "CAPTURE",
        "purchase_units": [_unit(wish)],
        "payment_source": {"paypal": {"experience_context": _experience(wish)}},
    }


def changes(wish: Wish) -> list[dict[str, Any]]:
    """A JSON Patch that makes an order what is wished now: all of its one unit.

    Not its parts: PayPal replaces or removes only what is there, and lines may be there or not.
    """
    path = "/purchase_units/@reference_id=='default'"
    return [{"op": "replace", "path": path, "value": _unit(wish)}]


def refund(amount: Decimal | None, custom_id: str, note: str) -> dict[str, Any]:
    given = {"custom_id": custom_id[:127], "note_to_payer": note[:255]}
    said: dict[str, Any] = {name: value for name, value in given.items() if value}
    return said if amount is None else said | {"amount": money(amount)}


def money(amount: Decimal) -> dict[str, Any]:
    return {"currency_code": "EUR", "value": f"{amount:.2f}"}


def _unit(wish: Wish) -> dict[str, Any]:
    unit: dict[str, Any] = {
        "custom_id": wish.custom_id,
        "invoice_id": wish.invoice_id,
        "amount": money(wish.total),
    }
    goods = sum((item.unit_amount * item.quantity for item in wish.items), NOTHING)
    if goods + wish.shipping - wish.discount == wish.total:  # else PayPal refuses a wrong sum
        unit["items"] = [_item(item) for item in wish.items]
        unit["amount"]["breakdown"] = _breakdown(wish, goods)
    return unit


def _breakdown(wish: Wish, goods: Decimal) -> dict[str, Any]:
    parts = {"item_total": money(goods), "shipping": money(wish.shipping)}
    return parts | ({"discount": money(wish.discount)} if wish.discount else {})


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
        "unit_amount": money(item.unit_amount),
        "category": "PHYSICAL_GOODS",
    }
