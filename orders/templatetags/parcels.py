"""``{% load parcels %}{% parcels order %}``: an order's parcels and where to follow each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template

from orders.models import Order, Shipment
from orders.parcels.carriers import tracking_url
from orders.parcels.services import IN_THE_HOUSE
from orders.returns import doing

register = template.Library()
State = Shipment.State


@dataclass(frozen=True)
class Shown:
    parcel: Shipment
    url: str  # at its carrier
    lines: list[tuple[str, int]]
    replaces: str  # the number of the order of which something is sent again
    replaced_by: Order | None


@register.inclusion_tag("orders/_parcels.html")
def parcels(order: Order) -> dict[str, Any]:
    found = order.shipments.exclude(state=State.CANCELLED).order_by("position")
    if doing.went_back(order):  # what is still here stays here
        found = found.exclude(state__in=IN_THE_HOUSE)
    rows = found.select_related("order", "replaces__order")
    return {"parcels": [_shown(parcel) for parcel in rows.prefetch_related("lines__line")]}


def _shown(parcel: Shipment) -> Shown:
    parts = sorted(parcel.lines.all(), key=lambda part: part.line_id)
    again = parcel.replacements.exclude(state=State.CANCELLED).select_related("order").first()
    return Shown(
        parcel,
        tracking_url(parcel),
        [(part.line.title, part.quantity) for part in parts],
        parcel.replaces.order.number if parcel.replaces else "",
        again.order if again else None,
    )
