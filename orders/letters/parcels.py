"""What the buyer is told of his parcels. The receiver of a gift is told nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone, translation

from orders.letters.post import address_of, send
from orders.models import Order, Shipment
from orders.parcels import carriers, periods


def parcel_shipped(parcel: Shipment) -> None:
    """Once per parcel: what is in it, how to follow it, and what is still to come."""
    order = parcel.order
    waiting = order.shipments.filter(state__in=["open", "packed"])
    context = {
        "lines": _lines(parcel),
        "carrier": parcel.carrier,
        "tracking": parcel.tracking,
        "tracking_url": carriers.tracking_url(parcel),
        "address": address_of(order),
        "more_to_come": waiting.exists(),
    }
    send("shipped", order, context, about=f"shipment:{parcel.pk}")


def order_delivered(order: Order, *, by: Order) -> None:
    """All is there: until when one can withdraw, and how.

    ``by``: the order whose parcel came last, the redelivery perhaps; it is told once for each.
    """
    until = periods.withdrawal_until(order)
    context = {
        "until": _day(until, order) if until else "",
        "withdraw_url": f"{settings.SITE_URL}{_withdraw(order)}",
    }
    send("delivered", order, context, about=f"order:{by.pk}")


def sent_again(redelivery: Order, *, of: Order) -> None:
    """Some of an order goes out once more, free of charge; once per redelivery."""
    lines = redelivery.lines.order_by("pk")
    context = {
        "original": of.number,
        "lines": [{"title": line.title, "quantity": line.quantity} for line in lines],
        "address": address_of(redelivery),
    }
    send("redelivery", redelivery, context)


def _lines(parcel: Shipment) -> list[dict[str, Any]]:
    rows = parcel.lines.select_related("line").order_by("line__pk")
    return [{"title": row.line.title, "quantity": row.quantity} for row in rows]


def _withdraw(order: Order) -> str:
    with translation.override(order.language):
        return reverse("orders:withdraw")


def _day(moment: datetime, order: Order) -> str:
    """In the words of the order's language: 8 december 2026."""
    with translation.override(order.language):
        return formats.date_format(timezone.localtime(moment), "j F Y")
