"""What the order's page in the admin shows: the five axes, money, goods, and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders import totals
from orders.admin import actions, glance
from orders.admin.actions import Action
from orders.models import Order, OrderLine, Refund
from outbox.models import Message

ONE_OF_EACH: tuple[str, ...] = ("invoice", "replaces", "voucher")
SEVERAL_OF_EACH: tuple[str, ...] = (
    *("events", "replacements", "withdrawals", "differences", "invoice__credit_notes"),
    *("lines__shipped_as__shipment", "lines__returned_as__goods_return"),
    *("lines__refunded_as__refund", "shipments__lines__line", "returns__lines__line"),
    *("refunds__lines__line", "refunds__requested_by", "refunds__approved_by"),
)
SENT = ("shipped", "delivered", "lost", "returned")


@dataclass(frozen=True)
class Sums:
    """EUR. ``booked`` is what the order itself says is paid; the books agree with it or not."""

    total: Decimal
    captured: Decimal
    refunded: Decimal
    under_way: Decimal
    booked: Decimal

    @property
    def left(self) -> Decimal:
        return self.captured - self.refunded

    @property
    def agree(self) -> bool:
        return self.left == self.booked


@dataclass(frozen=True)
class Line:
    line: OrderLine
    sent: int
    back: int  # received again
    refunded: int


def with_everything(orders: QuerySet[Order]) -> QuerySet[Order]:
    """One statement for each kind of row, however many rows there are."""
    return orders.select_related(*ONE_OF_EACH).prefetch_related(*SEVERAL_OF_EACH)


def context(
    order: Order, user: AbstractBaseUser | AnonymousUser, *, now: datetime
) -> dict[str, Any]:
    return {
        "order": order,
        "axes": axes(order),
        "sums": sums(order),
        "totals": totals.of(order),
        "lines": [_line(line) for line in sorted(order.lines.all(), key=lambda n: n.pk)],
        "attempts": _by_position(order.attempts.all()),
        "refunds": _by_position(order.refunds.all()),
        "shipments": _by_position(order.shipments.all()),
        "returns": _by_position(order.returns.all()),
        "disputes": [d for attempt in order.attempts.all() for d in attempt.disputes.all()],
        "differences": [d for d in order.differences.all() if d.resolved_at is None],
        "events": sorted(order.events.all(), key=lambda e: (e.at, e.pk)),
        "mails": mails(order),
        "actions": [_allowed(action, user) for action in actions.of(order)],
        "age": glance.age(order.placed_at, now),
    }


def axes(order: Order) -> list[tuple[str, SafeString]]:
    none = glance.badge(_("none"))
    return [
        (_("Order"), glance.state(order)),
        (_("Payments"), glance.payment(order)),
        (_("Parcels"), glance.parcels(order) or none),
        (_("Refunds"), glance.counted(order.refunds.all()) or none),
        (_("Returns"), glance.counted(order.returns.all()) or none),
    ]


def sums(order: Order) -> Sums:
    under_way = (r.amount for r in order.refunds.all() if r.state in Refund.UNDER_WAY)
    return Sums(
        total=order.total,
        captured=glance.captured(order),
        refunded=glance.refunded(order),
        under_way=sum(under_way, Decimal("0.00")),
        booked=order.paid,
    )


def mails(order: Order) -> QuerySet[Message]:
    """What the outbox has about this order or anything that belongs to it."""
    rows: dict[str, Iterable[Any]] = {
        "order": [order],
        "attempt": order.attempts.all(),
        "payment": order.attempts.all(),
        "refund": order.refunds.all(),
        "shipment": order.shipments.all(),
        "return": order.returns.all(),
        "withdrawal": order.withdrawals.all(),
    }
    about = [f"{name}:{row.pk}" for name, found in rows.items() for row in found]
    found = Q(about__in=about) | Q(about__startswith=f"order:{order.pk}:")
    return Message.objects.filter(found).order_by("queued_at", "pk")


def _line(line: OrderLine) -> Line:
    return Line(
        line,
        sent=sum(s.quantity for s in line.shipped_as.all() if s.shipment.state in SENT),
        back=sum(r.received for r in line.returned_as.all()),
        refunded=sum(
            r.quantity for r in line.refunded_as.all() if r.refund.state in Refund.RETURNED_STATES
        ),
    )


def _by_position(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.position)


def _allowed(action: Action, user: AbstractBaseUser | AnonymousUser) -> Action:
    """Greyed for who may only look."""
    may: bool = user.has_perm(action.permission)  # type: ignore[union-attr]  # ours has it
    if may or action.why_not:
        return action
    return Action(action.label, "", _("you may look, not act"))
