"""What the carrier is given, and that it was, on record once per parcel."""

from __future__ import annotations

from datetime import datetime

from orders.events import record
from orders.models import Order, Shipment
from orders.personal_data import told_carrier

USUAL = "PostNL"


def carrier_of(parcel: Shipment) -> str:
    """Who brings it: as it was handed over, else as its way of delivery says."""
    method = parcel.order.shipping_method
    return parcel.carrier or (method.carrier if method else USUAL)


def phone_of(order: Order) -> str:
    """The receiver's own; the buyer's only where he is the receiver."""
    return order.delivery_phone or ("" if order.gift else order.phone)


def tell_carrier(parcel: Shipment, *, now: datetime) -> bool:
    """Put on record, once per parcel, that its carrier is given the address.

    Asked by who holds the order's row.
    """
    said = str(parcel.position)
    if parcel.order.events.filter(kind="carrier_told", detail=said).exists():
        return False
    record(parcel.order_id, "carrier_told", now=now, detail=said)
    told_carrier(parcel.order, now=now)
    return True
