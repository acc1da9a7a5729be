"""What happens to a parcel. Each change is one conditional update; its winner does the rest, once.

Whoever changes what is in which parcel, or whether it may go, holds the order's row meanwhile: a
cancellation and a parcel that leaves never both happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog import stock
from orders import letters
from orders.events import move, record
from orders.models import Order, Shipment, ShipmentLine
from orders.parcels import arrival, handing_over
from orders.parcels.holding import held_back, locked

State = Shipment.State
IN_THE_HOUSE = [State.OPEN, State.PACKED]
ON_ITS_WAY = [State.SHIPPED, State.LOST]  # what is lost may still turn up
OPEN = """
    WITH parcel AS (
        INSERT INTO orders_shipment
            (order_id, position, state, replaces_id, carrier, tracking, created_at)
        VALUES (%s, 1, %s, %s, '', '', %s) RETURNING id
    )
    INSERT INTO orders_shipmentline (shipment_id, line_id, quantity)
    SELECT parcel.id, line.id, line.quantity
    FROM parcel, orders_orderline AS line WHERE line.order_id = %s ORDER BY line.id
"""  # one statement: a payment is settled in few


class NotPossible(Exception):
    """It cannot be done; the text says why, in the reader's language."""


def open_parcel(order: Order, *, now: datetime, replaces: Shipment | None = None) -> None:
    """All of an order in one open parcel, inside the transaction that confirms the order."""
    with connection.cursor() as cursor:
        again = replaces.pk if replaces else None
        cursor.execute(OPEN, [order.pk, State.OPEN, again, now, order.pk])


def split(parcel: Shipment, lines: Mapping[int, int], *, now: datetime) -> Shipment:
    """Put pieces of an open parcel into a new one: ``{line key: quantity}``. Raises NotPossible."""
    with transaction.atomic():
        locked(parcel.order)
        _check_split(parcel, lines)
        _take(parcel, lines)
        last = parcel.order.shipments.aggregate(last=Max("position"))["last"]
        new = Shipment.objects.create(
            order=parcel.order, position=last + 1, created_at=now, replaces=parcel.replaces
        )
        _fill(new, lines)
        record(parcel.order_id, "parcel_split", now=now, detail=f"{parcel.position}, {last + 1}")
    return new


def _check_split(parcel: Shipment, lines: Mapping[int, int]) -> None:
    if not Shipment.objects.filter(pk=parcel.pk, state=State.OPEN).exists():
        raise NotPossible(_("Only an open parcel can be split."))
    held = pieces(parcel)
    if not lines or any(n < 1 for n in lines.values()):
        raise NotPossible(_("Choose at least one piece for the new parcel."))
    if any(n > held.get(key, 0) for key, n in lines.items()):
        raise NotPossible(_("More than is in this parcel."))
    if sum(lines.values()) == sum(held.values()):
        raise NotPossible(_("At least one piece must stay in this parcel."))


def pack(parcel: Shipment, *, now: datetime) -> bool:
    """It is packed and waits for the carrier. Raises NotPossible if the order may not go."""
    with transaction.atomic():
        _may_go(parcel)
        said = str(parcel.position)
        return move(parcel, State.PACKED, of=[State.OPEN], now=now, detail=said, packed_at=now)


@transaction.atomic
def unpack(parcel: Shipment, *, now: datetime) -> bool:
    said = str(parcel.position)
    return move(parcel, State.OPEN, of=[State.PACKED], now=now, detail=said, packed_at=None)


def ship(parcel: Shipment, *, now: datetime, tracking: str = "") -> bool:
    """The carrier has it: the buyer is told, once. False if it had left before.

    Raises NotPossible if the order may not go.
    """
    with transaction.atomic():
        _may_go(parcel)
        won = move(
            parcel,
            State.SHIPPED,
            of=IN_THE_HOUSE,
            now=now,
            detail=str(parcel.position),
            tracking=tracking,
            carrier=handing_over.carrier_of(parcel),
            shipped_at=now,
        )
        if won:
            parcel.refresh_from_db()
            handing_over.tell_carrier(parcel, now=now)
            letters.parcel_shipped(parcel)
    return won


def deliver(parcel: Shipment, *, now: datetime) -> bool:
    """It arrived; if with it everything did, the withdrawal period begins and the buyer is told."""
    with transaction.atomic():
        locked(parcel.order)
        said = str(parcel.position)
        won = move(parcel, State.DELIVERED, of=ON_ITS_WAY, now=now, detail=said, delivered_at=now)
        if won:
            arrival.something_arrived(parcel.order, now=now)
    return won


@transaction.atomic
def lose(parcel: Shipment, *, now: datetime) -> bool:
    """It did not arrive: staff sends it again or pays it back."""
    said = str(parcel.position)
    return move(parcel, State.LOST, of=[State.SHIPPED], now=now, detail=said)


def came_back(parcel: Shipment, *, now: datetime, restock: Mapping[int, int]) -> bool:
    """It is in the house again undelivered. ``restock``: pieces fit to be sold, by line key.

    Raises NotPossible if more would be put back than was in it.
    """
    held = pieces(parcel)
    if any(not 0 <= n <= held.get(key, 0) for key, n in restock.items()):
        raise NotPossible(_("More than is in this parcel."))
    with transaction.atomic():
        said = str(parcel.position)
        won = move(parcel, State.RETURNED, of=ON_ITS_WAY, now=now, detail=said, returned_at=now)
        if won:
            variants = dict(parcel.order.lines.values_list("pk", "variant_id"))
            stock.restock({variants[key]: n for key, n in restock.items() if n})
    return won


def nothing_left_the_house(order: Order) -> bool:
    """Whether it can still be stopped; asked by who holds the order's row."""
    return not order.shipments.exclude(state__in=[*IN_THE_HOUSE, State.CANCELLED]).exists()


def cancel_open(order: Order, *, now: datetime) -> int:
    """What has not left never will; how many parcels. Asked by who holds the order's row."""
    waiting = order.shipments.filter(state__in=IN_THE_HOUSE)
    return sum(
        move(parcel, State.CANCELLED, of=IN_THE_HOUSE, now=now, detail=str(parcel.position))
        for parcel in waiting
    )


def take_out(order: Order, lines: Mapping[int, int], *, now: datetime) -> dict[int, int]:
    """Keep pieces back that have not left: ``{line key: at most so many}``; what was kept back.

    A parcel that is empty then is cancelled. Their stock is the caller's.
    """
    kept: dict[int, int] = {}
    with transaction.atomic():
        locked(order)
        for parcel in order.shipments.filter(state__in=IN_THE_HOUSE).order_by("position"):
            wanted = {key: lines[key] - kept.get(key, 0) for key in lines}
            mine = {key: min(n, wanted.get(key, 0)) for key, n in pieces(parcel).items()}
            _take(parcel, {key: n for key, n in mine.items() if n > 0})
            kept |= {key: kept.get(key, 0) + n for key, n in mine.items() if n > 0}
            if not parcel.lines.exists():
                move(parcel, State.CANCELLED, of=IN_THE_HOUSE, now=now, detail=str(parcel.position))
    return kept


def pieces(parcel: Shipment) -> dict[int, int]:
    """What is in it, by the key of the order's line."""
    return dict(parcel.lines.values_list("line_id", "quantity"))


def _may_go(parcel: Shipment) -> None:
    """Hold the order's row; raise NotPossible if nothing of it may leave the house."""
    if reason := held_back(locked(parcel.order)):
        raise NotPossible(reason)


def _fill(parcel: Shipment, lines: Mapping[int, int]) -> None:
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=parcel, line_id=key, quantity=n) for key, n in lines.items()
    )


def _take(parcel: Shipment, lines: Mapping[int, int]) -> None:
    for row in parcel.lines.filter(line__in=lines):
        left = row.quantity - lines[row.line_id]
        if left:
            ShipmentLine.objects.filter(pk=row.pk).update(quantity=left)
        else:
            row.delete()
