"""One return: its page, and what staff does with it there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from orders.admin import glance
from orders.models import Return
from orders.parcels.services import NotPossible
from orders.refunds.services import NotRefundable
from orders.returns import again, deciding, inspecting, services
from orders.returns.forms import SentForm
from orders.returns.staff_forms import InspectForm, PayForm, ReceiveForm

View: TypeAlias = Callable[[HttpRequest, int], HttpResponse]
Step: TypeAlias = Callable[[HttpRequest, Return, Any], object]
State = Return.State
ELSEWHERE = gettext_lazy("Nothing was done: the return is elsewhere by now.")


def page(request: HttpRequest, key: str) -> HttpResponse:
    if not request.user.has_perm("orders.view_return") or request.method not in {"GET", "HEAD"}:
        raise PermissionDenied
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Http404
    return _page(request, _found(int(key)))


def _found(pk: int) -> Return:
    rows = Return.objects.select_related("order", "refund", "withdrawal")
    return get_object_or_404(rows, pk=pk if pk < 2**63 else 0)


def _page(request: HttpRequest, back: Return, **filled: Any) -> HttpResponse:
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        "back": back,
        "badge": glance.state(back),
        "due": deciding.due(back),
        "waits": deciding.waits_for_goods(back),
        "overdue": deciding.is_overdue(back, now),
        "lines": back.lines.select_related("line").order_by("pk"),
        "forms": {**_forms(back), **filled} if _may(request) else {},
        "title": back.label,
        "opts": Return._meta,
    }
    return render(request, "orders/admin/return.html", context)


def _forms(back: Return) -> dict[str, Any]:
    """What can be done with it now, by what is to be filled in for it."""
    found: dict[str, Any] = {}
    if back.state in services.COMING:
        found |= {"receive": ReceiveForm(back), "cancel": True}
    if back.state == State.ANNOUNCED:
        found["sent"] = SentForm()
    if back.state == State.RECEIVED:
        found["inspect"] = InspectForm(back)
    if deciding.may_pay_back(back):
        found["pay"] = PayForm()
    if deciding.may_decide(back):
        found |= {"again": True, "leave": True}
    return found


def _may(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("orders.change_order"))


def _deed(name: str, form: Callable[[Return, Any], Any] | None, step: Step) -> View:
    """A button, with what is filled in beside it; what is wrong there is shown on the page."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if not _may(request):
            raise PermissionDenied
        back = _found(pk)
        filled = form(back, request.POST) if form else None
        if filled is not None and not filled.is_valid():
            return _page(request, back, **{name: filled})
        _take(step, request, back, filled)
        return redirect("admin:orders_return_change", back.pk)

    return view


def _take(step: Step, request: HttpRequest, back: Return, filled: Any) -> None:
    try:
        if step(request, back, filled) is False:
            messages.warning(request, str(ELSEWHERE))
    except (services.NotNow, services.NotReturnable):
        messages.warning(request, str(ELSEWHERE))
    except (NotRefundable, NotPossible) as reason:
        messages.error(request, str(reason))


def _sent_form(back: Return, data: Any) -> SentForm:
    return SentForm(data)


def _pay_form(back: Return, data: Any) -> PayForm:
    return PayForm(data)


def _receive(request: HttpRequest, back: Return, form: ReceiveForm) -> None:
    services.receive(back, form.arrived, now=timezone.now())


def _inspect(request: HttpRequest, back: Return, form: InspectForm) -> None:
    if inspecting.inspect(back, form.findings, now=timezone.now()):
        messages.success(request, _("It is paid back."))


def _sent(request: HttpRequest, back: Return, form: SentForm) -> bool:
    tracking = form.cleaned_data["tracking"]
    return services.say_sent(back, tracking=tracking, now=timezone.now())


def _cancel(request: HttpRequest, back: Return, form: None) -> bool:
    return services.cancel(back, now=timezone.now())


def _pay(request: HttpRequest, back: Return, form: PayForm) -> None:
    if not isinstance(request.user, User):
        raise PermissionDenied
    amount = form.cleaned_data["amount"]
    deciding.pay_back(back, by=request.user, now=timezone.now(), amount=amount)
    messages.success(request, _("The refund waits for approval on the order's page."))


def _again(request: HttpRequest, back: Return, form: None) -> None:
    made = again.send_again(back, now=timezone.now())
    numbers = ", ".join(order.number for order in made)
    messages.success(request, _("It is sent again as order %(number)s.") % {"number": numbers})


def _leave(request: HttpRequest, back: Return, form: None) -> None:
    deciding.leave_it(back, now=timezone.now())


VIEWS: dict[str, View] = {
    "receive": _deed("receive", ReceiveForm, _receive),
    "inspect": _deed("inspect", InspectForm, _inspect),
    "sent": _deed("sent", _sent_form, _sent),
    "pay": _deed("pay", _pay_form, _pay),
    "cancel": _deed("cancel", None, _cancel),
    "again": _deed("again", None, _again),
    "leave": _deed("leave", None, _leave),
}
