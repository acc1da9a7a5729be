"""What the carrier is given, and that it was, on record once per parcel."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from orders.events import record
from orders.models import Order, Shipment
from orders.parcels.holding import held_back, locked
from orders.personal_data import CARRIER, carrier_named, told_carrier

PLACE = ("name", "street", "house_number", "postcode", "city", "country")
HEADS = ("parcel", *PLACE, "phone")


def carrier_of(parcel: Shipment) -> str:
    """Who brings it: as it was handed over, else as its way of delivery says."""
    method = parcel.order.shipping_method
    return parcel.carrier or (method.carrier if method else CARRIER.name)


def phone_of(order: Order) -> str:
    """The receiver's own; the buyer's only where he is the receiver."""
    return order.delivery_phone or ("" if order.gift else order.phone)


def told_of(order: Order) -> tuple[str, ...]:
    """The fields of an order that its carrier is given."""
    phone = "delivery_phone" if order.delivery_phone else "phone"
    return (
        "number",
        *(f"delivery_{name}" for name in PLACE),
        *([phone] if phone_of(order) else []),
    )


def tell_carrier(parcel: Shipment, *, now: datetime) -> bool:
    """Put on record, once per parcel, that its carrier is given the address.

    Asked by who holds the order's row.
    """
    said = str(parcel.position)
    if parcel.order.events.filter(kind="carrier_told", detail=said).exists():
        return False
    record(parcel.order_id, "carrier_told", now=now, detail=said)
    carrier = carrier_named(carrier_of(parcel)) or CARRIER  # one that left before they were chosen
    told_carrier(parcel.order, carrier, fields=told_of(parcel.order), now=now)
    return True


def export(parcels: Iterable[Shipment], *, now: datetime) -> tuple[str, list[Shipment]]:
    """A table for the carrier of the parcels that may go, and those that may not.

    What stands in it is on record as handed over before it is given out.
    """
    page, held = io.StringIO(), list[Shipment]()
    rows = csv.writer(page, delimiter=";", lineterminator="\r\n")
    rows.writerow(HEADS)
    for parcel in parcels:
        with transaction.atomic():
            order = locked(parcel.order)
            parcel.refresh_from_db(fields=["state"])
            if held_back(order) or parcel.state not in {Shipment.State.OPEN, Shipment.State.PACKED}:
                held.append(parcel)
                continue
            tell_carrier(parcel, now=now)
        rows.writerow(inert(cell) for cell in _row(parcel, order))
    return page.getvalue(), held


def _row(parcel: Shipment, order: Order) -> list[str]:
    place = [str(getattr(order, f"delivery_{name}")) for name in PLACE]
    phone = re.sub(r"^\s*\+", "00", phone_of(order))
    return [f"{order.number}/{parcel.position}", *place, phone]


def inert(cell: str) -> str:
    """Text that no spreadsheet takes for a formula, on one line."""
    text = " ".join(cell.split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
