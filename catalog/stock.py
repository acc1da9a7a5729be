"""Stock, changed by conditional updates alone: what is promised is there.

Reserved when an order is placed, sold when it is paid, released when it expires or is cancelled.
Every call runs in the caller's transaction, or in its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import F

from catalog.models import Variant

RESERVE = "reserved = v.reserved + l.quantity", "v.active AND v.on_hand - v.reserved >= l.quantity"
RELEASE = "reserved = v.reserved - l.quantity", "v.reserved >= l.quantity"
SELL = (
    "reserved = v.reserved - l.quantity, on_hand = v.on_hand - l.quantity",
    "v.reserved >= l.quantity",
)
RESTOCK = "on_hand = v.on_hand + l.quantity", "true"
CHANGE = """
    WITH held AS (SELECT id FROM catalog_variant WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
    UPDATE catalog_variant AS v SET {change}
    FROM held JOIN (VALUES {rows}) AS l (id, quantity) USING (id)
    WHERE v.id = held.id AND {condition} RETURNING v.id
"""


class OutOfStock(Exception):
    """Less is there than was asked; nothing was reserved.

    ``short``: the keys of the variants that lack; ``available``: how many each of them has left.
    """

    def __init__(self, available: Mapping[int, int]) -> None:
        self.available = dict(available)
        self.short = sorted(self.available)
        super().__init__(f"Not enough in stock of variants {self.short}.")


class NotReserved(Exception):
    """More would be released or sold than is reserved: a fault of the caller; nothing changed."""


class BelowReserved(Exception):
    """Less would be on hand than orders have reserved; nothing changed."""


def correct(variant: int, change: int) -> None:
    """Pieces were counted, bought or broken: add ``change`` to what is there now.

    Raises BelowReserved, also for a variant that is not there.
    """
    enough = Variant.objects.filter(pk=variant, on_hand__gte=F("reserved") - change)
    if not enough.update(on_hand=F("on_hand") + change):
        raise BelowReserved(f"Cannot change the stock of variant {variant} by {change}.")


def reserve(quantities: Mapping[int, int]) -> None:
    """Put aside all of ``{variant key: quantity}``, or raise OutOfStock and put aside nothing."""
    with transaction.atomic():
        refused = _change(quantities, *RESERVE)
        if refused:
            raise OutOfStock(_left(refused))


def release(quantities: Mapping[int, int]) -> None:
    """Give back what was reserved. Raises NotReserved."""
    with transaction.atomic():
        if refused := _change(quantities, *RELEASE):
            raise NotReserved(f"Cannot release variants {sorted(refused)}.")


def restock(quantities: Mapping[int, int]) -> None:
    """What was sold is back on the shelf, such as an unopened return."""
    with transaction.atomic():
        _change(quantities, *RESTOCK)


def sell(quantities: Mapping[int, int]) -> None:
    """What was reserved leaves the shelf. Raises NotReserved."""
    with transaction.atomic():
        if refused := _change(quantities, *SELL):
            raise NotReserved(f"Cannot sell variants {sorted(refused)}.")


def _change(quantities: Mapping[int, int], change: str, condition: str) -> set[int]:
    """Lock the rows in the order of their keys and change all of them at once.

    One statement: a row that others changed while we waited for it is judged as they left it.
    Returns the keys of those that do not fulfil the condition; the caller then rolls back.
    """
    if any(quantity < 1 for quantity in quantities.values()):
        raise ValueError("A quantity is at least one.")
    if not quantities:
        return set()
    rows = ", ".join(["(%s::bigint, %s::integer)"] * len(quantities))
    values = [number for line in quantities.items() for number in line]
    statement = CHANGE.format(change=change, condition=condition, rows=rows)
    with connection.cursor() as cursor:
        cursor.execute(statement, [sorted(quantities), *values])
        return quantities.keys() - {key for (key,) in cursor.fetchall()}


def _left(keys: set[int]) -> dict[int, int]:
    """What is left of each; nothing of one that is not sold any more, or never was."""
    left = dict.fromkeys(keys, 0)
    for variant in Variant.objects.filter(pk__in=keys, active=True):
        left[variant.pk] = variant.available
    return left
