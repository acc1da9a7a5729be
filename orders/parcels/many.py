"""The same for many at once: each parcel in a transaction of its own, the good ones go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from orders.models import Order, Shipment
from orders.parcels import services


def deliver(parcels: Iterable[Shipment], *, now: datetime) -> int:
    """How many of these parcels have arrived by this."""
    return sum(services.deliver(parcel, now=now) for parcel in parcels)


def deliver_orders(orders: Iterable[Order], *, now: datetime) -> int:
    """All parcels of these orders that are on their way have arrived; how many there were."""
    keys = [order.pk for order in orders]
    waiting = Shipment.objects.filter(order__in=keys, state__in=services.ON_ITS_WAY)
    return deliver(waiting.select_related("order").order_by("pk"), now=now)
