"""What lies in a parcel, on paper, in the language of its order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from orders.models import Order, Shipment
from orders.parcels.labels import label


@dataclass(frozen=True)
class Row:
    sku: str
    title: str
    quantity: int
    weight_g: int  # of all pieces
    price: Decimal | None  # each, in EUR; None where the receiver must not see it


@dataclass(frozen=True)
class Slip:
    label: str
    order: Order
    parcels: int  # of the order, this one among them
    rows: list[Row]
    priced: bool
    site: str

    @property
    def pieces(self) -> int:
        return sum(row.quantity for row in self.rows)

    @property
    def weight_g(self) -> int:
        return sum(row.weight_g for row in self.rows)


def of(parcels: Iterable[Shipment]) -> list[Slip]:
    return [_slip(parcel) for parcel in parcels]


def _slip(parcel: Shipment) -> Slip:
    order = parcel.order
    parts = parcel.lines.select_related("line__variant").order_by("line__pk")
    priced = order.total > 0 and not order.gift
    rows = [
        Row(
            part.line.sku,
            part.line.title,
            part.quantity,
            part.line.variant.weight_g * part.quantity,
            part.line.unit_price if priced else None,
        )
        for part in parts
    ]
    count = order.shipments.exclude(state=Shipment.State.CANCELLED).count()
    return Slip(label(parcel), order, count, rows, priced, settings.SITE_URL.partition("//")[2])
