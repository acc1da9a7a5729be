"""A return, or a withdrawal, that the buyer told staff of by telephone, letter or mail."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.models import Order, Return
from orders.parcels.holding import lineage
from orders.returns import services, taking_up, withdrawing
from orders.returns.forms import AnnounceForm, new_nonce
from orders.returns.pieces import everything, left


@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    order = lineage(get_object_or_404(Order, pk=pk if pk < 2**63 else 0))[-1]
    first = {
        "position": order.returns.count() + 1,
        "nonce": new_nonce(),
        "received_on": timezone.localdate(),
    }
    said = request.POST if request.method == "POST" else None
    form = AnnounceForm(said, initial=first, left=left(order))
    if form.is_valid() and _done(order, form):
        return redirect("admin:orders_order_change", order.pk)
    context = {
        **admin.site.each_context(request),
        "form": form,
        "order": order,
        "title": _("Announce a return for the buyer"),
        "opts": Return._meta,
    }
    return render(request, "orders/admin/announce.html", context)


def _done(order: Order, form: AnnounceForm) -> bool:
    said, now = form.cleaned_data, timezone.now()
    if said["reason"] == Return.Reason.WITHDRAWAL:
        received_at = min(now, datetime.combine(said["received_on"], time(12), tzinfo=now.tzinfo))
        kept = withdrawing.declare(_statement(order, form), now=received_at)
        taking_up.take_up(kept, now=now)
        return True
    try:
        notice = services.Notice(said["reason"], said["words"], said["position"])
        services.announce(order, form.chosen, notice, now=now)
    except services.NotReturnable:
        form.add_error(None, _("Some of this has not left the house, or is on its way back."))
        return False
    return True


def _statement(order: Order, form: AnnounceForm) -> withdrawing.Statement:
    return withdrawing.Statement(
        nonce=form.cleaned_data["nonce"],
        name=order.billing_name,
        number=order.number,
        email=order.email,
        language=order.language,
        whole=form.chosen == everything(form.left),
        lines=form.chosen,
        order=order,
    )
