"""Staff look at orders here and say when one arrived. Money and addresses are nobody's to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders.models import Invoice, Order, OrderEvent, OrderLine, PaymentAttempt
from orders.parcels import many

PLACE = ("name", "street", "house_number", "postcode", "city", "country")


class LookedAt:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LineInline(LookedAt, admin.TabularInline):  # type: ignore[type-arg]  # no [] at run time
    model = OrderLine
    fields = ("sku", "title", "quantity", "unit_price", "vat_rate", "sealed")


class AttemptInline(LookedAt, admin.TabularInline):  # type: ignore[type-arg]  # no [] at run time
    model = PaymentAttempt
    fields = ("created_at", "state", "amount", "captured", "paypal_id", "capture_id", "problem")


class EventInline(LookedAt, admin.TabularInline):  # type: ignore[type-arg]  # no [] at run time
    model = OrderEvent
    fields = ("at", "kind", "detail", "alert")
    ordering = ("at", "pk")


class InvoiceInline(LookedAt, admin.TabularInline):  # type: ignore[type-arg]  # no [] at run time
    model = Invoice
    fields = ("number", "issued_at", "total")


class AlertFilter(admin.SimpleListFilter):
    title = _("needs a look")
    parameter_name = "alert"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(events__alert=True).distinct() if self.value() else queryset


@admin.register(Order)
class OrderAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("number", "state", "payment", "total", "placed_at", "delivered_at", "looks")
    list_filter = ("state", AlertFilter, "placed_at")
    search_fields = ("number", "email", "attempts__paypal_id", "invoice__number")
    date_hierarchy = "placed_at"
    ordering = ("-placed_at",)
    inlines = (LineInline, InvoiceInline, AttemptInline, EventInline)
    actions = ("mark_delivered", "mark_seen")
    fieldsets = (
        (None, {"fields": ("number", "state", "total", "shipping", "language")}),
        (_("When"), {"fields": ("placed_at", "confirmed_at", "delivered_at", "closed_at")}),
        (_("Contact"), {"fields": ("email", "phone")}),
        (_("Delivery address"), {"fields": tuple(f"delivery_{name}" for name in PLACE)}),
        (_("Invoice address"), {"fields": tuple(f"billing_{name}" for name in PLACE)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        alerts = OrderEvent.objects.filter(order=OuterRef("pk"), alert=True)
        found: QuerySet[Order] = super().get_queryset(request)
        return found.annotate(alert=Exists(alerts)).prefetch_related("attempts")

    @admin.display(description=_("payment"))
    def payment(self, order: Order) -> str:
        attempts = sorted(order.attempts.all(), key=lambda attempt: attempt.position)
        return str(attempts[-1].get_state_display()) if attempts else ""

    @admin.display(description=_("in order"), boolean=True)
    def looks(self, order: Any) -> bool:
        return not order.alert

    def has_work_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.change_order")

    @admin.action(description=_("Mark what was shipped as delivered"), permissions=["work"])
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        count = many.deliver_orders(queryset, now=timezone.now())
        said = ngettext(
            "%(count)d parcel is delivered.", "%(count)d parcels are delivered.", count
        ) % {"count": count}
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)

    @admin.action(description=_("Mark as looked at"), permissions=["work"])
    def mark_seen(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        OrderEvent.objects.filter(order__in=queryset, alert=True).update(alert=False)
