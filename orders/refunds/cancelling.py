"""A paid order ends before anything of it was sent: its goods go back on the shelf, its money back.

Raced against a parcel that leaves: whoever holds the order's row first does it, the other does not.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from catalog import stock
from orders import letters, vouchers
from orders.checkout import quantities
from orders.events import move
from orders.models import Order, Refund
from orders.parcels.arrival import contents
from orders.parcels.holding import locked
from orders.parcels.services import IN_THE_HOUSE, cancel_open, nothing_left_the_house
from orders.refunds import services


def can_cancel(order: Order) -> bool:
    """Whether it is paid and all of it is still in the house."""
    return not why_not(order)


def why_not(order: Order) -> str:
    """Why it cannot be cancelled as a paid order, or empty."""
    if order.state != Order.State.CONFIRMED:
        said = _("The order is %(state)s.")
        return said % {"state": order.get_state_display()}
    if order.delivered_at or not nothing_left_the_house(order):
        return _("Some of it has left the house already.")
    return ""


@transaction.atomic
def cancel_paid(order: Order, *, now: datetime, by: User | None = None) -> bool:
    """Cancel a paid order whole, once, and give everything back; False if it is too late."""
    mine = locked(order)
    if not can_cancel(mine):
        return False
    if not move(mine, Order.State.CANCELLED, of=[Order.State.CONFIRMED], now=now):
        return False
    here = _still_here(mine)
    cancel_open(mine, now=now)
    stock.restock(here)
    vouchers.give_back(mine)
    refund = services.whole(mine, reason=Refund.Reason.CANCELLED, now=now, by=by)
    letters.order_cancelled(mine, refund)
    return True


def _still_here(order: Order) -> dict[int, int]:
    """By variant: what waits in its parcels; what was withdrawn from is on the shelf already."""
    if not order.shipments.exists():  # of before there were parcels
        return quantities(order)
    waiting = order.shipments.filter(state__in=IN_THE_HOUSE)
    return dict(contents(waiting))
