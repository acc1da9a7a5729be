"""Staff keep the catalogue here. What was once for sale is taken off sale, never deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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
    extra = 0
    readonly_fields = ["reserved"]
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


@admin.register(Variant)
class VariantAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ["sku", "product", "name_nl", "price", "on_hand", "reserved", "left", "active"]
    list_filter = ["active", "product__category"]
    list_select_related = ["product"]
    search_fields = ["sku", "ean", "product__name_nl", "product__name_en"]
    readonly_fields = ["reserved"]

    @admin.display(description=_("still for sale"))
    def left(self, variant: Variant) -> int:
        return variant.available
