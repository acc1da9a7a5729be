"""One statement of withdrawal: its page, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.models import Order, Withdrawal
from orders.parcels.holding import lineage
from orders.parcels.periods import withdrawal_until
from orders.returns import accepting, period
from orders.returns.pieces import left
from orders.returns.services import NotNow
from orders.returns.staff_forms import AcceptForm

View: TypeAlias = Callable[[HttpRequest, int], HttpResponse]


def page(request: HttpRequest, key: str) -> HttpResponse:
    may = request.user.has_perm("orders.view_withdrawal")
    if not may or request.method not in {"GET", "HEAD"}:
        raise PermissionDenied
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Http404
    return _page(request, _found(int(key)))


def _found(pk: int) -> Withdrawal:
    rows = Withdrawal.objects.select_related("order")
    return get_object_or_404(rows, pk=pk if pk < 2**63 else 0)


def _page(request: HttpRequest, said: Withdrawal, form: AcceptForm | None = None) -> HttpResponse:
    order = _order(request, said)
    waits = said.handled_at is None and request.user.has_perm("orders.change_order")
    if waits and form is None and order is not None:
        form = AcceptForm(left(order), whole=said.whole)
    context = {
        **admin.site.each_context(request),
        "said": said,
        "order": order,
        "mine": order is not None and order.email.lower() == said.email.lower(),
        "until": withdrawal_until(order) if order else None,
        "in_time": order is not None and period.in_time(order, said.received_at),
        "form": form if waits else None,
        "waits": waits,
        "asked": _asked(request, said),
        "title": said.number,
        "opts": Withdrawal._meta,
    }
    return render(request, "orders/admin/withdrawal.html", context)


def _asked(request: HttpRequest, said: Withdrawal) -> str:
    """The number to look under: as typed by the buyer, or by staff where that was wrong."""
    typed: str = request.POST.get("number") or request.GET.get("number") or said.number
    return typed.replace("\x00", "").strip()[:40]


def _order(request: HttpRequest, said: Withdrawal) -> Order | None:
    """The order of the contract: of a redelivery, the one that was bought."""
    order = said.order or _named(request, said)
    return lineage(order)[-1] if order else None


def _named(request: HttpRequest, said: Withdrawal) -> Order | None:
    return Order.objects.filter(number__iexact=_asked(request, said)).first()


def _waiting(request: HttpRequest, pk: int) -> Withdrawal:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    return _found(pk)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it have its effect on pieces that staff names."""
    said = _waiting(request, pk)
    order = _order(request, said)
    if order is None:
        messages.error(request, _("There is no order with this number."))
        return _back(said)
    form = AcceptForm(left(order), request.POST)
    if not form.is_valid():
        return _page(request, said, form)
    try:
        whole = accepting.accept(said, order, form.wanted, now=timezone.now())
    except NotNow:
        messages.warning(request, _("Nothing was done: somebody decided before."))
    else:
        if not whole:
            messages.warning(request, _("Some of it could not be done: see the order's alerts."))
    return _back(said)


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """It has no effect; the person is answered by mail."""
    said = _waiting(request, pk)
    if not accepting.dismiss(said, now=timezone.now()):
        messages.warning(request, _("Nothing was done: somebody decided before."))
    return _back(said)


def _back(said: Withdrawal) -> HttpResponse:
    return redirect("admin:orders_withdrawal_change", said.pk)


VIEWS: dict[str, View] = {"accept": accept, "dismiss": dismiss}
