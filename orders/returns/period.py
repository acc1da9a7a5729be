"""Until when one may withdraw from an order, and what of that time has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from orders.models import Order
from orders.parcels.periods import withdrawal_until

BARS = 14
SEND_WITHIN = timedelta(days=14)  # Art. 14(1) Directive 2011/83: to send back, once withdrawn
SOON = timedelta(days=3)
LIVING = {Order.State.PLACED, Order.State.CONFIRMED}
GUARANTEE = timedelta(days=2 * 365)  # Art. 10 Directive (EU) 2019/771: at least two years


@dataclass(frozen=True)
class Clock:
    """The period as it is drawn."""

    until: datetime
    bars: int  # of BARS, that have passed
    days_left: int
    soon: bool


def in_time(order: Order, at: datetime) -> bool:
    last = withdrawal_until(order)
    return order.state in LIVING and (last is None or at <= last)


def clock(order: Order, now: datetime) -> Clock | None:
    last = withdrawal_until(order)
    if last is None or order.delivered_at is None or now > last:
        return None
    passed = (now - order.delivered_at) / (last - order.delivered_at)
    days = (timezone.localdate(last) - timezone.localdate(now)).days
    return Clock(last, max(0, min(BARS, round(BARS * passed))), days, last - now <= SOON)


def guaranteed(order: Order, now: datetime) -> bool:
    """Whether a defect may still be reported: from the first parcel on, two years."""
    return order.delivered_at is None or now <= order.delivered_at + GUARANTEE
