from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalog.models import Category, Product, Variant
from catalog.models.product import ProductQuerySet

MOST = 4  # of one variant, in the list of quantities


@require_safe
def shop(request: HttpRequest) -> HttpResponse:
    products = Product.objects.on_sale().for_cards()
    return render(request, "catalog/shop.html", {"products": products})


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Category, slug=slug)
    products = Product.objects.on_sale().for_cards().filter(category=found)
    context = {"category": found, "products": products, "nav": found.slug}
    return render(request, "catalog/category.html", context)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product with its variants; ``?sku=`` chooses one of them, else the first in stock."""
    found = get_object_or_404(Product.objects.on_sale().for_cards(), slug=slug)
    variants = found.sold_variants()
    chosen = _chosen(variants, request.GET.get("sku", ""))
    context = {
        "product": found,
        "variants": variants,
        "chosen": chosen,
        "pictures": found.gallery(chosen),
        "in_stock": found.in_stock(),
        "quantities": range(1, 1 + min(MOST, max(variant.available for variant in variants))),
        "nav": found.category.slug,
        "others": _from_all_shelves().exclude(category=found.category)[:4],
    }
    return render(request, "catalog/product.html", context)


def _from_all_shelves() -> ProductQuerySet:
    return Product.objects.on_sale().for_cards().first_of_each_category()


def _chosen(variants: list[Variant], sku: str) -> Variant:
    in_stock = [variant for variant in variants if variant.available] or variants
    return next((variant for variant in variants if variant.sku == sku), in_stock[0])


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    question = " ".join(request.GET.get("q", "").replace("\x00", "").split())
    language = (get_language() or "nl")[:2]
    products = Product.objects.on_sale().for_cards().matching(question, language)
    context = {
        "question": question,
        "products": products,
        "others": _from_all_shelves()[:4],
    }
    return render(request, "catalog/search.html", context)
