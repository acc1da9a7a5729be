"""Refunds asked for, approved and refused. What is approved is sent by ``sending``.

request(order, reason="returned", now=now, lines={line.pk: 1})          # the shop itself
request(order, reason="goodwill", now=now, amount=Decimal(5), by=user)  # waits for approve()
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from orders.events import record
from orders.models import Order, PaymentAttempt, Refund
from orders.money import euros
from orders.refunds import limits, rows, shares
from orders.refunds.limits import COUNTED, NOTHING
from orders.refunds.rows import Cause
from orders.refunds.shares import NotRefundable, Share

__all__ = [
    "NotApprovable",
    "NotRefundable",
    "again",
    "approve",
    "open_for",
    "refuse",
    "request",
    "whole",
]

State = Refund.State
OVER_UNPAID = frozenset({State.FAILED, State.REFUSED})


class NotApprovable(Exception):
    """This person may not approve it, or nobody any more; its text says why."""


class Wanted(TypedDict, total=False):
    """What is to be paid back: parts, or an amount; of both, these parts for that amount.

    ``lines``: pieces by line. ``shipping``: all that is left of it, or at most an amount.
    ``by``: who of the staff asks; it then waits for ``approve``, unless it is ``approved``.
    ``position``: the refund of the order that he saw it would be.
    """

    amount: Decimal | None
    lines: Mapping[int, int] | None
    shipping: bool | Decimal
    by: User | None
    approved: bool
    position: int


@transaction.atomic
def request(order: Order, *, reason: str, now: datetime, **wanted: Unpack[Wanted]) -> Refund:
    """Ask for money to go back; never more than is left. Raises NotRefundable.

    Parts are worth what they cost; where less than that is left, it is what is left.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if wanted.get("position", rows.next_position(locked)) != rows.next_position(locked):
        raise NotRefundable(_("Meanwhile another refund of this order was asked for. Look again."))
    attempt, left = _source(locked)
    share = _share(locked, left, wanted)
    by = wanted.get("by")
    waits = by is not None and not wanted.get("approved", False)
    return rows.write(attempt, share, Cause(reason, by, waits), now=now)


@transaction.atomic
def whole(order: Order, *, reason: str, now: datetime, by: User | None = None) -> Refund | None:
    """Give back everything not given back yet; None where nothing is left.

    At once, unless somebody of the staff asks for so much that another must approve it.
    What still waits for approval of a part of it is refused: this is more.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    attempt = limits.paying(locked)
    for part in Refund.objects.filter(attempt=attempt, state=State.REQUESTED, approved_at=None):
        rows.step(part, State.REFUSED, of=[State.REQUESTED], now=now, settled_at=now)
    left = limits.left_of(attempt) if attempt else NOTHING
    if attempt is None or left <= 0:
        return None
    waits = by is not None and left >= settings.REFUND_FOUR_EYES_FROM
    return rows.write(attempt, shares.of_rest(locked, left), Cause(reason, by, waits), now=now)


@transaction.atomic
def again(refund: Refund, *, by: User, now: datetime) -> Refund:
    """Ask anew for one that failed or was refused; it waits for approval. Raises NotRefundable."""
    locked = Order.objects.select_for_update().get(pk=refund.order_id)
    refund.refresh_from_db()
    left = limits.left_of(refund.attempt)
    if refund.state not in OVER_UNPAID:
        raise NotRefundable(_("This refund is not over."))
    if hasattr(refund, "anew"):
        raise NotRefundable(_("It was asked for anew already."))
    if left <= 0:
        raise NotRefundable(_("Everything was paid back, or is about to be."))
    wanted = {row.line_id: row.quantity for row in refund.lines.all()}
    parts = shares.of_parts(locked, wanted, refund.shipping)
    share = parts.cut_to(min(left, refund.amount))
    cause = Cause(refund.reason, by, waits=True, again_of=refund)
    return rows.write(refund.attempt, share, cause, now=now)


def share_of(order: Order, **wanted: Unpack[Wanted]) -> Share:
    """What a request comes to, as things stand. Raises NotRefundable."""
    return _share(order, _source(order)[1], wanted)


def _source(order: Order) -> tuple[PaymentAttempt, Decimal]:
    """The payment to take it from, and what is left of it."""
    attempt = limits.paying(order)
    if attempt is None:
        raise NotRefundable(_("Nothing was paid for this order."))
    left = limits.left_of(attempt)
    if left <= 0:
        raise NotRefundable(_("Everything was paid back, or is about to be."))
    return attempt, left


def _share(order: Order, left: Decimal, wanted: Wanted) -> Share:
    lines, shipping = wanted.get("lines") or {}, wanted.get("shipping", False)
    amount = wanted.get("amount")
    if not lines and shipping is False:
        return Share(shares.checked(amount or NOTHING, most=left))
    parts = shares.of_parts(order, lines, shipping)
    if amount is not None:
        return parts.cut_to(shares.checked(amount, most=min(left, parts.amount)))
    if parts.amount <= 0:
        raise NotRefundable(_("Nothing was paid for this."))
    return parts.cut_to(min(left, parts.amount))


def why_not(order: Order) -> str:
    """Why nothing of it can be paid back, or empty."""
    try:
        _source(order)
    except NotRefundable as reason:
        return str(reason)
    return ""


def open_for(order: Order) -> bool:
    """Whether money is on its way back, or somebody decides whether it goes."""
    return order.refunds.filter(state__in=Refund.UNDER_WAY).exists()


@transaction.atomic
def approve(refund: Refund, *, by: User, now: datetime) -> bool:
    """Let a refund go, once; False if somebody decided before. Raises NotApprovable."""
    Order.objects.select_for_update().get(pk=refund.order_id)
    if reason := why_not_approve(refund, by):
        raise NotApprovable(reason)
    waiting = Refund.objects.filter(pk=refund.pk, state=State.REQUESTED, approved_at=None)
    if not waiting.update(approved_by=by, approved_at=now, ask_at=now, asked=0):
        return False
    record(refund.order_id, "refund_approved", now=now, detail=str(refund.position))
    rows.send_soon(refund)
    return True


def why_not_approve(refund: Refund, by: User) -> str:
    """Why this person may not let it go, or empty."""
    if limits.left_of(refund.attempt) < 0:
        return _("Meanwhile so much was paid back that less than this is left.")
    if needs_another(refund, by):
        return _("From %(amount)s on, somebody else than who asked for it must approve.") % {
            "amount": euros(settings.REFUND_FOUR_EYES_FROM)
        }
    return ""


@transaction.atomic
def refuse(refund: Refund, *, by: User, now: datetime) -> bool:
    """Say no to a refund nobody approved yet; False if somebody decided before."""
    Order.objects.select_for_update().get(pk=refund.order_id)
    refund.refresh_from_db()
    if refund.approved_at:
        return False
    return rows.step(
        refund, State.REFUSED, of=[State.REQUESTED], now=now, approved_by=by, settled_at=now
    )


def needs_another(refund: Refund, by: User) -> bool:
    """Whether who asked may not approve it himself: it is large, or his others of this order are.

    Otherwise a large refund would be several small ones.
    """
    if refund.requested_by_id != by.pk:
        return False
    alone = Refund.objects.filter(order=refund.order_id, requested_by=by, state__in=COUNTED)
    mine = alone.filter(approved_by=F("requested_by")).exclude(pk=refund.pk)
    so_far = mine.aggregate(sum=Sum("amount"))["sum"] or NOTHING
    return bool(so_far + refund.amount >= settings.REFUND_FOUR_EYES_FROM)
