"""What staff finds when goods that came back are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from catalog import stock
from orders.events import move
from orders.models import Return, ReturnLine
from orders.returns import deciding
from orders.returns.services import NotNow, NotReturnable, held

State = Return.State


@dataclass(frozen=True)
class Finding:
    """What staff saw of one line of a return."""

    condition: str
    restocked: int  # pieces as new, back on the shelf


def inspect(back: Return, findings: Mapping[int, Finding], *, now: datetime) -> bool:
    """Each line's condition; what is as new goes back on the shelf, once.

    True if what is due was decided with it (``deciding.inspected``). Raises NotNow, or
    NotReturnable where more would go on the shelf than arrived.
    """
    with held(back.order):
        lines = [n for n in back.lines.select_related("line") if n.received]
        if any(not _fits(line, findings.get(line.pk)) for line in lines):
            raise NotReturnable
        if not move(back, State.INSPECTED, of=[State.RECEIVED], now=now, inspected_at=now):
            raise NotNow
        for line in lines:
            said = findings[line.pk]
            rows = ReturnLine.objects.filter(pk=line.pk)
            rows.update(condition=said.condition, restocked=said.restocked)
        _restock({line.line.variant_id: findings[line.pk].restocked for line in lines})
        return deciding.inspected(
            Return.objects.select_related("order", "refund").get(pk=back.pk), now=now
        )


def _fits(line: ReturnLine, said: Finding | None) -> bool:
    return said is not None and bool(said.condition) and 0 <= said.restocked <= line.received


def _restock(pieces: Mapping[int, int]) -> None:
    stock.restock({variant: count for variant, count in pieces.items() if count})
