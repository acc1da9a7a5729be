"""One parcel: its page, and what staff does with it there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.admin import glance
from orders.models import Shipment
from orders.parcels import carriers, forms, redelivery, services
from orders.parcels.actions import of_parcel
from orders.parcels.handing_over import carrier_of
from orders.parcels.holding import held_back
from orders.parcels.labels import label
from orders.parcels.services import NotPossible

View: TypeAlias = Callable[[HttpRequest, int], HttpResponse]
Deed: TypeAlias = Callable[[Shipment], bool]


def page(request: HttpRequest, key: str) -> HttpResponse:
    if not request.user.has_perm("orders.view_shipment") or request.method not in {"GET", "HEAD"}:
        raise PermissionDenied
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Http404
    found = Shipment.objects.select_related("order", "replaces__order")
    parcel = get_object_or_404(found, pk=int(key))
    events = parcel.order.events.filter(
        Q(kind__startswith="shipment_") | Q(kind__in=["carrier_told", "redelivered"])
    )
    context = {
        **_context(parcel),
        **admin.site.each_context(request),
        "badge": glance.state(parcel),
        "carrier": carrier_of(parcel),
        "url": carriers.tracking_url(parcel),
        "parts": parcel.lines.select_related("line__variant").order_by("line__pk"),
        "events": events.filter(detail__in=["", str(parcel.position)]).order_by("at", "pk"),
        "replacements": redelivery.of(parcel),
        "actions": of_parcel(parcel, held_back(parcel.order))
        if request.user.has_perm("orders.change_order")
        else [],
    }
    return render(request, "orders/admin/parcel.html", context)


def _context(parcel: Shipment) -> dict[str, Any]:
    return {"parcel": parcel, "title": label(parcel), "opts": Shipment._meta}


def _parcel(request: HttpRequest, pk: int) -> Shipment:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    return get_object_or_404(Shipment.objects.select_related("order"), pk=pk if pk < 2**63 else 0)


def _typed(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _back(parcel: Shipment) -> HttpResponse:
    return redirect("admin:orders_shipment_change", parcel.pk)


def _button(deed: Deed) -> View:
    """A deed that asks for nothing more than its button."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        parcel = _parcel(request, pk)
        try:
            if not deed(parcel):
                messages.warning(request, _("Nothing was done: the parcel is elsewhere by now."))
        except NotPossible as reason:
            messages.error(request, str(reason))
        return _back(parcel)

    return view


pack = _button(lambda parcel: services.pack(parcel, now=timezone.now()))
unpack = _button(lambda parcel: services.unpack(parcel, now=timezone.now()))
deliver = _button(lambda parcel: services.deliver(parcel, now=timezone.now()))
lose = _button(lambda parcel: services.lose(parcel, now=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    parcel = _parcel(request, pk)
    most = services.pieces(parcel)
    form = forms.PiecesForm(forms.rows(parcel, most, all_of_it=False), _typed(request))
    if form.is_valid():
        try:
            services.split(parcel, form.pieces(), now=timezone.now())
        except NotPossible as reason:
            form.add_error(None, str(reason))
        else:
            return _back(parcel)
    said = _("Pieces chosen here go into a new parcel; the others stay.")
    return _ask(request, parcel, form, (_("Split the parcel"), said))


@require_http_methods(["GET", "HEAD", "POST"])
def came_back(request: HttpRequest, pk: int) -> HttpResponse:
    parcel = _parcel(request, pk)
    form = forms.PiecesForm(
        forms.rows(parcel, services.pieces(parcel), all_of_it=True),
        _typed(request),
    )
    if form.is_valid():
        if services.came_back(parcel, now=timezone.now(), restock=form.pieces()):
            return _back(parcel)
        form.add_error(None, _("Nothing was done: the parcel is elsewhere by now."))
    said = _("It came back undelivered. Pieces chosen here are as new and go back on the shelf.")
    return _ask(request, parcel, form, (_("It came back"), said))


@require_http_methods(["GET", "HEAD", "POST"])
def redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    parcel = _parcel(request, pk)
    most = forms.rows(parcel, redelivery.redeliverable(parcel), all_of_it=True)
    form = forms.RedeliveryForm(parcel, most, _typed(request))
    if form.is_valid():
        try:
            order = redelivery.redeliver(parcel, form.wish(), now=timezone.now())
        except NotPossible as reason:
            form.add_error(None, str(reason))
        else:
            said = _("It is sent again as order %(number)s.") % {"number": order.number}
            messages.success(request, said)
            LogEntry.objects.log_actions(
                int(request.user.pk or 0), [order], ADDITION, single_object=True
            )
            return redirect("admin:orders_shipment_change", order.shipments.latest("pk").pk)
    said = redelivery.why_not(parcel) or _("The buyer pays nothing and gets a mail about it.")
    return _ask(request, parcel, form, (_("Send again"), said))


def _ask(
    request: HttpRequest, parcel: Shipment, form: forms.PiecesForm, words: tuple[str, str]
) -> HttpResponse:
    context = {**_context(parcel), **admin.site.each_context(request), "form": form}
    context |= {"heading": words[0], "said": words[1], "title": f"{label(parcel)}: {words[0]}"}
    return render(request, "orders/admin/pieces.html", context)


VIEWS: dict[str, View] = {
    "pack": pack,
    "unpack": unpack,
    "deliver": deliver,
    "lose": lose,
    "split": split,
    "came-back": came_back,
    "redeliver": redeliver,
}
