"""How an order stands, as its page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from orders import story, totals
from orders.models import LIVE, Order, PaymentAttempt, Return
from orders.personal_data import kept
from orders.returns import doing, period
from orders.sweeping import held_until
from orders.totals import Totals

State = PaymentAttempt.State
FRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Face:
    page: str  # order, checking, pending, unpaid or ended
    kind: str
    totals: Totals
    payable_until: datetime


@dataclass(frozen=True)
class Paid:
    """What the page of a paid order says besides."""

    happened: list[story.Step]
    ahead: list[story.Step]
    clock: period.Clock | None
    deeds: list[doing.Deed]
    coming_back: list[Return]  # announced or sent, not here yet
    kept: list[kept.Fact]


def of(order: Order, *, now: datetime) -> Face:
    page, kind = _page(order, now)
    return Face(page, kind, totals.of(order), held_until(order))


def paid(order: Order, *, now: datetime) -> Paid:
    coming = order.returns.filter(state__in=[Return.State.ANNOUNCED, Return.State.SENT])
    return Paid(
        story.told(order),
        story.ahead(order),
        None if doing.why_not_withdraw(order, now) else period.clock(order, now),
        doing.deeds(order, now),
        list(coming.order_by("position").prefetch_related("lines__line")),
        kept.facts(order, now),
    )


def _page(order: Order, now: datetime) -> tuple[str, str]:
    if order.state in {Order.State.CANCELLED, Order.State.EXPIRED}:
        return "order" if order.confirmed_at else "ended", order.state
    if order.state == Order.State.PLACED:
        return _unpaid(order)
    badge = doing.badge(order)
    fresh = order.confirmed_at and now - order.confirmed_at < FRESH
    return "order", "fresh" if fresh and badge == "paid" else badge


def _unpaid(order: Order) -> tuple[str, str]:
    """By the payment that may still take money, else the last one that did or did not."""
    attempts = list(order.attempts.order_by("position"))
    telling = next((a for a in attempts if a.state in LIVE), None)
    taken = next((a for a in attempts if a.state == State.CAPTURED), None)
    attempt = taken or telling or (attempts[-1] if attempts else None)
    match attempt.state if attempt else "":
        case State.CAPTURED:
            return "checking", "odd_money"
        case State.PENDING_REVIEW:
            return "pending", "pending"
        case State.APPROVED | State.CAPTURING | State.UNKNOWN:
            return "checking", "unknown"
        case State.CREATED:
            return "checking", "no_paypal"
        case State.DECLINED:
            return "unpaid", "declined"
    return "unpaid", "refused" if attempt and attempt.problem else "open"
