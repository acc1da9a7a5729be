"""What a person decides about a statement that the machine left: late, in words, or of no order."""

from __future__ import annotations

from datetime import datetime

from orders.events import record
from orders.models import Order, Withdrawal
from orders.returns.effects import effect
from orders.returns.pieces import Wanted
from orders.returns.services import NotNow, held


def accept(said: Withdrawal, order: Order, wanted: Wanted, *, now: datetime) -> bool:
    """Let a statement have its effect on these pieces; False if some of it still needs a person.

    Raises NotNow once somebody decided.
    """
    with held(order) as mine:
        waiting = Withdrawal.objects.filter(pk=said.pk, handled_at=None)
        if not waiting.update(order=mine, taken_up_at=said.taken_up_at or now, handled_at=now):
            raise NotNow
        record(mine.pk, "withdrawal_accepted", now=now)
        return effect(said, mine, wanted, now=now)


def dismiss(said: Withdrawal, *, now: datetime) -> bool:
    """It has no effect; False if somebody decided before."""
    waiting = Withdrawal.objects.filter(pk=said.pk, handled_at=None)
    won = bool(waiting.update(taken_up_at=said.taken_up_at or now, handled_at=now))
    if won and said.order_id:
        record(said.order_id, "withdrawal_dismissed", now=now)
    return won
