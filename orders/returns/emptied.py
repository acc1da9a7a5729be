"""Delivered parcels of which everything was sent back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from orders.events import move
from orders.models import Order, Return, ReturnLine, Shipment

State = Shipment.State


def note(order: Order, *, now: datetime) -> None:
    """Call a parcel returned once all of its pieces are back, the first of the order first.

    In the transaction of who took the goods in and holds the order's row.
    """
    back = _received(order)
    arrived = order.shipments.filter(delivered_at__isnull=False).prefetch_related("lines")
    for parcel in arrived.order_by("position"):
        inside = Counter({part.line_id: part.quantity for part in parcel.lines.all()})
        whole = inside <= back
        back -= inside
        if whole and parcel.state == State.DELIVERED:
            said, of = str(parcel.position), [State.DELIVERED]
            move(parcel, State.RETURNED, of=of, now=now, detail=said, returned_at=now)


def _received(order: Order) -> Counter[int]:
    """Pieces that are here again, by the line's key."""
    rows = ReturnLine.objects.filter(goods_return__order=order)
    found: Counter[int] = Counter()
    for line, received in (
        rows.exclude(goods_return__state=Return.State.CANCELLED)
        .filter(received__gt=0)
        .values_list("line_id", "received")
    ):
        found[line] += received
    return found
