"""What a buyer does about goods from the order's own page: send back, say so, report a loss."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orders.models import Order, Return
from orders.returns import doing, services
from orders.returns.forms import ReturnForm, SentForm
from orders.returns.pieces import left


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, token: str) -> HttpResponse:
    """Announce that something is wrong with what came."""
    order, now = get_object_or_404(Order, token=token), timezone.now()
    why_not = doing.why_not_send_back(order, now)
    if why_not:
        messages.error(request, why_not)
        return redirect("orders:order", token)
    expected = {"position": order.returns.count() + 1}
    said = request.POST if request.method == "POST" else None
    form = ReturnForm(said, initial=expected, left=left(order))
    if request.method == "POST" and form.is_valid() and _announced(order, form):
        return redirect("orders:order", token)
    may_withdraw = not doing.why_not_withdraw(order, now)
    page = {"form": form, "order": order, "may_withdraw": may_withdraw}
    return render(request, "orders/send_back.html", page)


def _announced(order: Order, form: ReturnForm) -> bool:
    said = form.cleaned_data
    try:
        notice = services.Notice(said["reason"], said["words"], said["position"])
        services.announce(order, form.chosen, notice, now=timezone.now())
    except services.NotReturnable:
        form.add_error(None, _("Some of this is on its way back already. Look at what is left."))
        return False
    return True


@require_POST
def say_sent(request: HttpRequest, token: str, position: int) -> HttpResponse:
    back, form = _return(token, position), SentForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["tracking"][0]))
    elif services.say_sent(back, tracking=form.cleaned_data["tracking"], now=timezone.now()):
        messages.success(request, _("Thank you. We watch out for your parcel."))
    else:
        messages.error(request, _("We knew that already, or it has arrived."))
    return redirect("orders:order", token)


@require_POST
def cancel(request: HttpRequest, token: str, position: int) -> HttpResponse:
    """He keeps it after all, as long as he has not sent it."""
    back = _return(token, position)
    waits = back.state == Return.State.ANNOUNCED
    if waits and services.cancel(back, now=timezone.now()):
        messages.success(request, _("Nothing is expected back from you any more."))
    else:
        messages.error(request, _("This cannot be taken back here any more. Please write to us."))
    return redirect("orders:order", token)


@require_POST
def missing(request: HttpRequest, token: str) -> HttpResponse:
    """A parcel did not arrive: staff is told, once until a parcel moves again."""
    order, now = get_object_or_404(Order, token=token), timezone.now()
    why_not = doing.why_not_missing(order, now)
    if why_not:
        messages.error(request, why_not)
    else:
        services.report_missing(order, now=now)
        messages.success(request, _("We ask the carrier where it is, and write to you."))
    return redirect("orders:order", token)


def _return(token: str, position: int) -> Return:
    return get_object_or_404(Return, order__token=token, position=position)
