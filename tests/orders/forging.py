"""Every page of the administration, and what somebody may forge there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver

from orders.models import CreditNote, Invoice
from tests.factories import Planter

ROOMS = ("orders", "catalog")
PAPER = {
    "seller": {"name": "Soocas", "street": "Kade 1", "place": "Utrecht", "kvk": "1", "vat": "NL1"},
    "order": "2026-000001",
    "supplied_on": "2026-01-01",
    "country": "NL",
    "oss": False,
    "capture": "",
    "lines": [],
    "shipping": None,
    "discount": "0.00",
    "vat": [],
    "refund": "",
    "invoice": {"number": "F2026-000001", "issued_on": "2026-01-01"},
}
Cells = dict[tuple[str, Any], dict[str, Any]]  # (model, key) → column → value


def ours() -> list[type[models.Model]]:
    return [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


def registered() -> list[type[models.Model]]:
    return [model for model in admin.site._registry if model._meta.app_label in ROOMS]


class Rows(Planter):
    """Rows as the shop makes them where a page reads their JSON."""

    def value(self, column: Any) -> Any:
        paper = column.model in {Invoice, CreditNote} and column.name == "content"
        return PAPER if paper else super().value(column)


def a_row_of_each() -> dict[type[models.Model], models.Model]:
    planter = Rows("f", {})
    return {model: planter.plant(model) for model in ours()}


def snapshot() -> Cells:
    """Every cell of these rooms."""
    return {
        (model._meta.label, row["pk"]): row
        for model in ours()
        for row in model._base_manager.annotate(pk=models.F("pk")).values()
    }


def changed(before: Cells, after: Cells) -> set[tuple[str, str]]:
    """(model, column) of each cell that is another now; a row that came or went: (model, "")."""
    found = {(label, "") for label, _ in before.keys() ^ after.keys()}
    for key in before.keys() & after.keys():
        found |= {
            (key[0], column)
            for column, value in before[key].items()
            if after[key].get(column) != value
        }
    return found


OTHERS: list[tuple[Any, Callable[[Any], str]]] = [
    (models.BooleanField, lambda value: "" if value else "on"),
    (models.DateTimeField, lambda _: "2001-01-01T12:00:00"),
    (models.DecimalField, lambda value: str((value or Decimal(0)) + 1)),
    (models.IntegerField, lambda value: str((value or 0) + 1)),
    (models.JSONField, lambda _: '{"forged": true}'),
    (models.EmailField, lambda _: "forged@example.org"),
]


def another(column: Any, value: Any) -> Any:
    """A value that the column could hold as well, as a form would send it."""
    if column.choices:
        others = [choice for choice, _ in column.flatchoices if choice != value]
        return others[-1] if others else value
    for kind, made in OTHERS:
        if isinstance(column, kind):
            return made(value)
    return value if column.is_relation else "FORGED-1"


def forged(row: models.Model, prefix: str = "") -> dict[str, Any]:
    """All columns of a row, each with another value, and a dozen names that forms may have."""
    said = {
        prefix + column.name: another(column, getattr(row, column.attname))
        for column in row._meta.concrete_fields
        if not column.primary_key
    }
    said |= {f"{prefix}{name}_0": "2001-01-01" for name in list(said) if name.endswith("_at")}
    said |= {f"{prefix}{name}_1": "12:00" for name in list(said) if name.endswith("_at")}
    return {name: "" if value is None else value for name, value in said.items()}


def with_inlines(row: models.Model) -> dict[str, Any]:
    """The same for every row that points to this one, and a tick to delete it."""
    said = forged(row)
    for relation in row._meta.related_objects:
        if relation.hidden:
            continue
        prefix = relation.get_accessor_name()
        column = {relation.field.name: row.pk}
        pointing = list(relation.related_model._base_manager.filter(**column))
        said |= {f"{prefix}-TOTAL_FORMS": len(pointing), f"{prefix}-INITIAL_FORMS": len(pointing)}
        for n, one in enumerate(pointing):
            said |= forged(one, f"{prefix}-{n}-")
            said |= {f"{prefix}-{n}-id": one.pk, f"{prefix}-{n}-DELETE": "on"}
            said[f"{prefix}-{n}-{relation.field.name}"] = row.pk
    return said


def addresses(rows: dict[type[models.Model], models.Model]) -> Iterator[tuple[str, str]]:
    """(name, address) of every page of the administration of these rooms."""
    keys = {model._meta.label_lower: row.pk for model, row in rows.items()}
    for name, pattern in _flat(admin.site.urls[0], ""):
        parts = pattern.split("/")
        if parts[0] in ROOMS and len(parts) > 1:
            key = keys.get(f"{parts[0]}.{parts[1]}", 1)
            yield name, "/admin/" + re.sub(r"<[^>]+>", str(key), pattern)


def _flat(patterns: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _flat(one.url_patterns, route)
        elif isinstance(one, URLPattern) and one.name:
            yield one.name, route
