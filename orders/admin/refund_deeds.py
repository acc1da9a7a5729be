"""What staff does about refunds: ask, approve, refuse, ask anew, cancel a paid order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from orders.models import Order, Refund
from orders.refunds import cancelling, limits, preview, services
from orders.refunds.forms import RefundForm
from orders.refunds.preview import Preview
from orders.refunds.services import NotApprovable, NotRefundable

View: TypeAlias = Callable[[HttpRequest, int], HttpResponse]
FORMS = ["GET", "HEAD", "POST"]
MOST = 2**63  # keys are smaller


def page(request: HttpRequest, key: str) -> HttpResponse:
    """One refund: what it is, who asked and approved, and what can be decided now."""
    if not request.user.has_perm("orders.view_refund") or request.method not in {"GET", "HEAD"}:
        raise PermissionDenied
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Http404
    found = Refund.objects.select_related("order", "attempt", "requested_by", "approved_by")
    refund = get_object_or_404(found, pk=int(key))
    may = request.user.has_perm("orders.change_refund")
    waits = refund.state == Refund.State.REQUESTED and refund.approved_at is None
    context = {
        "refund": refund,
        "preview": preview.of_refund(refund),
        "waits": waits,
        "may": may,
        "why_not": services.why_not_approve(refund, _user(request)) if waits else "",
        "again": may and refund.state in services.OVER_UNPAID and not hasattr(refund, "anew"),
        "euro": refund.attempt.currency == "EUR",
    }
    return _shown(request, "orders/admin/refund.html", context, str(refund))


@require_http_methods(FORMS)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Step one: what and why, shown as it would be, then asked for. Another step approves it."""
    order = _order(request, pk, "orders.add_refund")
    form = RefundForm(order, request.POST if request.method == "POST" else None)
    shown = _previewed(form) if form.is_valid() else None
    if shown and "ask" in request.POST and form.cleaned_data["seen"] == form.digest():
        refund = _asked(request, form)
        if refund:
            return redirect("admin:orders_refund_change", refund.pk)
        shown = None
    context = {
        "order": order,
        "form": form,
        "preview": shown,
        "digest": form.digest() if shown else "",
        "left": limits.left(order),
    }
    title = _("Refund for order %(number)s") % {"number": order.number}
    return _shown(request, "orders/admin/refund_ask.html", context, title)


def _previewed(form: RefundForm) -> Preview | None:
    try:
        return preview.of_request(form.order, **form.wanted())
    except NotRefundable as reason:
        form.add_error(None, str(reason))
        return None


def _asked(request: HttpRequest, form: RefundForm) -> Refund | None:
    """The refund; that of the first click where this is the second."""
    said, by = form.cleaned_data, _user(request)
    wanted = form.wanted() | {"by": by, "position": said["position"]}
    try:
        return services.request(form.order, reason=said["reason"], now=timezone.now(), **wanted)
    except NotRefundable as reason:
        mine = form.order.refunds.filter(position=said["position"], requested_by=by)
        first = mine.filter(reason=said["reason"]).first()
        if first is None:
            form.add_error(None, str(reason))
        return first


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Step two: it is sent to PayPal."""
    refund = _refund(request, pk)
    try:
        won = services.approve(refund, by=_user(request), now=timezone.now())
    except NotApprovable as reason:
        messages.error(request, str(reason))
    else:
        done = _("Approved. It is sent to PayPal now.")
        _say(request, won, done)
    return redirect("admin:orders_refund_change", refund.pk)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    refund = _refund(request, pk)
    won = services.refuse(refund, by=_user(request), now=timezone.now())
    _say(request, won, _("Refused. Nothing goes back."))
    return redirect("admin:orders_refund_change", refund.pk)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    refund = _refund(request, pk)
    try:
        new = services.again(refund, by=_user(request), now=timezone.now())
    except NotRefundable as reason:
        messages.error(request, str(reason))
        first = getattr(refund, "anew", refund)  # where it was asked for before
        return redirect("admin:orders_refund_change", first.pk)
    messages.success(request, _("Asked for anew. It waits for approval."))
    return redirect("admin:orders_refund_change", new.pk)


@require_http_methods(FORMS)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End a paid order of which nothing left the house, and give everything back."""
    order = _order(request, pk, "orders.change_order")
    if request.method != "POST":
        context = {"order": order, "left": limits.left(order)}
        return _shown(request, "orders/admin/cancel.html", context, order.number)
    if cancelling.cancel_paid(order, now=timezone.now(), by=_user(request)):
        messages.success(request, _("The order is cancelled. What was paid goes back."))
        if order.refunds.filter(state=Refund.State.REQUESTED, approved_at=None).exists():
            messages.warning(request, _("So much waits until somebody else approves it."))
    else:
        messages.error(request, cancelling.why_not(order) or _("Nothing was done."))
    return redirect("admin:orders_order_change", order.pk)


def _say(request: HttpRequest, won: bool, done: str) -> None:
    if won:
        messages.success(request, done)
    else:
        messages.warning(request, _("Somebody decided on it before."))


def _order(request: HttpRequest, pk: int, permission: str) -> Order:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return get_object_or_404(Order, pk=pk if pk < MOST else 0)


def _refund(request: HttpRequest, pk: int) -> Refund:
    if not request.user.has_perm("orders.change_refund"):
        raise PermissionDenied
    return get_object_or_404(Refund, pk=pk if pk < MOST else 0)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _shown(
    request: HttpRequest, template: str, context: dict[str, Any], title: str
) -> HttpResponse:
    common = {**admin.site.each_context(request), "opts": Refund._meta, "title": title}
    return render(request, template, {**common, **context})


OF_ORDER: dict[str, View] = {"ask": ask, "cancel": cancel}
OF_REFUND: dict[str, View] = {"approve": approve, "refuse": refuse, "again": again}
