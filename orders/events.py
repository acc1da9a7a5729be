"""The axes change here, by one conditional update each, and each change leaves an event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from orders.axes import AXES
from orders.models import Order, OrderEvent, PaymentAttempt, Refund, Return, Shipment

Axis: TypeAlias = Order | PaymentAttempt | Refund | Shipment | Return


def record(
    order_id: int, kind: str, *, now: datetime, detail: str = "", alert: bool = False
) -> None:
    OrderEvent.objects.create(
        order_id=order_id, kind=kind, at=now, detail=detail[:200], alert=alert
    )


def move(
    row: Axis, to: str, *, of: Iterable[str], now: datetime, detail: str = "", **values: Any
) -> bool:
    """Change a row's state if it is one of ``of``; True for the one caller who did it.

    ``values`` are written with it, ``detail`` (else the ``problem``) into the event. Raises
    ValueError for a way that the axis does not have.
    """
    name, ways = AXES[type(row)]
    wanted = {str(state) for state in of}
    if not wanted <= ways.get(to, frozenset()):
        raise ValueError(f"No way on the axis {name} from {sorted(wanted)} to {to}.")
    rows = type(row)._default_manager.filter(pk=row.pk, state__in=wanted)
    won = rows.update(state=to, **values)
    if won:
        order_id = row.pk if isinstance(row, Order) else row.order_id
        record(order_id, f"{name}_{to}", now=now, detail=detail or values.get("problem", ""))
    return bool(won)
