"""Statements of withdrawal: what staff has to decide on, and every one that was ever made."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders.admin import glance, withdrawal_deeds
from orders.admin.looked_at import LookedAt
from orders.models import Withdrawal


class WaitsFilter(admin.SimpleListFilter):
    title = _("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("staff", _("to decide")), ("nowhere", _("of no order of ours"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Withdrawal]
    ) -> QuerySet[Withdrawal]:
        waiting = Q(handled_at=None, taken_up_at__isnull=False)
        chosen = {"staff": waiting, "nowhere": waiting & Q(order=None)}
        return queryset.filter(chosen.get(self.value() or "", Q()))


@admin.register(Withdrawal)
class WithdrawalAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("received_at", "number", "name", "email", "whole", "order", "waits")
    list_filter = (WaitsFilter, "received_at")
    list_select_related = ("order",)
    list_per_page = 100
    search_fields = ("number", "=email", "order__number")
    ordering = ("-received_at", "-pk")

    @admin.display(description=_("state"))
    def waits(self, said: Withdrawal) -> SafeString:
        if said.handled_at:
            return glance.badge(_now("handled"), glance.OK)
        if said.taken_up_at is None:
            return glance.badge(_now("being taken up"))
        return glance.badge(_now("to decide"), glance.WARN)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        ours = [
            path(f"<int:pk>/{name}/", view(deed), name=f"orders_withdrawal_{name}")
            for name, deed in withdrawal_deeds.VIEWS.items()
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What was declared, as it was declared, and what may be done about it."""
        return withdrawal_deeds.page(request, object_id)
