"""What staff does on an order's page by one button, and what the page says about it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders import checkout, payments, sweeping
from orders.admin.actions import Action, contributes
from orders.models import LIVE, Order


def _order(request: HttpRequest, pk: int) -> Order:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    return get_object_or_404(Order, pk=pk)


def _back(order: Order) -> HttpResponse:
    return redirect("admin:orders_order_change", order.pk)


@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looked at what the order raised an alert for."""
    order = _order(request, pk)
    order.events.filter(alert=True).update(alert=False)
    return _back(order)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask PayPal now how an open payment stands, as the sweeper would in a while."""
    order, silence = _order(request, pk), ""
    for attempt in order.attempts.filter(state__in=LIVE):
        silence = payments.ask(attempt, now=timezone.now()) or silence
    if silence:
        messages.warning(request, _("PayPal gave no answer. We go on asking by ourselves."))
    return _back(order)


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """End an order that nobody paid, at the buyer's word; PayPal is asked first."""
    order = _order(request, pk)
    if request.method != "POST":
        return render(request, "orders/admin/drop.html", {"order": order, "title": order.number})
    if order.state == Order.State.PLACED:
        sweeping.give_up(order, now=timezone.now())
    if order.state != Order.State.PLACED or not checkout.cancel(order, now=timezone.now()):
        messages.error(request, _("This order cannot be cancelled: it is paid, or may be."))
    return _back(order)


VIEWS: dict[str, Callable[..., HttpResponse]] = {"seen": seen, "ask": ask, "drop": drop}


def _url(name: str, order: Order) -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


@contributes
def actions(order: Order) -> list[Action]:
    alerts = [event for event in order.events.all() if event.alert]
    found = [Action(_("Mark as looked at"), _url("seen", order), post=True)] if alerts else []
    open_payment = any(attempt.state in LIVE for attempt in order.attempts.all())
    if order.state == Order.State.PLACED or open_payment:
        why_not = "" if open_payment else _("no payment is open")
        found.append(Action(_("Ask PayPal now"), _url("ask", order), why_not, post=True))
    return [*found, Action(_("Cancel the unpaid order"), _url("drop", order), _why_kept(order))]


def _why_kept(order: Order) -> str:
    if order.state != Order.State.PLACED:
        return _("it is no longer waiting to be paid")
    states = {attempt.state for attempt in order.attempts.all()}
    if states & {"captured", "pending_review", "approved", "capturing"}:
        return _("money was taken, or may be")
    return ""
