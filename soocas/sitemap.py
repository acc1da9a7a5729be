"""The pages that a search engine may show, in both languages."""

from __future__ import annotations

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from catalog.models import Category, Product
from catalog.models.product import ProductQuerySet


class Pages(Sitemap):  # type: ignore[type-arg]  # no [] at run time
    i18n = True
    alternates = True

    def items(self) -> list[str]:
        return ["home", "catalog:shop"]

    def location(self, item: str) -> str:
        return reverse(item)


class Categories(Sitemap):  # type: ignore[type-arg]  # no [] at run time
    i18n = True
    alternates = True

    def items(self) -> list[Category]:
        return list(Category.objects.all())


class Products(Sitemap):  # type: ignore[type-arg]  # no [] at run time
    i18n = True
    alternates = True

    def items(self) -> ProductQuerySet:
        return Product.objects.on_sale()


SITEMAPS: dict[str, type[Sitemap]] = {  # type: ignore[type-arg]
    "pages": Pages,
    "categories": Categories,
    "products": Products,
}
