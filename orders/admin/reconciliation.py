"""Where our books and PayPal's disagree, with what to do; the nightly runs; and disputes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin import glance
from orders.admin.looked_at import LookedAt
from orders.models import Difference, Dispute, Order, Reconciliation
from orders.paypal import PayPalError
from orders.reconciliation import books, comparing, differences
from orders.reconciliation.differences import GONE, Kind

WHAT_TO_DO: dict[str, str | Promise] = {
    Kind.BOOKS: _(
        "What the order says is paid is not its payments less its refunds. That is a fault of the"
        " shop itself: give this page to whoever maintains it, and pay nothing back by hand."
    ),
    Kind.CAPTURED: _(
        "Look the payment up at PayPal by its number. If PayPal took more than we know, give the"
        " rest back there. If it took less, the order is not paid in full: write to the buyer."
    ),
    Kind.REFUNDED: _(
        "Look the refunds up at PayPal. One that only PayPal has was made there by hand: ask PayPal"
        " again, and it is put on record. One that only we have did not reach the buyer: give it"
        " back again from the order's page."
    ),
    Kind.MISSING: _(
        "PayPal does not know a payment that we have as taken. Look for its number at PayPal and"
        " for the money in the account before anything more is sent or paid back."
    ),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why it is in order, or what was done"), max_length=200)


class StandingFilter(admin.SimpleListFilter):
    """Those that stand are shown, unless somebody asks for the others."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("resolved")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("open")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "no":
                return queryset.exclude(resolved_at=None)
            case "all":
                return queryset
        return queryset.filter(resolved_at=None)


def order_link(order: Order) -> SafeString:
    url = reverse("admin:orders_order_change", args=[order.pk])
    return format_html('<a href="{}">{}</a>', url, order.number)


@admin.register(Difference)
class DifferenceAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("order_number", "shown", "our_sum", "their_sum", "off_by", "found_at", "ended")
    list_filter = (StandingFilter, "kind")
    search_fields = ("order__number",)
    list_select_related = ("order",)
    ordering = ("-found_at", "-pk")

    @admin.display(description=_("what"), ordering="kind")
    def shown(self, row: Difference) -> str:
        return row.get_kind_display()

    @admin.display(description=_("order"), ordering="order__number")
    def order_number(self, row: Difference) -> str:
        return row.order.number

    @admin.display(description=_("ours"), ordering="ours")
    def our_sum(self, row: Difference) -> str:
        return glance.euro(row.ours)

    @admin.display(description=_("theirs"), ordering="theirs")
    def their_sum(self, row: Difference) -> str:
        return glance.euro(row.theirs)

    @admin.display(description=_("off by"))
    def off_by(self, row: Difference) -> str:
        return glance.euro(row.theirs - row.ours)

    @admin.display(description=_("standing"))
    def ended(self, row: Difference) -> SafeString:
        if row.resolved_at:
            return glance.badge(_("resolved"), glance.OK)
        return glance.badge(_("open"), glance.DANGER)

    def get_urls(self) -> list[URLPattern]:
        views = {"ask": self.ask, "resolve": self.resolve}
        ours = [
            path(f"<int:pk>/{n}/", self.admin_site.admin_view(v), name=f"orders_difference_{n}")
            for n, v in views.items()
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One difference: the sums, the payments behind them, what to do."""
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        key = object_id if object_id.isascii() and object_id.isdecimal() else "0"
        return self._page(request, int(key[:18]), ReasonForm())

    def _page(self, request: HttpRequest, pk: int, form: ReasonForm) -> HttpResponse:
        row = get_object_or_404(Difference.objects.select_related("order"), pk=pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{row.order.number}: {row.get_kind_display()}",
            "subtitle": None,
            "difference": row,
            "off_by": row.theirs - row.ours,
            "attempts": row.order.attempts.order_by("position"),
            "refunds": row.order.refunds.prefetch_related("lines").order_by("position"),
            "what_to_do": WHAT_TO_DO[row.kind],
            "by_itself": row.resolution == GONE,
            "may_work": request.user.has_perm("orders.change_difference"),
            "form": form,
        }
        return render(request, "orders/admin/difference.html", context)

    def ask(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compare this order with PayPal now."""
        row = _worked_on(request, pk)
        now = timezone.now()
        try:
            books.compare(now=now)
            left = comparing.compare(row.order, now=now)
        except PayPalError:
            messages.warning(request, gettext("PayPal gave no answer. Try again in a while."))
        else:
            _say_what_is_left(request, left)
        return redirect("admin:orders_difference_change", row.pk)

    def resolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Somebody takes it upon himself, with a reason."""
        row, form = _worked_on(request, pk), ReasonForm(request.POST)
        if not form.is_valid():
            return self._page(request, row.pk, form)
        if not differences.resolve(row, form.cleaned_data["reason"], now=timezone.now()):
            messages.warning(request, gettext("This was resolved a moment ago."))
        return redirect("admin:orders_difference_change", row.pk)


def _worked_on(request: HttpRequest, pk: int) -> Difference:
    if request.method != "POST" or not request.user.has_perm("orders.change_difference"):
        raise PermissionDenied
    return get_object_or_404(Difference.objects.select_related("order"), pk=pk)


def _say_what_is_left(request: HttpRequest, left: int) -> None:
    if left:
        messages.warning(request, gettext("PayPal says the same: it still differs."))
    else:
        messages.success(request, gettext("It agrees now."))


@admin.register(Reconciliation)
class ReconciliationAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("started_at", "finished_at", "orders", "unanswered", "differences")
    ordering = ("-started_at",)


@admin.register(Dispute)
class DisputeAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("paypal_id", "order_number", "shown", "stage", "reason", "sum", "opened_at")
    list_filter = ("state", "stage", "reason")
    search_fields = ("paypal_id", "attempt__order__number")
    list_select_related = ("attempt__order",)
    ordering = ("-opened_at",)
    fields = (
        *("paypal_id", "order_number", "state", "stage", "reason", "outcome", "sum"),
        *("opened_at", "resolved_at"),
    )
    readonly_fields = ("order_number", "sum")

    @admin.display(description=_("order"))
    def order_number(self, row: Dispute) -> SafeString:
        return order_link(row.attempt.order)

    @admin.display(description=_("state"), ordering="state")
    def shown(self, row: Dispute) -> SafeString:
        return glance.state(row)

    @admin.display(description=_("amount"), ordering="amount")
    def sum(self, row: Dispute) -> str:
        return glance.euro(row.amount)
