"""What a buyer does from the order's own page before anything was sent: cancel it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.models import Order
from orders.refunds import cancelling, limits


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Asks first; pressed, the order ends and everything goes back. Pressed twice, it ends once."""
    order = get_object_or_404(Order, token=token)
    why_not = why_not_cancel(order)
    if request.method != "POST" and not why_not:
        page = {"order": order, "back": limits.left(order)}
        return render(request, "orders/cancel.html", page)
    if not why_not and cancelling.cancel_paid(order, now=timezone.now()):
        messages.success(
            request, _("Your order is cancelled. We mail you once your money is back.")
        )
    elif order.state != Order.State.CANCELLED:
        messages.error(request, why_not or _("It has just been handed to the carrier."))
    return redirect("orders:order", token)


def why_not_cancel(order: Order) -> str:
    """For the buyer; empty while he can."""
    if order.state == Order.State.PLACED:
        return _("It is not paid. Leave it so, and it ends by itself; nothing is charged.")
    if order.state != Order.State.CONFIRMED:
        return _("This order is over.")
    if order.replaces:
        return _("This came free in place of order %(number)s.") % {"number": order.replaces.number}
    if not cancelling.can_cancel(order):
        return _("It has been handed to the carrier. You can withdraw from the contract.")
    return ""
