"""The demo catalogue: the shop's shelves as CSV files beside this module."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from catalog.models import Category, Fact, Picture, Product, Variant

Row = dict[str, str]


@transaction.atomic
def load() -> None:
    """Put what is missing on the shelves; what is there already stays as it is, stock included."""
    for row in _rows("categories"):
        Category.objects.get_or_create(slug=row.pop("slug"), defaults=row)
    for row in _rows("products"):
        row["category_id"] = str(Category.objects.get(slug=row.pop("category")).pk)
        Product.objects.get_or_create(slug=row.pop("slug"), defaults=row)
    products = dict(Product.objects.values_list("slug", "pk"))
    for row in _rows("variants"):
        row["product_id"] = str(products[row.pop("product")])
        Variant.objects.get_or_create(sku=row.pop("sku"), defaults=row)
    variants = dict(Variant.objects.values_list("sku", "pk"))
    for row in _rows("pictures"):
        variant = variants.get(row.pop("sku"))
        place = {"product_id": products[row.pop("product")], "position": row.pop("position")}
        Picture.objects.get_or_create(**place, defaults={**row, "variant_id": variant})
    for row in _rows("facts"):
        place = {"product_id": products[row.pop("product")], "position": row.pop("position")}
        Fact.objects.get_or_create(**place, defaults=row)


def _rows(name: str) -> list[Row]:
    text = Path(__file__).with_name(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(keepends=True)))
