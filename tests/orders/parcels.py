"""What staff does with parcels, in a word each."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from orders.models import Order, Shipment
from orders.parcels import services


def parcel_of(order: Order) -> Shipment:
    return order.shipments.select_related("order").latest("position")


def send(order: Order, *, tracking: str = "3SSOOC0000001", now: datetime | None = None) -> None:
    """Its open parcels leave the house."""
    for parcel in order.shipments.filter(state__in=services.IN_THE_HOUSE):
        assert services.ship(parcel, now=now or timezone.now(), tracking=tracking)


def bring(order: Order, *, now: datetime | None = None) -> None:
    """All that has not left leaves, and arrives at once."""
    send(order, now=now)
    for parcel in order.shipments.filter(state=Shipment.State.SHIPPED):
        assert services.deliver(parcel, now=now or timezone.now())
    order.refresh_from_db()
