"""Makes a row of any installed model, with a canary in every cell that can hold one.

A new model needs nothing here unless a constraint refuses what is made of its columns: then it gets
a line in ``FIXED``.
"""

from __future__ import annotations

import itertools
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models

from accounts.models import User
from privacy.declarations import Role, registry
from tests.orders.paper import SMALL, SMALL_CREDIT

LONG_AGO = datetime(2020, 5, 4, 12, tzinfo=UTC)  # all contracts ended then
numbers = itertools.count(1)
DIGITS = string.digits + string.ascii_lowercase

# label → what the constraints of the model ask for; the rest is made from the columns
FIXED: dict[str, dict[str, Any]] = {
    "accounts.User": {"is_active": True, "is_staff": False, "is_superuser": False},
    "orders.Order": {"state": "closed", "total": Decimal(20), "shipping": Decimal(0)},
    "orders.PaymentAttempt": {"state": "captured"},
    "orders.OrderLine": {"discount": Decimal(0)},
    "orders.Refund": {"state": "completed", "reason": "goodwill"},
    "orders.Dispute": {"state": "resolved"},
    "orders.Invoice": {"content": SMALL},
    "orders.CreditNote": {"content": SMALL_CREDIT},
    "orders.Voucher": {"code": "ZQ-1", "amount": Decimal(5), "percent": None, "most_uses": None},
    "orders.ReturnLine": {"quantity": 1, "received": 1, "restocked": 0},
    "catalog.Picture": {"drawing": "zq.svg", "photograph": "", "crop": ""},
    "catalog.Variant": {"reserved": 0, "on_hand": 5, "ean": "8700000000017", "sku": "ZQ-1"},
    "mailings.Subscription": {"state": "ended"},
    "outbox.Message": {"state": "sent"},
    "privacy.Request": {"state": "fulfilled", "kind": "access"},
    "privacy.Correction": {"second_by_id": None},
}


@dataclass
class Canary:
    """One planted value: a text that occurs nowhere else in the database."""

    model: type[models.Model]
    pk: Any
    field: str
    text: str


@dataclass
class Planter:
    """Makes one row of each model, all of them one person's."""

    letter: str  # tells the canaries of two people apart
    shared: dict[type[models.Model], models.Model]  # rows that are nobody's
    rows: dict[type[models.Model], models.Model] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)
    email: str = ""
    guest: bool = False  # rows without an account, wherever that can be

    def plant(self, model: type[models.Model]) -> models.Model:
        """The person's row of this model; made with those it points to."""
        personal = model in registry and registry[model].personal
        known = self.rows if personal else self.shared
        if model not in known:
            known[model] = self.make(model)
        return known[model]

    def make(self, model: type[models.Model]) -> models.Model:
        values = {f.attname: self.value(f) for f in model._meta.concrete_fields if asked(f)}
        for name, fixed in FIXED.get(model._meta.label, {}).items():
            values[name] = {**values[name], **fixed} if isinstance(fixed, dict) else fixed
        row = model(**values)
        row.save(force_insert=True)
        dates = {f.name: LONG_AGO for f in model._meta.concrete_fields if automatic(f)}
        if dates:
            model._base_manager.filter(pk=row.pk).update(**dates)
        self.canaries += [
            Canary(model, row.pk, f.name, text)
            for f in model._meta.concrete_fields
            if (text := canary_in(getattr(row, f.attname), self.letter))
        ]
        return row

    def value(self, column: Any) -> Any:
        if self.guest and column.null and column.related_model is User:
            return None
        if column.is_relation:
            return self.plant(column.related_model).pk
        if self.is_address(column):
            return self.address()
        if isinstance(column, ArrayField):
            return [self.value(column.base_field)]
        return self.plain(column)

    def plain(self, column: Any) -> Any:
        for kind, constant in PLAIN:
            if isinstance(column, kind):
                return constant
        for kind, make in MARKED:
            if isinstance(column, kind):
                return make(self.token())
        if isinstance(column, models.UUIDField):
            return uuid.uuid4()
        if isinstance(column, models.IntegerField | models.FloatField):
            return next(numbers)
        if isinstance(column, models.CharField | models.TextField):
            return self.text(column)
        raise TypeError(f"factories: how is a {type(column).__name__} made for {column}?")

    def token(self) -> str:
        """Seven characters, whatever was planted before in this process."""
        number, places = next(numbers), ""
        for _ in range(4):
            number, place = divmod(number, len(DIGITS))
            places = DIGITS[place] + places
        return f"zq{self.letter}{places}"

    def is_address(self, column: Any) -> bool:
        declaration = registry.get(column.model)
        return declaration is not None and any(
            role.email == column.name for role in main(declaration.roles)
        )

    def address(self) -> str:
        """The person's one address, wherever rows are found by it."""
        self.email = self.email or f"{self.token()}@example.org"
        return self.email

    def text(self, column: Any) -> str:
        if column.choices:
            return str(column.flatchoices[0][0])
        token = self.token()
        if column.max_length and column.max_length < len(token):
            return "nl"[: column.max_length]
        return token


def main(roles: Any) -> list[Role]:
    return [role for name, role in roles.items() if name == ""]


def asked(column: Any) -> bool:
    """Whether a value must be made: not for keys that the database gives, or to its own kind."""
    if column.related_model is column.model:
        return False
    return not isinstance(column, models.AutoField) and not column.generated


def automatic(column: Any) -> bool:
    return bool(getattr(column, "auto_now_add", False) or getattr(column, "auto_now", False))


def canary_in(value: Any, letter: str) -> str:
    """The searchable text of a cell, if a canary is in it."""
    text = str(value)
    if isinstance(value, uuid.UUID):
        return text
    start = text.find(f"zq{letter}")
    return text[start : start + 7] if start >= 0 else ""


# the same for everybody: no canary fits in
PLAIN: list[tuple[Any, Any]] = [
    (models.GenericIPAddressField, "203.0.113.7"),
    (models.BooleanField, False),
    (models.DateTimeField, LONG_AGO),
    (models.DateField, LONG_AGO.date()),
    (models.DurationField, timedelta(days=1)),
    (models.DecimalField, Decimal(1)),
]
# made of a canary
MARKED: list[tuple[Any, Callable[[str], Any]]] = [
    (models.EmailField, "{}@example.org".format),
    (models.URLField, "https://example.org/{}".format),
    (models.FileField, lambda token: ContentFile(b"x", name=f"{token}.png")),
    (models.JSONField, lambda token: {"text": token}),
    (models.BinaryField, str.encode),
]


def everything(planter: Planter, all_models: Iterator[type[models.Model]]) -> None:
    """Plant a row of every model that speaks of people, the account first, and what they need."""
    if not planter.guest:
        planter.plant(User)
    for model in all_models:
        by_address = any(role.email for role in main(registry[model].roles))
        if registry[model].personal and (by_address or not planter.guest):
            planter.plant(model)
