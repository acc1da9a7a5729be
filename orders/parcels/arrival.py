"""When all of an order is there, whatever was lost on the way and sent again or paid back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import QuerySet, Sum

from orders import letters
from orders.events import record
from orders.models import Order, Refund, RefundLine, Return, ReturnLine, Shipment, ShipmentLine
from orders.parcels.holding import lineage

State = Shipment.State
Pieces: TypeAlias = Counter[int]  # by the variant's key: a redelivery has lines of its own
NOT_BACK = frozenset(Refund.State) - frozenset(Refund.RETURNED_STATES)
UNFINISHED = {State.OPEN, State.PACKED, State.SHIPPED}


def something_arrived(order: Order, *, now: datetime) -> None:
    """The order, and each that it replaces, of which everything is there now, is delivered now.

    The withdrawal period counts from here; asked by who holds the rows (``holding.locked``).
    """
    for one in lineage(order):
        if is_complete(one):
            _delivered(one, by=order, now=now)


def _delivered(order: Order, *, by: Order, now: datetime) -> None:
    running = Order.objects.filter(pk=order.pk, state=Order.State.CONFIRMED)
    if running.update(delivered_at=now):
        record(order.pk, "order_delivered", now=now)
        if order.replaces_id is None:
            order.refresh_from_db()
            letters.order_delivered(order, by=by)


def is_complete(order: Order) -> bool:
    """Whether all that will come of it has come."""
    parcels = family(order)
    return any(parcel.delivered_at for parcel in parcels) and is_settled(order, parcels)


def is_settled(order: Order, parcels: Iterable[Shipment]) -> bool:
    """Whether nothing is under way, and what failed to arrive was sent again or paid back."""
    if any(parcel.state in UNFINISHED for parcel in parcels):
        return False
    failed = [parcel for parcel in parcels if has_failed(parcel)]
    return not (failed and owed(order, failed))


def family(order: Order) -> list[Shipment]:
    """Its parcels and those of its redeliveries, and of theirs; cancelled ones apart."""
    orders, found = [order.pk], list[Shipment]()
    while orders:
        found += Shipment.objects.filter(order__in=orders).exclude(state=State.CANCELLED)
        orders = list(Order.objects.filter(replaces__in=orders).values_list("pk", flat=True))
    return found


def has_failed(parcel: Shipment) -> bool:
    """Left the house and did not arrive."""
    return parcel.state in {State.LOST, State.RETURNED} and parcel.delivered_at is None


def owed(order: Order, failed: Iterable[Shipment], *, but: Collection[str] = NOT_BACK) -> Pieces:
    """Pieces of failed parcels that were neither sent again nor paid back.

    ``but``: the states of refunds that do not count.
    """
    first = lineage(order)[-1]
    if first.total > 0 and first.paid <= 0:
        return Counter()
    missing: Pieces = Counter()
    for parcel in failed:
        missing += contents([parcel]) - contents(sent_again(parcel))
    return missing - (refunded(first, but=but) - _sent_back(first))


def sent_again(parcel: Shipment) -> list[Shipment]:
    return list(parcel.replacements.exclude(state=State.CANCELLED))


def contents(parcels: Iterable[Shipment]) -> Pieces:
    keys = [parcel.pk for parcel in parcels]
    return _by_variant(ShipmentLine.objects.filter(shipment__in=keys))


def refunded(order: Order, *, but: Collection[str] = NOT_BACK) -> Pieces:
    rows = RefundLine.objects.filter(refund__order=order)
    return _by_variant(rows.exclude(refund__state__in=but))


def _sent_back(order: Order) -> Pieces:
    """What the buyer returns: its refund is not for what never arrived."""
    rows = ReturnLine.objects.filter(goods_return__order=order)
    return _by_variant(rows.exclude(goods_return__state=Return.State.CANCELLED))


def _by_variant(rows: QuerySet[Any]) -> Pieces:
    return Counter(dict(rows.values_list("line__variant").annotate(n=Sum("quantity"))))
