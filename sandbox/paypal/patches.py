"""PATCH of an order: the operations PayPal allows, all of them or none."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from flask import request

from sandbox.paypal import schema
from sandbox.paypal.problems import Problem
from sandbox.paypal.store import Json, now

OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
UNIT = re.compile(r"/purchase_units/@reference_id=='([^']*)'(/.+)?")
ALLOWED: dict[str, tuple[str, ...]] = {  # by what is patched; a unit's parts without its path
    "/intent": ("replace",),
    "/payer": ("replace", "add"),
    "/purchase_units": ("replace", "add"),
    "": ("replace", "add"),  # a purchase unit as a whole
    "custom_id": ("replace", "add", "remove"),
    "description": ("replace", "add", "remove"),
    "invoice_id": ("replace", "add", "remove"),
    "items": ("replace", "add", "remove"),
    "soft_descriptor": ("replace", "remove"),
    "amount": ("replace",),
    "shipping/name": ("replace", "add"),
    "shipping/address": ("replace", "add"),
    "shipping/type": ("replace", "add"),
}


@dataclass(frozen=True)
class Patch:
    index: int  # place in the request, for the error's field
    op: str
    path: str
    value: Any

    def refused(self, status: int, issue: str, part: str = "path") -> Problem:
        return Problem(status, issue, f"/{self.index}/{part}", str(getattr(self, part, "")))


def patch(order: Json) -> None:
    """Apply a request's patches; the caller is inside ``store.change``. Raises Problem."""
    changes = [read(index, given) for index, given in enumerate(given_patches())]
    if order["status"] in ("COMPLETED", "VOIDED"):
        raise Problem(422, "ORDER_ALREADY_COMPLETED")
    changed = deepcopy(order)
    for change in changes:
        apply(change, changed)
    check(changed, order)
    order.update(changed, update_time=now())


def given_patches() -> list[Any]:
    body = request.get_json(silent=True)
    if body is None:
        raise Problem(400, "MALFORMED_REQUEST_JSON")
    if not isinstance(body, list):
        raise Problem(400, "INVALID_PARAMETER_SYNTAX", "/")
    return body


def read(index: int, given: Any) -> Patch:
    op, path = schema.need(given, "op", f"/{index}"), given.get("path")
    if op not in OPERATIONS:
        raise Problem(400, "INVALID_PARAMETER_VALUE", f"/{index}/op", str(op))
    if not path:
        raise Problem(422, "PATCH_PATH_REQUIRED", f"/{index}/path")
    if op in ("add", "replace") and given.get("value") is None:
        raise Problem(422, "PATCH_VALUE_REQUIRED", f"/{index}/value")
    return Patch(index, op, str(path), given.get("value"))


def apply(change: Patch, order: Json) -> None:
    found = UNIT.fullmatch(change.path)
    if found:
        part = (found[2] or "").removeprefix("/")
        permit(change, part)
        apply_to_unit(change, order, found[1], part)
    else:
        permit(change, change.path if change.path.startswith("/") else "no pointer")
        put(change, order, change.path.removeprefix("/"))


def permit(change: Patch, part: str) -> None:
    if part == "no pointer" or part.startswith("/purchase_units/"):
        raise change.refused(422, "INVALID_JSON_POINTER_FORMAT")
    if part not in ALLOWED:
        raise change.refused(400, "FIELD_NOT_PATCHABLE")
    if change.op not in ALLOWED[part]:
        raise change.refused(422, "NOT_PATCHABLE")


def apply_to_unit(change: Patch, order: Json, reference: str, part: str) -> None:
    units: list[Json] = order["purchase_units"]
    place = next((i for i, unit in enumerate(units) if unit["reference_id"] == reference), None)
    if place is None and (part or change.op != "add"):
        raise change.refused(422, "REFERENCE_ID_NOT_FOUND")
    if place is not None and part:
        *above, name = part.split("/")
        holder = units[place].setdefault(above[0], {}) if above else units[place]
        put(change, holder, name)
        return
    if not isinstance(change.value, dict):
        raise change.refused(400, "INVALID_PARAMETER_SYNTAX", "value")
    unit = {"reference_id": reference, **change.value}
    if place is None:
        units.append(unit)
    elif change.op == "add":
        raise change.refused(400, "INVALID_PATCH_OPERATION")
    else:
        units[place] = unit


def put(change: Patch, holder: Json, name: str) -> None:
    """PayPal adds only what is not there and replaces or removes only what is."""
    if (name in holder) == (change.op == "add"):
        raise change.refused(400, "INVALID_PATCH_OPERATION")
    if change.op == "remove":
        del holder[name]
    else:
        holder[name] = change.value


def check(changed: Json, before: Json) -> None:
    """What is refused in a new order is refused here; an approved amount stays."""
    schema.check_intent(changed["intent"])
    schema.check_units(changed["purchase_units"])
    if before["status"] == "APPROVED" and amounts(changed) != amounts(before):
        raise Problem(422, "AMOUNT_CHANGE_NOT_ALLOWED", "/purchase_units")


def amounts(order: Json) -> list[tuple[str, str]]:
    found = [unit["amount"] for unit in order["purchase_units"]]
    return [(amount["currency_code"], amount["value"]) for amount in found]
