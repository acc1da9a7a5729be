"""What a withdrawal does to the goods: what has not left stays, what has left comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from catalog import stock
from orders.events import record
from orders.models import Order, Refund, Shipment, Withdrawal
from orders.parcels import services as parcels
from orders.refunds import services as refunds
from orders.refunds.cancelling import cancel_paid
from orders.returns import worth
from orders.returns.pieces import Wanted, everything, left, split
from orders.returns.services import announce_withdrawn

UNSENT = (Shipment.State.OPEN, Shipment.State.PACKED)


def effect(said: Withdrawal, order: Order, wanted: Wanted, *, now: datetime) -> bool:
    """Cancel and pay back what is still here, expect back the rest. The order's row is held.

    False where some of it needs a person: a redelivery of it is about to leave, or the money
    cannot go back by itself.
    """
    found = left(order)
    if dict(wanted) == everything(found) and cancel_paid(order, now=now):
        return True
    inside, outside = split(found, wanted)
    if outside:
        announce_withdrawn(order, outside, said, now=now)
    return not inside or _keep_here(order, inside, now)


def _keep_here(order: Order, inside: Mapping[int, int], now: datetime) -> bool:
    again = Shipment.objects.filter(order__replaces=order, state__in=UNSENT)
    if again.exists():
        record(order.pk, "withdrawal_of_redelivery", now=now, alert=True)
        return False
    _say_packed(order, inside, now)
    kept = parcels.take_out(order, inside, now=now)
    variants = dict(order.lines.values_list("pk", "variant_id"))
    stock.restock({variants[line]: count for line, count in kept.items() if count})
    return order.paid <= 0 or _pay_back(order, inside, now)


def _pay_back(order: Order, inside: Mapping[int, int], now: datetime) -> bool:
    try:
        refunds.request(
            order,
            reason=Refund.Reason.WITHDRAWN,
            now=now,
            lines=dict(inside),
            shipping=worth.delivery_due(order, inside),
        )
    except refunds.NotRefundable as error:
        record(order.pk, "withdrawal_not_refundable", now=now, detail=str(error), alert=True)
        return False
    return True


def _say_packed(order: Order, inside: Mapping[int, int], now: datetime) -> None:
    """Somebody must open a box again."""
    packed = order.shipments.filter(state=Shipment.State.PACKED, lines__line__in=inside)
    for parcel in packed.distinct():
        said = str(parcel.position)
        record(order.pk, "packed_parcel_changed", now=now, detail=said, alert=True)
