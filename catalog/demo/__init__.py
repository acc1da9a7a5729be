"""The demo catalogue: the shop's shelves as CSV files beside this module."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

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
        _shelve(row.pop("sku"), row)
    variants = dict(Variant.objects.values_list("sku", "pk"))
    for row in _rows("pictures"):
        variant = variants.get(row.pop("sku"))
        place = {"product_id": products[row.pop("product")], "position": row.pop("position")}
        Picture.objects.get_or_create(**place, defaults={**row, "variant_id": variant})
    for row in _rows("facts"):
        place = {"product_id": products[row.pop("product")], "position": row.pop("position")}
        Fact.objects.get_or_create(**place, defaults=row)


def _shelve(sku: str, row: Row) -> None:
    """A variant; one with a price of before has been reduced since."""
    price, before = row["price"], row.pop("before")
    row["price"] = before or price
    variant, made = Variant.objects.get_or_create(sku=sku, defaults=row)
    if made and before:
        variant.price_changes.update(at=F("at") - timedelta(days=40))
        Variant.objects.filter(pk=variant.pk).update(price=price, reduced=True)


def _rows(name: str) -> list[Row]:
    text = Path(__file__).with_name(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(keepends=True)))
