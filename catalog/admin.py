"""Staff keep the catalogue here. What was once for sale is taken off sale, never deleted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.forms import VariantForm, VariantFormSet
from catalog.models import Category, Fact, Picture, Product, Variant


class NeverDeleted:
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Category)
class CategoryAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ["name_nl", "name_en", "slug", "position"]
    list_editable = ["position"]


class VariantInline(NeverDeleted, admin.StackedInline):  # type: ignore[type-arg]  # no [] at run time
    model = Variant
    form = VariantForm
    formset = VariantFormSet
    extra = 0
    readonly_fields = ["on_hand", "reserved", "lowest_before"]
    classes = ["collapse"]


class PictureInline(admin.TabularInline):  # type: ignore[type-arg]  # no [] at run time
    model = Picture
    extra = 0


class FactInline(admin.TabularInline):  # type: ignore[type-arg]  # no [] at run time
    model = Fact
    extra = 0


@admin.register(Product)
class ProductAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ["name_nl", "category", "active", "position"]
    list_filter = ["category", "active"]
    list_select_related = ["category"]
    search_fields = ["name_nl", "name_en", "slug", "variants__sku", "variants__ean"]
    inlines = [VariantInline, PictureInline, FactInline]


class StockFilter(admin.SimpleListFilter):
    """What is running out: the threshold is a setting."""

    title = _("stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        few = _("%(few)s or fewer left") % {"few": settings.LOW_STOCK}
        return [("low", few), ("out", _("sold out"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Variant]) -> QuerySet[Variant]:
        few = {"low": settings.LOW_STOCK, "out": 0}.get(self.value() or "")
        return (
            queryset
            if few is None
            else queryset.filter(pk__in=Variant.objects.low(few).values("pk"))
        )


@admin.register(Variant)
class VariantAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    form = VariantForm
    list_display = [
        "sku",
        "product",
        "name_nl",
        "price",
        "reduced",
        "on_hand",
        "reserved",
        "left",
        "active",
    ]
    list_filter = [StockFilter, "active", "product__category"]
    list_select_related = ["product"]
    search_fields = ["sku", "ean", "product__name_nl", "product__name_en"]
    readonly_fields = ["on_hand", "reserved", "lowest_before", "prices"]

    @admin.display(description=_("still for sale"), ordering=F("on_hand") - F("reserved"))
    def left(self, variant: Variant) -> SafeString:
        level = "badge-danger" if variant.available == 0 else "badge-warn"
        if not variant.active or variant.available > settings.LOW_STOCK:
            level = ""
        return format_html('<span class="badge {}">{}</span>', level, variant.available)

    @admin.display(description=_("price changes"))
    def prices(self, variant: Variant) -> SafeString:
        """Each price with the moment it began; the database writes them down, and nobody else."""
        changes = variant.price_changes.order_by("-at", "-pk")[:50] if variant.pk else []
        rows = (
            (change.price, formats.localize(timezone.localtime(change.at))) for change in changes
        )
        return format_html_join("", "<div>{} · {}</div>", rows)

    def save_model(self, request: HttpRequest, obj: Variant, form: Any, change: bool) -> None:
        form.save()  # writes what was changed on the page, and no stock that was read before
