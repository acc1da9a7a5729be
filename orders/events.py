"""The axes change here, by one conditional statement each, and it leaves its event with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

from orders.axes import AXES
from orders.models import Order, OrderEvent, PaymentAttempt, Refund, Return, Shipment

Axis: TypeAlias = Order | PaymentAttempt | Refund | Shipment | Return

MOVE = """WITH moved AS ({update} RETURNING {order})
INSERT INTO orders_orderevent (order_id, kind, at, detail, alert)
SELECT {order}, %s, %s, %s, false FROM moved"""


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
    said = (detail or values.get("problem", ""))[:200]
    return bool(wanted) and _moved(rows, {"state": to, **values}, (f"{name}_{to}", now, said))


def _moved(rows: QuerySet[Any], values: dict[str, Any], event: tuple[Any, ...]) -> bool:
    """Django's own UPDATE of these rows, and an event for each that it changed."""
    query = cast("UpdateQuery", rows.query.chain(klass=UpdateQuery))
    query.add_update_values(values)
    update, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    order = "id" if rows.model is Order else "order_id"
    with connection.cursor() as cursor:
        cursor.execute(MOVE.format(update=update, order=order), (*parameters, *event))
        return bool(cursor.rowcount)
