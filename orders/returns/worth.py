"""What a buyer gets back for what he withdraws from or sent back. EUR."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from orders import shipping
from orders.models import Order, Refund, Return
from orders.refunds import services as refunds
from orders.returns.pieces import Wanted, everything, left

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Worth:
    goods: Decimal
    delivery: Decimal

    @property
    def total(self) -> Decimal:
        return self.goods + self.delivery


def of(order: Order, wanted: Wanted) -> Worth | None:
    """As it would be paid back now; None where nothing was paid, or nothing of it is left."""
    last = dict(wanted) == everything(left(order))
    delivery = standard_delivery(order) if last else NOTHING
    try:
        share = refunds.share_of(order, lines=wanted, shipping=delivery or False)
    except refunds.NotRefundable:
        return None
    return Worth(share.amount - share.shipping, share.shipping)


def delivery_due(order: Order, taken: Wanted, *, of: Return | None = None) -> Decimal | bool:
    """What of the delivery goes back with a withdrawal: with the last piece of the order, once.

    ``taken``: pieces that go back now and are not written down as taken back yet. ``of``: the
    return that is paid back now.
    """
    if everything(left(order)) != dict(taken):
        return False
    withdrawn = order.returns.filter(reason=Return.Reason.WITHDRAWAL)
    others = withdrawn.exclude(state=Return.State.CANCELLED).exclude(pk=of.pk if of else 0)
    if others.filter(Q(refund=None) | Q(refund__state=Refund.State.REFUSED)).exists():
        return False
    return standard_delivery(order) or False


def standard_delivery(order: Order) -> Decimal:
    """What the buyer paid for delivery, but for what a dearer way than the cheapest cost more.

    Source: Art. 13(2) Directive 2011/83.
    """
    grams = sum(line.variant.weight_g * line.quantity for line in order.lines.all())
    goods = sum((line.gross for line in order.lines.all()), NOTHING)
    ways = shipping.options(order.delivery_country, grams, goods)
    mine = [way for way in ways if way.method.pk == order.shipping_method_id]
    cheapest = min((way.price for way in ways), default=order.shipping)
    if not mine or mine[0].price <= cheapest:  # it was the cheapest, or nobody knows any more
        return order.shipping
    return min(order.shipping, cheapest)
