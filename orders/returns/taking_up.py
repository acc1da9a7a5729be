"""What a statement of withdrawal does to its order, once; what needs a person waits for staff."""

from __future__ import annotations

from datetime import datetime

from orders import checkout, sweeping
from orders.events import record
from orders.models import Order, Withdrawal
from orders.returns import period
from orders.returns.effects import effect
from orders.returns.pieces import Pieces, everything, left
from orders.returns.services import held

AT_ONCE = 50  # statements taken up in one run
UNPAID = Order.State.PLACED


def sweep(*, now: datetime) -> int:
    """Take up what no worker did. Safe to repeat and to run twice at once."""
    waiting = Withdrawal.objects.filter(taken_up_at=None).order_by("received_at")[:AT_ONCE]
    return sum(take_up(said, now=now, ask=False) for said in waiting)


def take_up(said: Withdrawal, *, now: datetime, ask: bool = True) -> bool:
    """Find the order of a statement and do what can be done without a person; True if done now.

    While a payment of it is under way nothing is decided: the sweep comes back. ``ask`` PayPal
    first whether anybody approved it.
    """
    order = said.order or named(said)
    if order is None:
        return _claimed(said, None, now)
    if order.state == UNPAID and not _let_go(order, now, ask=ask):
        return False
    with held(order) as mine:
        if not _claimed(said, mine, now):
            return False
        record(mine.pk, "withdrawal", now=said.received_at)
        if _done(said, mine, now):
            Withdrawal.objects.filter(pk=said.pk).update(handled_at=now)
    return True


def named(said: Withdrawal) -> Order | None:
    """The order with this number, if this address ordered it."""
    return Order.objects.filter(number__iexact=said.number, email__iexact=said.email).first()


def _claimed(said: Withdrawal, order: Order | None, now: datetime) -> bool:
    mine = Withdrawal.objects.filter(pk=said.pk, taken_up_at=None)
    return bool(mine.update(taken_up_at=now, order=order))


def _let_go(order: Order, now: datetime, *, ask: bool) -> bool:
    """Whether an unpaid order is over; it may have been paid meanwhile."""
    if ask:
        sweeping.give_up(order, now=now)
    checkout.cancel(order, now=now)
    order.refresh_from_db()
    return order.state != UNPAID


def _done(said: Withdrawal, order: Order, now: datetime) -> bool:
    """Whether nothing is left for staff to decide. The order's row is held."""
    if order.state in {Order.State.CANCELLED, Order.State.EXPIRED}:
        return True
    if order.replaces_id:  # it is the first order's contract
        record(order.pk, "withdrawal_of_redelivery", now=now, alert=True)
        return False
    if not period.in_time(order, said.received_at):
        record(order.pk, "withdrawal_late", now=now, alert=True)
        return False
    found = left(order)
    wanted = everything(found) if said.whole else _of_content(said, found)
    if not said.whole and said.content.get("words"):
        record(order.pk, "withdrawal_in_words", now=now, alert=True)
        return False
    return not wanted or effect(said, order, wanted, now=now)


def _of_content(said: Withdrawal, found: list[Pieces]) -> dict[int, int]:
    """The lines that the statement names, as many as are left."""
    asked = {line["sku"]: int(line["quantity"]) for line in said.content.get("lines", [])}
    counts = {one.line.pk: min(asked.get(one.line.sku, 0), one.all) for one in found}
    return {key: count for key, count in counts.items() if count}
