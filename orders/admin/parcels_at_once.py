"""Pages for many parcels: slips to print, codes to type or paste, addresses for the carrier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from orders.models import Order, Shipment
from orders.parcels import handing_over, many, slips
from orders.parcels.handing_over import carrier_of
from orders.parcels.labels import label
from orders.parcels.services import IN_THE_HOUSE

MOST = 200  # parcels on one page: each is a row of fields
LONGEST = 50_000  # characters pasted
PAPER = ("a5", "a4")


def to(page: str, parcels: Iterable[Shipment]) -> HttpResponse:
    """On to a page about these parcels."""
    keys = ",".join(str(parcel.pk) for parcel in parcels)
    return redirect(f"{reverse(f'admin:orders_shipment_{page}')}?ids={keys}")


def level(count: int) -> int:
    return messages.SUCCESS if count else messages.WARNING


def _chosen(request: HttpRequest) -> list[Shipment]:
    """The parcels that ``ids`` names, as they were chosen; what is no key names none."""
    typed = (request.POST.get("ids") or request.GET.get("ids", "")).split(",")[:MOST]
    keys = [int(key) for key in typed if key.isascii() and key.isdecimal() and len(key) < 19]
    found = Shipment.objects.filter(pk__in=keys).exclude(state=Shipment.State.CANCELLED)
    return list(found.select_related("order__shipping_method").order_by("order__placed_at", "pk"))


def _may(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_safe
def slips_page(request: HttpRequest) -> HttpResponse:
    _may(request, "orders.view_shipment")
    parcels = _chosen(request)
    paper = request.GET.get("paper", "")
    context = {
        "slips": slips.of(parcels),
        "ids": ",".join(str(parcel.pk) for parcel in parcels),
        "paper": paper if paper in PAPER else PAPER[0],
    }
    return render(request, "orders/admin/slips.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ship(request: HttpRequest) -> HttpResponse:
    """Codes typed beside the parcels or pasted as lines: the good ones go, the others say why."""
    _may(request, "orders.change_order")
    outcome = many.Outcome()
    if request.method == "POST":
        outcome = many.ship(_wanted(request), now=timezone.now())
        count = len(outcome.sent)
        said = ngettext("%(count)d parcel was sent.", "%(count)d parcels were sent.", count)
        messages.add_message(request, level(count), said % {"count": count})
        if not outcome.faults:
            return redirect("admin:orders_shipment_changelist")
    return render(request, "orders/admin/ship.html", _ship_page(request, outcome))


def _wanted(request: HttpRequest) -> list[many.Wanted]:
    found = []
    for parcel in _chosen(request):
        code = request.POST.get(f"code-{parcel.pk}", "").strip()
        if code or request.POST.get(f"none-{parcel.pk}"):
            found.append(many.typed(parcel, code))
    return found + many.read(request.POST.get("pasted", "")[:LONGEST])


def _ship_page(request: HttpRequest, outcome: many.Outcome) -> dict[str, Any]:
    """What still waits, with what was typed wrong beside it: nothing is lost."""
    typed = {one.parcel.pk: one for one in outcome.faults if one.parcel and one.typed_beside}
    waiting = [p for p in _chosen(request) if p.state in IN_THE_HOUSE or p.pk in typed]
    pasted = [one for one in outcome.faults if not one.typed_beside]
    return {
        **admin.site.each_context(request),
        "title": _("Send parcels"),
        "rows": [(p, label(p), carrier_of(p), typed.get(p.pk)) for p in waiting],
        "ids": ",".join(str(parcel.pk) for parcel in waiting),
        "pasted": pasted,
        "kept": "\n".join(one.typed for one in pasted),
    }


def export(request: HttpRequest, parcels: QuerySet[Shipment]) -> HttpResponse:
    """The addresses of what waits, as a file; it is on record that the carrier has them."""
    _may(request, "orders.change_order")
    chosen = parcels.select_related("order").order_by("order__placed_at", "pk")[:MOST]
    table, held = handing_over.export(chosen, now=timezone.now())
    for parcel in held:
        said = _("%(parcel)s is not in the file: it may not leave.") % {"parcel": label(parcel)}
        messages.warning(request, said)
    answer = HttpResponse("\ufeff" + table, content_type="text/csv; charset=utf-8")
    name = f"parcels-{timezone.localtime():%Y%m%d-%H%M}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


VIEWS: dict[str, Callable[..., HttpResponse]] = {"slips": slips_page, "ship": ship}


class ParcelsOfOrders:
    """What staff does with all that waits of the orders that they chose in a list."""

    @admin.action(description=gettext_lazy("Packing slips"))
    def slips(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse:
        return to("slips", _waiting(queryset))

    @admin.action(description=gettext_lazy("Send, with tracking codes"), permissions=["work"])
    def ship(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse:
        return to("ship", _waiting(queryset))

    @admin.action(description=gettext_lazy("Addresses for the carrier (CSV)"), permissions=["work"])
    def export(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse:
        return export(request, _waiting(queryset))

    @admin.action(
        description=gettext_lazy("Mark what was shipped as delivered"), permissions=["work"]
    )
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        count = many.deliver_orders(queryset, now=timezone.now())
        said = ngettext("%(count)d parcel is delivered.", "%(count)d parcels are delivered.", count)
        messages.add_message(request, level(count), said % {"count": count})


def _waiting(orders: QuerySet[Order]) -> QuerySet[Shipment]:
    waiting = Shipment.objects.filter(order__in=orders.values("pk"), state__in=IN_THE_HOUSE)
    return waiting.order_by("order__placed_at", "pk")
