"""What PayPal refuses in a new order: form (400), then arithmetic and addresses (422)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sandbox.paypal.problems import Problem
from sandbox.paypal.store import Json

VALUE = re.compile(r"((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))")
QUANTITY = re.compile(r"[1-9][0-9]{0,9}")
LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
COUNTRY = re.compile(r"[A-Z]{2}|C2")
CURRENCIES = {
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS"),
    *("JPY", "MYR", "MXN", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD"),
}
LARGEST = Decimal("999999999999999.99")
ADDED = ("item_total", "tax_total", "shipping", "handling", "insurance")
TAKEN = ("shipping_discount", "discount")
UNIT_LENGTHS = {
    "reference_id": 256,
    "description": 127,
    "custom_id": 127,
    "invoice_id": 127,
    "soft_descriptor": 22,
}
FILLED = ("reference_id", "description", "custom_id", "invoice_id", "name")  # not empty if given
CATEGORIES = ("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION")
SHIPPING = ("SHIPPING", "PICKUP_IN_PERSON", "PICKUP_IN_STORE", "PICKUP_FROM_PERSON")
ITEM_LENGTHS = {"name": 127, "description": 127, "sku": 127}
ADDRESS_LENGTHS = {
    "address_line_1": 300,
    "address_line_2": 300,
    "admin_area_1": 300,
    "admin_area_2": 120,
    "postal_code": 60,
}
CHOICES = {
    "shipping_preference": ("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
    "landing_page": ("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE", "BILLING"),
    "user_action": ("CONTINUE", "PAY_NOW"),
    "payment_method_preference": ("UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"),
}
NO_POSTCODE = ("AE", "HK", "IE", "PA", "QA")


def check_order(body: Json, request_id: str) -> None:
    """Raises Problem for the first thing wrong."""
    check_intent(need(body, "intent", ""))
    if "payment_source" in body and not request_id:
        raise Problem(400, "PAYPAL_REQUEST_ID_REQUIRED")
    check_units(need(body, "purchase_units", ""))
    check_context(context(body))


def check_units(units: Any) -> None:
    if not isinstance(units, list) or not units:
        raise Problem(400, "INVALID_ARRAY_MIN_ITEMS", "/purchase_units")
    if len(units) > 10:
        raise Problem(400, "INVALID_ARRAY_MAX_ITEMS", "/purchase_units")
    for unit in units:
        reference = unit.get("reference_id", "default") if isinstance(unit, dict) else "default"
        check_unit(unit, f"/purchase_units/@reference_id=='{reference}'")
    check_references([str(unit.get("reference_id") or "") for unit in units])


def check_references(given: list[str]) -> None:
    if len(given) > 1 and not all(given):
        raise Problem(422, "REFERENCE_ID_REQUIRED", "/purchase_units")
    if len(given) > len(set(given)):
        raise Problem(422, "DUPLICATE_REFERENCE_ID", "/purchase_units")


def check_intent(intent: str) -> None:
    if intent == "AUTHORIZE":
        raise Problem(422, "UNSUPPORTED_INTENT", "/intent")
    if intent != "CAPTURE":
        raise Problem(400, "INVALID_PARAMETER_VALUE", "/intent", str(intent))


def context(body: Json) -> Json:
    """Where the shop said how to show the page: the newer or the older form."""
    paypal = part(part(body, "payment_source"), "paypal")
    return part(paypal, "experience_context") or part(body, "application_context")


def check_context(given: Json) -> None:
    for name, choices in CHOICES.items():
        choice(given, name, choices, "")
    if "locale" in given and not LOCALE.fullmatch(str(given["locale"])):
        raise Problem(400, "INVALID_PARAMETER_SYNTAX", "/locale", str(given["locale"]))
    lengths(given, {"brand_name": 127}, "")
    for name in ("return_url", "cancel_url"):
        if not str(given.get(name, "https://")).startswith(("http://", "https://")):
            raise Problem(400, "INVALID_PARAMETER_SYNTAX", f"/{name}", str(given[name]))


def check_unit(unit: Any, path: str) -> None:
    amount = need(unit, "amount", path)
    lengths(unit, UNIT_LENGTHS, path)
    total = money(amount, f"{path}/amount")
    if total <= 0:
        raise Problem(422, "CANNOT_BE_ZERO_OR_NEGATIVE", f"{path}/amount/value", str(total))
    breakdown = part(amount, "breakdown")
    parts = {name: money(part, f"{path}/amount/{name}") for name, part in breakdown.items()}
    one_currency(amount["currency_code"], [*breakdown.values(), *prices(unit)], path)
    check_items(lines(unit), parts, path)
    check_shipping(part(unit, "shipping"), f"{path}/shipping")
    if parts and total != sum_of(parts, ADDED) - sum_of(parts, TAKEN):
        raise Problem(422, "AMOUNT_MISMATCH", f"{path}/amount/value", amount["value"])


def prices(unit: Json) -> Iterable[Json]:
    for item in lines(unit):
        yield need(item, "unit_amount", "/items")
        if "tax" in item:
            yield item["tax"]


def sum_of(parts: dict[str, Decimal], names: Iterable[str]) -> Decimal:
    return sum((parts.get(name, Decimal(0)) for name in names), Decimal(0))


def one_currency(currency: str, amounts: Iterable[Json], path: str) -> None:
    if any(need(amount, "currency_code", path) != currency for amount in amounts):
        raise Problem(422, "MULTI_CURRENCY_ORDER", path)


def check_items(items: list[Json], parts: dict[str, Decimal], path: str) -> None:
    if not items:
        return
    total = tax = Decimal(0)
    for index, item in enumerate(items):
        at = f"{path}/items/{index}"
        lengths(item, ITEM_LENGTHS, at)
        need(item, "name", at)
        choice(item, "category", CATEGORIES, at)
        if not QUANTITY.fullmatch(str(need(item, "quantity", at))):
            raise Problem(400, "INVALID_PARAMETER_SYNTAX", f"{at}/quantity", str(item["quantity"]))
        quantity = int(item["quantity"])
        total += money(item["unit_amount"], f"{at}/unit_amount") * quantity
        tax += money(item["tax"], f"{at}/tax") * quantity if "tax" in item else 0
    for name, due in (("item_total", total), ("tax_total", tax)):
        compare(parts, name, due, f"{path}/amount/breakdown/{name}")


def compare(parts: dict[str, Decimal], name: str, due: Decimal, path: str) -> None:
    label = name.upper()
    if name not in parts and (due or name == "item_total"):
        raise Problem(422, f"{label}_REQUIRED", path)
    if due and parts[name] != due:
        raise Problem(422, f"{label}_MISMATCH", path, str(parts[name]))


def check_shipping(shipping: Json, path: str) -> None:
    choice(shipping, "type", SHIPPING, path)
    address = part(shipping, "address")
    if address:
        check_address(address, f"{path}/address")


def check_address(address: Json, path: str) -> None:
    lengths(address, ADDRESS_LENGTHS, path)
    country = need(address, "country_code", path)
    if not COUNTRY.fullmatch(str(country)):
        raise Problem(400, "INVALID_PARAMETER_SYNTAX", f"{path}/country_code", str(country))
    if not address.get("admin_area_2"):
        raise Problem(422, "CITY_REQUIRED", f"{path}/admin_area_2")
    if not address.get("postal_code") and country not in NO_POSTCODE:
        raise Problem(422, "POSTAL_CODE_REQUIRED", f"{path}/postal_code")


def money(amount: Any, path: str) -> Decimal:
    """The value of an amount that is formed as PayPal wants it."""
    value, currency = need(amount, "value", path), need(amount, "currency_code", path)
    if not isinstance(value, str) or len(value) > 32 or not VALUE.fullmatch(value):
        raise Problem(400, "INVALID_PARAMETER_SYNTAX", f"{path}/value", str(value))
    if not isinstance(currency, str) or currency not in CURRENCIES:
        raise Problem(422, "INVALID_CURRENCY_CODE", f"{path}/currency_code", str(currency))
    check_number(Decimal(value), value, path)
    return Decimal(value)


def check_number(number: Decimal, value: str, path: str) -> None:
    if len(value.partition(".")[2]) > 2:
        raise Problem(422, "DECIMAL_PRECISION", f"{path}/value", value)
    if number < 0:
        raise Problem(422, "CANNOT_BE_NEGATIVE", f"{path}/value", value)
    if number > LARGEST:
        raise Problem(422, "MAX_VALUE_EXCEEDED", f"{path}/value", value)


def part(document: Json, name: str) -> Json:
    """An object within another that need not be there."""
    found = document.get(name) or {}
    if not isinstance(found, dict):
        raise Problem(400, "INVALID_PARAMETER_SYNTAX", f"/{name}", str(found)[:200])
    return found


def lines(unit: Json) -> list[Json]:
    found = unit.get("items") or []
    if not isinstance(found, list):
        raise Problem(400, "INVALID_PARAMETER_SYNTAX", "/items", str(found)[:200])
    return found


def need(document: Any, name: str, path: str) -> Any:
    if not isinstance(document, dict) or document.get(name) in (None, ""):
        raise Problem(400, "MISSING_REQUIRED_PARAMETER", f"{path}/{name}")
    return document[name]


def lengths(document: Json, limits: dict[str, int], path: str) -> None:
    for name, limit in limits.items():
        value, least = document.get(name), 1 if name in FILLED else 0
        if value is not None and not (isinstance(value, str) and least <= len(value) <= limit):
            raise Problem(400, "INVALID_STRING_LENGTH", f"{path}/{name}", str(value)[:200])


def choice(document: Json, name: str, choices: tuple[str, ...], path: str) -> None:
    if document.get(name, choices[0]) not in choices:
        raise Problem(400, "INVALID_PARAMETER_VALUE", f"{path}/{name}", str(document[name]))
