"""How a refund is written down, before anyone at PayPal hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from orders import wording
from orders.events import move, record
from orders.models import Order, PaymentAttempt, Refund, RefundLine
from orders.parcels import closing
from orders.refunds.shares import Share


@dataclass(frozen=True)
class Cause:
    """Why, and who asked; None: the shop itself. ``waits``: somebody must approve it first.

    ``again_of``: the one that came to nothing and is asked for anew.
    """

    reason: str
    by: User | None = None
    waits: bool = False
    again_of: Refund | None = None


def write(attempt: PaymentAttempt, share: Share, cause: Cause, *, now: datetime) -> Refund:
    """Put a refund on record, under the order's lock; PayPal's request id with it."""
    order = attempt.order
    position = next_position(order)
    refund = Refund.objects.create(
        order=order,
        attempt=attempt,
        position=position,
        reason=cause.reason,
        amount=share.amount,
        shipping=share.shipping,
        request_id=wording.request_id(order, "ref", str(position)),
        requested_by=cause.by,
        again_of=cause.again_of,
        requested_at=now,
        approved_at=None if cause.waits else now,
        ask_at=now,
    )
    _write_lines(refund, share)
    record(order.pk, "refund_requested", now=now, detail=f"{position} {share.amount}")
    closing.reopen(order, now=now)
    if not cause.waits:
        send_soon(refund)
    return refund


def _write_lines(refund: Refund, share: Share) -> None:
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line=piece.line, quantity=piece.quantity, amount=piece.amount)
        for piece in share.pieces
    )


def write_external(attempt: PaymentAttempt, *, now: datetime, **values: Any) -> Refund:
    """Put a refund on record that PayPal told of and none of us asked for."""
    refund = Refund.objects.create(
        order=attempt.order,
        attempt=attempt,
        position=next_position(attempt.order),
        reason=Refund.Reason.EXTERNAL,
        requested_at=now,
        ask_at=now,
        **values,
    )
    closing.reopen(attempt.order, now=now)
    return refund


def step(refund: Refund, to: str, *, of: Iterable[str], now: datetime, **values: Any) -> bool:
    """A refund's next state; the event says which refund of the order it was."""
    said = f"{refund.position} {values.get('problem', '')}".strip()
    return move(refund, to, of=of, now=now, detail=said, **values)


def send_soon(refund: Refund) -> None:
    """Tell PayPal once this is committed; the sweeper does, where no worker can."""
    from orders import tasks  # which knows all of us

    transaction.on_commit(partial(tasks.send_refund.delay, refund.pk), robust=True)


def next_position(order: Order) -> int:
    return (order.refunds.aggregate(last=Max("position"))["last"] or 0) + 1


def name_of(refund: Refund) -> str:
    """What PayPal keeps beside a refund of ours, to tell it from one made by hand."""
    return f"{refund.attempt.order.custom_id}-ref-{refund.position}"
