"""Staff see which refunds wait for approval, and how the others stand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.admin import glance, refund_deeds
from orders.admin.looked_at import LookedAt
from orders.models import Refund
from orders.refunds import actions

__all__ = ["RefundAdmin", "actions"]
State = Refund.State


class ToDoFilter(admin.SimpleListFilter):
    title = _("what to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("approve", _("to approve")),
            ("transit", _("on its way")),
            ("failed", _("failed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        unapproved = {"state": State.REQUESTED, "approved_at": None}
        found: dict[str | None, QuerySet[Refund]] = {
            "approve": queryset.filter(**unapproved),
            "transit": queryset.filter(state__in=Refund.UNDER_WAY).exclude(**unapproved),
            "failed": queryset.filter(state=State.FAILED),
        }
        return found.get(self.value(), queryset)


@admin.register(Refund)
class RefundAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = (
        *("__str__", "shown_state", "shown_amount", "reason", "requested_at"),
        *("asked_by", "decided_by", "problem"),
    )
    list_filter = (ToDoFilter, "state", "reason", "requested_at")
    list_select_related = ("order", "attempt", "requested_by", "approved_by")
    list_per_page = 100
    search_fields = ("order__number", "paypal_id")
    ordering = ("-requested_at", "-pk")
    actions = None

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, refund: Refund) -> SafeString:
        waits = refund.state == State.REQUESTED and refund.approved_at is None
        return glance.badge(_("to approve"), glance.WARN) if waits else glance.state(refund)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, refund: Refund) -> str:
        currency = refund.attempt.currency
        return glance.euro(refund.amount) if currency == "EUR" else f"{refund.amount} {currency}"

    @admin.display(description=_("asked for by"))
    def asked_by(self, refund: Refund) -> str:
        by = refund.requested_by
        return by.get_short_name() if by else str(_("the shop"))

    @admin.display(description=_("decided by"))
    def decided_by(self, refund: Refund) -> str:
        return refund.approved_by.get_short_name() if refund.approved_by else ""

    def get_urls(self) -> list[URLPattern]:
        of_order = [(f"of/<int:pk>/{name}/", name, v) for name, v in refund_deeds.OF_ORDER.items()]
        of_one = [(f"<int:pk>/{name}/", name, v) for name, v in refund_deeds.OF_REFUND.items()]
        ours = [
            path(where, self.admin_site.admin_view(view), name=f"orders_refund_{name}")
            for where, name, view in (*of_order, *of_one)
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return refund_deeds.page(request, object_id)
