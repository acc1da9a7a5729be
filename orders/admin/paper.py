"""Invoices and credit notes, to be looked at and downloaded; and from there the money page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders.admin import glance, money
from orders.admin.looked_at import LookedAt
from orders.models import CreditNote, Invoice
from orders.paper import actions  # noqa: F401  # offers the invoice on the order's page
from orders.paper.views import download

PLACE = ("name", "street", "house_number", "postcode", "city", "country")


class PaperAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    date_hierarchy = "issued_at"
    ordering = ("-issued_at", "-pk")
    change_list_template = "orders/admin/papers.html"
    change_form_template = "orders/admin/paper.html"
    readonly_fields = ("printed", "shown_total", "belongs_to")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.pdf)
        name = f"{self.opts.app_label}_{self.opts.model_name}_pdf"
        return [path("<int:pk>.pdf", view, name=name), *super().get_urls()]

    @method_decorator([never_cache, require_safe])
    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return download(get_object_or_404(self.model, pk=pk if pk < 2**63 else 0))

    @admin.display(description=_("as PDF"))
    def printed(self, paper: Invoice | CreditNote) -> SafeString:
        address = reverse(f"admin:orders_{self.opts.model_name}_pdf", args=[paper.pk])
        return format_html('<a href="{}">soocas-{}.pdf</a>', address, paper.number)

    @admin.display(description=_("total"), ordering="total")
    def shown_total(self, paper: Invoice | CreditNote) -> str:
        return glance.euro(paper.total)


@admin.register(Invoice)
class InvoiceAdmin(PaperAdmin):
    list_display = ("number", "issued_at", "belongs_to", "shown_total", "printed")
    search_fields = ("number", "order__number")
    fields = ("number", "issued_at", "belongs_to", "shown_total", "language", *PLACE, "printed")

    @admin.display(description=_("order"), ordering="order__number")
    def belongs_to(self, paper: Invoice) -> SafeString:
        page = reverse("admin:orders_order_change", args=[paper.order_id])
        return format_html('<a href="{}">{}</a>', page, paper.order)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("order")

    def get_urls(self) -> list[URLPattern]:
        return [*money.urls(self.admin_site), *super().get_urls()]


@admin.register(CreditNote)
class CreditNoteAdmin(PaperAdmin):
    list_display = ("number", "issued_at", "belongs_to", "shown_total", "printed")
    search_fields = ("number", "invoice__number", "invoice__order__number")
    fields = (
        "number",
        "issued_at",
        "belongs_to",
        "refund",
        "shown_total",
        "language",
        *PLACE,
        "printed",
    )

    @admin.display(description=_("invoice"), ordering="invoice__number")
    def belongs_to(self, paper: CreditNote) -> SafeString:
        page = reverse("admin:orders_invoice_change", args=[paper.invoice_id])
        return format_html('<a href="{}">{}</a>', page, paper.invoice)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("invoice", "refund__order")
