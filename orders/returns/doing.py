"""What a buyer can do with an order now, and why not, where he cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from orders import days
from orders.models import Order, OrderEvent
from orders.parcels.periods import withdrawal_until
from orders.refunds.buyer import why_not_cancel
from orders.returns import period
from orders.returns.pieces import left
from orders.returns.services import MISSING

OVER = {Order.State.CANCELLED, Order.State.EXPIRED}


@dataclass(frozen=True)
class Deed:
    """A button of the order's page, or a line that says why there is none."""

    label: str
    url: str
    why_not: str = ""
    main: bool = False
    post: bool = False


def deeds(order: Order, now: datetime) -> list[Deed]:
    def at(name: str) -> str:
        return reverse(f"orders:{name}", args=[order.token])

    why_not = why_not_withdraw(order, now)
    cancel = Deed(_("Cancel the order"), at("cancel"))
    return [
        *([] if why_not_cancel(order) else [cancel]),
        Deed(_("Withdraw from contract"), at("withdraw-order"), why_not, main=True),
        Deed(_("Return or repair"), at("send-back"), why_not_send_back(order, now)),
        Deed(_("It did not arrive"), at("missing"), why_not_missing(order, now), post=True),
    ]


def served(order: Order) -> str:
    """How far a paid order is: paid, shipped or delivered."""
    if order.delivered_at:
        return "delivered"
    sent = any(parcel.shipped_at for parcel in order.shipments.all())
    return "shipped" if sent else "paid"


def went_back(order: Order) -> bool:
    """Whether all that was paid for it is gone, such as after a reversal: nothing is sent then."""
    return order.total > 0 and order.paid <= 0 and not order.replaces_id


def badge(order: Order) -> str:
    """What its badge says of a paid order; what is sent again was never paid."""
    how_far = served(order)
    if how_far == "paid" and order.replaces_id:
        return "packing"
    return "went_back" if how_far == "paid" and went_back(order) else how_far


def why_not_withdraw(order: Order, now: datetime) -> str:
    last = withdrawal_until(order)
    if order.replaces:
        return _("This came free in place of order %(number)s.") % {"number": order.replaces.number}
    if order.state in OVER:
        return _("This order is over.")
    if not period.in_time(order, now):
        return _("You could withdraw until %(day)s.") % {"day": days.day(last or order.closed_at)}
    if not any(one.all for one in left(order)):
        return _("Nothing of it is left to withdraw from.")
    return ""


def why_not_send_back(order: Order, now: datetime) -> str:
    if order.replaces:
        return _("This came free in place of order %(number)s.") % {"number": order.replaces.number}
    if order.state in OVER:
        return _("This order is over.")
    if not period.guaranteed(order, now):
        return _("The two years of the legal guarantee are over.")
    if not any(one.outside for one in left(order)):
        return _("Nothing of this order is with you.")
    return ""


def why_not_missing(order: Order, now: datetime) -> str:
    moved = _last_sent(order)
    if moved is None:
        return _("Nothing has been handed to the carrier yet.")
    told = OrderEvent.objects.filter(order=order, kind=MISSING, at__gte=moved).first()
    if told:
        return _("You told us on %(day)s. We are looking for it.") % {"day": days.day(told.at)}
    if order.state not in period.LIVING:
        return _("This order is over.")
    return ""


def _last_sent(order: Order) -> datetime | None:
    """When a parcel left last."""
    sent = order.shipments.exclude(shipped_at=None).order_by("-shipped_at").first()
    return sent.shipped_at if sent else order.delivered_at
