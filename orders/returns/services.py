"""Goods on their way back: announced, sent, received, or called off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from orders import letters
from orders.events import move, record
from orders.models import Order, Return, ReturnLine, Withdrawal
from orders.parcels.holding import locked
from orders.returns import emptied
from orders.returns.pieces import Wanted, left
from orders.unfinished import restart_clock, undecided

State = Return.State
COMING = (State.ANNOUNCED, State.SENT)
MISSING = "not_arrived"
NEVER_SENT = timedelta(days=60)  # after which an announced return is taken for dropped
AT_ONCE = 50  # returns called off in one run


class NotReturnable(Exception):
    """More was to be returned than left the house and is not back yet, or nothing at all."""


class NotNow(Exception):
    """The return is at another point: somebody else was a moment earlier."""


@contextmanager
def held(order: Order) -> Iterator[Order]:
    """One transaction in which nobody else takes back pieces of this order."""
    with transaction.atomic():
        yield locked(order)


@dataclass(frozen=True)
class Notice:
    """What a buyer says of what he sends back.

    ``position`` is the number his form took this return for: sent twice, it is one return.
    """

    reason: str
    words: str = ""
    position: int = 0


def announce(order: Order, wanted: Wanted, said: Notice, *, now: datetime) -> Return:
    """Expect these pieces back. Raises NotReturnable."""
    with held(order) as mine:
        known = mine.returns.filter(position=said.position, reason=said.reason, words=said.words)
        twice = next((one for one in known if _pieces_of(one) == wanted), None)
        return twice or _announced(mine, wanted, now, reason=said.reason, words=said.words)


def announce_withdrawn(
    order: Order, wanted: Wanted, withdrawal: Withdrawal, *, now: datetime
) -> Return:
    """Expect back what somebody withdrew from."""
    with held(order) as mine:
        return _announced(mine, wanted, now, reason="withdrawal", withdrawal=withdrawal)


def _pieces_of(back: Return) -> dict[int, int]:
    return dict(back.lines.values_list("line_id", "quantity"))


def _announced(order: Order, wanted: Wanted, now: datetime, **values: object) -> Return:
    outside = {one.line.pk: one.outside for one in left(order)}
    asked = {key: count for key, count in wanted.items() if count > 0}
    if not asked or any(count > outside.get(key, 0) for key, count in asked.items()):
        raise NotReturnable
    last = order.returns.aggregate(last=Max("position"))["last"] or 0
    back = Return.objects.create(order=order, position=last + 1, announced_at=now, **values)
    ReturnLine.objects.bulk_create(
        ReturnLine(goods_return=back, line_id=key, quantity=count) for key, count in asked.items()
    )
    record(order.pk, "return_announced", now=now, detail=back.reason)
    letters.return_announced(back)
    return back


def say_sent(back: Return, *, tracking: str, now: datetime) -> bool:
    """The buyer sent it: with a tracking code that is the proof the refund may wait for."""
    with transaction.atomic():
        return move(back, State.SENT, of=[State.ANNOUNCED], now=now, sent_at=now, tracking=tracking)


def cancel(back: Return, *, now: datetime) -> bool:
    """It is not coming after all; its pieces may be announced again."""
    with transaction.atomic():
        won = move(back, State.CANCELLED, of=COMING, now=now, settled_at=now)
        if won:
            restart_clock(back.order_id, now=now)
    return won


def call_off_silent(*, now: datetime) -> int:
    """Expect no longer what was announced long ago and never sent: its order may close."""
    old = Return.objects.filter(state=State.ANNOUNCED, announced_at__lt=now - NEVER_SENT)
    return sum(cancel(back, now=now) for back in old.order_by("announced_at")[:AT_ONCE])


def receive(back: Return, arrived: Mapping[int, int], *, now: datetime) -> None:
    """``{line of the return: pieces}`` that really arrived. Raises NotNow or NotReturnable."""
    lines = list(back.lines.all())
    counts = {line.pk: arrived.get(line.pk, 0) for line in lines}
    if not any(counts.values()) or any(not 0 <= counts[n.pk] <= n.quantity for n in lines):
        raise NotReturnable
    with held(back.order) as order:
        if not move(back, State.RECEIVED, of=COMING, now=now, received_at=now):
            raise NotNow
        for line in lines:
            ReturnLine.objects.filter(pk=line.pk).update(received=counts[line.pk])
        emptied.note(order, now=now)
        letters.return_received(back)


def open_for(order: Order) -> bool:
    """Whether goods are on their way back, or a statement waits for staff: no order closes then."""
    if order.withdrawals.filter(handled_at=None).exists():
        return True
    return order.returns.filter(undecided()).exists()


def report_missing(order: Order, *, now: datetime) -> None:
    """The buyer says that a parcel did not arrive: staff looks."""
    record(order.pk, MISSING, now=now, alert=True)
