"""Staff see how each order stands, and what waits. Money and addresses are nobody's to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.admin import at_once, glance, order_page
from orders.admin.filters import WorkFilter
from orders.admin.looked_at import LookedAt
from orders.admin.parcels_at_once import ParcelsOfOrders
from orders.admin.search import matching
from orders.models import Order, OrderEvent


@admin.register(Order)
class OrderAdmin(ParcelsOfOrders, LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = (
        *("shown_number", "age", "shown_state", "payment", "parcels", "afterwards"),
        *("shown_total", "shown_paid", "refunded"),
    )
    list_filter = (WorkFilter, "state", "gift", "placed_at")
    list_per_page = 50
    search_fields = ("number",)  # what the words are looked for in: see orders.admin.search
    search_help_text = _(
        "Number, e-mail address, SKU, tracking code, invoice or gift code, PayPal's ids, or a name"
        " in full."
    )
    date_hierarchy = "placed_at"
    ordering = ("-placed_at", "-pk")
    actions = ("slips", "ship", "export", "mark_delivered", "mark_seen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        alerts = OrderEvent.objects.filter(order=OuterRef("pk"), alert=True)
        found: QuerySet[Order] = super().get_queryset(request)
        return found.annotate(alert=Exists(alerts)).prefetch_related(
            "attempts__disputes", "shipments", "refunds", "returns"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        return matching(queryset, search_term), False

    @admin.display(description=_("number"), ordering="number")
    def shown_number(self, order: Any) -> SafeString:
        alert = glance.badge(_("needs a look"), glance.DANGER) if order.alert else ""
        gift = glance.badge(_("gift")) if order.gift else ""
        marks = format_html_join("", "<br>{}", ((mark,) for mark in (alert, gift) if mark))
        return format_html("{}{}", order.number, marks)

    @admin.display(description=_("age"), ordering="-placed_at")
    def age(self, order: Order) -> SafeString:
        return glance.age(order.placed_at, timezone.now())

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, order: Order) -> SafeString:
        return glance.state(order)

    @admin.display(description=_("payment"))
    def payment(self, order: Order) -> SafeString:
        return glance.payment(order)

    @admin.display(description=_("parcels"))
    def parcels(self, order: Order) -> SafeString:
        return glance.parcels(order)

    @admin.display(description=_("after the sale"))
    def afterwards(self, order: Order) -> SafeString:
        return glance.afterwards(order)

    @admin.display(description=_("total"), ordering="total")
    def shown_total(self, order: Order) -> str:
        return glance.euro(order.total)

    @admin.display(description=_("paid"), ordering="paid")
    def shown_paid(self, order: Order) -> str:
        return glance.euro(order.paid)

    @admin.display(description=_("refunded"))
    def refunded(self, order: Order) -> str:
        back = glance.refunded(order)
        return glance.euro(back) if back else ""

    def has_work_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.change_order")

    @admin.action(description=_("Mark as looked at"), permissions=["work"])
    def mark_seen(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        OrderEvent.objects.filter(order__in=queryset, alert=True).update(alert=False)

    def get_urls(self) -> list[URLPattern]:
        ours = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"orders_order_{name}")
            for name, view in at_once.VIEWS.items()
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The order's page: everything that is known of it, and what can be done now."""
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        found = order_page.with_everything(self.get_queryset(request))
        key = int(object_id) if object_id.isascii() and object_id.isdecimal() else 0
        order = get_object_or_404(found, pk=key if key < 2**63 else 0)
        context = {
            **self.admin_site.each_context(request),
            **order_page.context(order, request.user, now=timezone.now()),
            "opts": self.opts,
            "title": order.number,
            "subtitle": None,
        }
        return render(request, "orders/admin/order.html", context)
