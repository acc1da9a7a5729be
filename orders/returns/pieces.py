"""Where the pieces of an order are: what may still be taken back, and what must be sent back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orders.models import Order, OrderLine, Refund, RefundLine, Return, ReturnLine
from orders.parcels import arrival

OUTSIDE = ("shipped", "delivered")
HERE = (Return.State.RECEIVED, Return.State.INSPECTED)
Wanted = Mapping[int, int]  # line key → pieces


@dataclass(frozen=True)
class Pieces:
    """Of one line, what nobody has taken back or paid back yet.

    ``inside`` never left the house, or came back to it; ``outside`` is with carrier or buyer.
    """

    line: OrderLine
    inside: int
    outside: int

    @property
    def all(self) -> int:
        return self.inside + self.outside


def left(order: Order) -> list[Pieces]:
    """Of every line, as the order lists them."""
    refunded = _refunded(order)
    returns = list(order.returns.exclude(state=Return.State.CANCELLED).prefetch_related("lines"))
    back = _summed(
        (row.line_id, _counted(one, row, refunded)) for one in returns for row in one.lines.all()
    )
    counted = {one.refund_id for one in returns}
    paid_back = _summed((key[1], n) for key, n in refunded.items() if key[0] not in counted)
    out, again = _sent(order)
    found = []
    for line in order.lines.select_related("variant__product").order_by("pk"):
        gone = back[line.pk] - min(back[line.pk], again[line.variant_id])
        free = max(0, line.quantity - gone - paid_back[line.pk])
        outside = max(0, min(free, out[line.variant_id] - back[line.pk]))
        found.append(Pieces(line, free - outside, outside))
    return found


def everything(found: Sequence[Pieces]) -> dict[int, int]:
    return {one.line.pk: one.all for one in found if one.all}


def split(found: Sequence[Pieces], wanted: Wanted) -> tuple[dict[int, int], dict[int, int]]:
    """What of it never left the house, and what must be sent back; never more than is left."""
    inside: dict[int, int] = {}
    outside: dict[int, int] = {}
    for one in found:
        asked = min(wanted.get(one.line.pk, 0), one.all)
        here = min(asked, one.inside)
        if here > 0:
            inside[one.line.pk] = here
        if asked > here:
            outside[one.line.pk] = asked - here
    return inside, outside


def _sent(order: Order) -> tuple[Counter[int], Counter[int]]:
    """By variant: what left the house, and what of it was sent again for something returned.

    A piece lost on the way that was sent again has left the house once.
    """
    parcels = arrival.family(order)
    if order.delivered_at and not parcels:  # of before there were parcels
        return Counter(dict(order.lines.values_list("variant_id", "quantity"))), Counter()
    out = arrival.contents([one for one in parcels if one.state in OUTSIDE or one.delivered_at])
    again = arrival.contents([one for one in parcels if one.order_id != order.pk])
    return out, again - arrival.contents([one for one in parcels if arrival.has_failed(one)])


def _refunded(order: Order) -> dict[tuple[int, int], int]:
    """Pieces by refund and line; a refund that staff refused paid nothing."""
    lines = RefundLine.objects.filter(refund__order=order)
    rows = lines.exclude(refund__state=Refund.State.REFUSED)
    found = rows.values_list("refund_id", "line_id", "quantity")
    return {(refund, line): quantity for refund, line, quantity in found}


def _counted(one: Return, row: ReturnLine, refunded: Mapping[tuple[int, int], int]) -> int:
    """As announced until it is here; then what arrived, or was paid for without it."""
    if one.state not in HERE:
        return row.quantity
    return max(row.received, refunded.get((one.refund_id or 0, row.line_id), 0))


def _summed(pairs: Iterable[tuple[int, int]]) -> Counter[int]:
    total: Counter[int] = Counter()
    for key, count in pairs:
        total[key] += count
    return total
