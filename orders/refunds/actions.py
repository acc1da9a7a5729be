"""What can be done about an order's money now, and why not, for its page in the admin."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.admin.actions import Action, contributes
from orders.models import Order, Refund
from orders.money import euros
from orders.refunds import cancelling, services


@contributes
def actions(order: Order) -> list[Action]:
    refund = Action(
        _("Refund"),
        reverse("admin:orders_refund_ask", args=[order.pk]),
        services.why_not(order),
        permission="orders.add_refund",
    )
    cancel = Action(
        _("Cancel and give all of it back"),
        reverse("admin:orders_refund_cancel", args=[order.pk]),
        cancelling.why_not(order),
    )
    waiting = order.refunds.filter(state=Refund.State.REQUESTED, approved_at=None)
    return [refund, cancel, *(_decide(one) for one in waiting.order_by("position"))]


def _decide(refund: Refund) -> Action:
    said = _("Decide on the refund of %(amount)s") % {"amount": euros(refund.amount)}
    address = reverse("admin:orders_refund_change", args=[refund.pk])
    return Action(said, address, permission="orders.change_refund")
