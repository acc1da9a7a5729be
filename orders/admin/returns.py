"""Staff see what comes back, by when it must be paid back, and what is overdue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders import days
from orders.admin import glance, return_announce, return_deeds
from orders.admin.looked_at import LookedAt
from orders.models import Return
from orders.returns import actions, deciding, period
from orders.unfinished import undecided

__all__ = ["ReturnAdmin", "actions"]
State = Return.State
WAITING: dict[str, Any] = {
    "receive": _("to receive"),
    "inspect": _("to inspect"),
    "decide": _("to decide"),
    "overdue": _("payment overdue"),
    "silent": _("announced, not sent"),
}


class ToDoFilter(admin.SimpleListFilter):
    title = _("what to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WAITING.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Return]) -> QuerySet[Return]:
        now = timezone.now()
        chosen: dict[str | None, Q] = {
            "receive": Q(state=State.SENT),
            "inspect": Q(state=State.RECEIVED),
            "decide": Q(state=State.INSPECTED) & undecided(),
            "overdue": deciding.overdue(now),
            "silent": Q(state=State.ANNOUNCED, announced_at__lt=now - period.SEND_WITHIN),
        }
        return queryset.filter(chosen.get(self.value(), Q()))


@admin.register(Return)
class ReturnAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("label", "shown_state", "reason", "announced_at", "due", "decided")
    list_filter = (ToDoFilter, "state", "reason", "announced_at")
    list_select_related = ("order", "refund", "withdrawal")
    list_per_page = 100
    search_fields = ("order__number", "tracking")
    ordering = ("-announced_at", "-pk")

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, back: Return) -> SafeString:
        return glance.state(back)

    @admin.display(description=_("to be paid back by"))
    def due(self, back: Return) -> SafeString | str:
        last = deciding.due(back)
        if last is None:
            return ""
        if deciding.is_overdue(back, timezone.now()):
            return glance.badge(
                _now("overdue since %(day)s") % {"day": days.day(last)}, glance.DANGER
            )
        if deciding.waits_for_goods(back):
            return glance.badge(_now("waits for the goods, or proof that they were sent"))
        return glance.badge(days.day(last), glance.WARN)

    @admin.display(description=_("decided"), boolean=True)
    def decided(self, back: Return) -> bool:
        return deciding.is_paid_back(back) or deciding.is_off(back)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        ours = [
            path(f"<int:pk>/{name}/", view(deed), name=f"orders_return_{name}")
            for name, deed in return_deeds.VIEWS.items()
        ]
        name = "orders_return_announce"
        ours.append(path("announce/<int:pk>/", view(return_announce.announce), name=name))
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The return's own page: what is expected, what came, and what is to be done."""
        return return_deeds.page(request, object_id)
