"""``{% load parcels %}{% parcels order %}``: where each parcel of an order is, for its buyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _

from orders.models import Order, Shipment
from orders.parcels.carriers import tracking_url

register = template.Library()
State = Shipment.State


@dataclass(frozen=True)
class Step:
    title: str
    at: datetime | None  # None: not yet


@dataclass(frozen=True)
class Shown:
    parcel: Shipment
    steps: list[Step]
    url: str  # at its carrier
    lines: list[tuple[str, int]]


@register.inclusion_tag("orders/_parcels.html")
def parcels(order: Order) -> dict[str, Any]:
    found = order.shipments.exclude(state=State.CANCELLED).order_by("position")
    rows = list(found.select_related("order", "replaces__order").prefetch_related("lines__line"))
    return {"order": order, "parcels": [_shown(parcel) for parcel in rows]}


def _shown(parcel: Shipment) -> Shown:
    lines = [(part.line.title, part.quantity) for part in parcel.lines.all()]
    return Shown(parcel, _steps(parcel), tracking_url(parcel), lines)


def _steps(parcel: Shipment) -> list[Step]:
    """What happened to it, and what is still to come."""
    past = [
        Step(_("Packed"), parcel.packed_at),
        Step(_("Handed to the carrier"), parcel.shipped_at),
        Step(_("Delivered"), parcel.delivered_at),
    ]
    if parcel.state == State.LOST:
        return [*(step for step in past if step.at), Step(_("Lost on the way"), None)]
    if parcel.state == State.RETURNED:
        back = Step(_("Came back to us"), parcel.returned_at)
        return [*(step for step in past if step.at), back]
    happened = max((n for n, step in enumerate(past) if step.at), default=-1)
    return [step for n, step in enumerate(past) if step.at or n > happened]
