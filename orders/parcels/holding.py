"""Who holds an order while its parcels change, and why a parcel may not leave."""

from __future__ import annotations

from django.db.models import Sum
from django.utils.translation import gettext as _

from orders.models import Order, PaymentAttempt, Refund
from orders.personal_data import carrier_named


def lineage(order: Order) -> list[Order]:
    """The order and those that it replaces, the first that was paid last."""
    found = [order]
    while found[-1].replaces is not None:
        found.append(found[-1].replaces)
    return found


def locked(order: Order) -> Order:
    """The order, its row and those of the orders it replaces locked, in the order of their keys."""
    keys = [one.pk for one in lineage(order)]
    rows = list(Order.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    return next(row for row in rows if row.pk == order.pk)


def held_back(order: Order) -> str:
    """Why nothing of it may leave the house, or empty."""
    if order.state != Order.State.CONFIRMED:
        return _("The order is %(state)s.") % {"state": order.get_state_display()}
    reviewed = PaymentAttempt.objects.filter(order__in=lineage(order))
    if reviewed.filter(state=PaymentAttempt.State.PENDING_REVIEW).exists():
        return _("PayPal is still reviewing a payment of this order.")
    if all_paid_back(order):
        return _("What was paid for this order went back, or is about to.")
    return _undeclared(order)


def _undeclared(order: Order) -> str:
    """Its address goes to a declared recipient only: the record of who was given it names him."""
    method = order.shipping_method
    if method is None or carrier_named(method.carrier):
        return ""
    said = {"carrier": method.carrier}
    return _("%(carrier)s is no carrier that the privacy page names: choose another.") % said


def all_paid_back(order: Order) -> bool:
    """Whether nothing is left of what was paid for it, or for the order that it replaces."""
    first = lineage(order)[-1]
    under_way = first.refunds.filter(state__in=Refund.UNDER_WAY).aggregate(sum=Sum("amount"))
    return first.total > 0 and first.paid <= (under_way["sum"] or 0)
