"""Staff see what waits, what is on its way and what went wrong, and do it for many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders.admin import glance, parcel_deeds, parcels_at_once
from orders.admin.looked_at import LookedAt
from orders.models import Order, Shipment
from orders.parcels import actions, many, services
from orders.parcels.labels import label

__all__ = ["ShipmentAdmin", "actions"]
State = Shipment.State


class ToDoFilter(admin.SimpleListFilter):
    title = _("what to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("send", _("to be sent")),
            ("transit", _("on its way")),
            ("decide", _("to send again or pay back")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> QuerySet[Shipment]:
        again = Shipment.objects.filter(replaces=OuterRef("pk")).exclude(state=State.CANCELLED)
        lost = queryset.filter(state__in=[State.LOST, State.RETURNED], delivered_at=None)
        found: dict[str | None, QuerySet[Shipment]] = {
            "send": queryset.filter(
                state__in=services.IN_THE_HOUSE, order__state=Order.State.CONFIRMED
            ),
            "transit": queryset.filter(state=State.SHIPPED),
            "decide": lost.filter(~Exists(again), order__closed_at=None),
        }
        return found.get(self.value(), queryset)


@admin.register(Shipment)
class ShipmentAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("shown_label", "shown_state", "pieces", "to", "carrier", "tracking")
    list_filter = (ToDoFilter, "state", "carrier", "created_at")
    list_select_related = ("order",)
    list_per_page = 100
    search_fields = ("order__number", "tracking")
    ordering = ("-created_at", "-pk")
    actions = ("slips", "ship", "export", "pack", "mark_delivered")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        found: QuerySet[Shipment] = super().get_queryset(request)
        return found.annotate(n=Sum("lines__quantity", default=0))

    @admin.display(description=_("parcel"), ordering="order__number")
    def shown_label(self, parcel: Shipment) -> str:
        return label(parcel)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, parcel: Shipment) -> SafeString:
        return glance.state(parcel)

    @admin.display(description=_("pieces"))
    def pieces(self, parcel: Any) -> int:
        return int(parcel.n)

    @admin.display(description=_("to"))
    def to(self, parcel: Shipment) -> str:
        return f"{parcel.order.delivery_country} {parcel.order.delivery_city}"

    def has_work_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.change_order")

    @admin.action(description=_("Packing slips"))
    def slips(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> HttpResponse:
        return parcels_at_once.to("slips", queryset)

    @admin.action(description=_("Send, with tracking codes"), permissions=["work"])
    def ship(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> HttpResponse:
        return parcels_at_once.to("ship", queryset)

    @admin.action(description=_("Addresses for the carrier (CSV)"), permissions=["work"])
    def export(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> HttpResponse:
        return parcels_at_once.export(request, queryset)

    @admin.action(description=_("Mark as packed"), permissions=["work"])
    def pack(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> None:
        outcome = many.pack(queryset.select_related("order"), now=timezone.now())
        said = ngettext("%(count)d parcel is packed.", "%(count)d parcels are packed.", outcome.n)
        self.message_user(request, said % {"count": outcome.n}, parcels_at_once.level(outcome.n))
        for fault in outcome.faults:
            self.message_user(request, fault, messages.WARNING)

    @admin.action(description=_("Mark as delivered"), permissions=["work"])
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> None:
        count = many.deliver(queryset.select_related("order"), now=timezone.now())
        said = ngettext("%(count)d parcel is delivered.", "%(count)d parcels are delivered.", count)
        self.message_user(request, said % {"count": count}, parcels_at_once.level(count))

    def get_urls(self) -> list[URLPattern]:
        whole, one = parcels_at_once.VIEWS, parcel_deeds.VIEWS
        ours = [(f"{name}/", name, view) for name, view in whole.items()]
        ours += [(f"<int:pk>/{name}/", name, view) for name, view in one.items()]
        return [
            *(
                path(where, self.admin_site.admin_view(view), name=f"orders_shipment_{name}")
                for where, name, view in ours
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The parcel's own page: what is in it, where it is, and what can be done with it."""
        return parcel_deeds.page(request, object_id)
