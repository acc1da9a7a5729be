"""A cell as a plain JSON value and in words, without what belongs to other people."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import singledispatch
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import FileField, ManyToManyField, Model
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.translation import gettext

from privacy.subjects import Subject


@singledispatch
def plain(value: Any) -> Any:
    """The value as JSON knows it: dates in ISO 8601, money as text, bytes in base64."""
    return value if value is None or isinstance(value, str | int | float) else str(value)


@plain.register(datetime)
@plain.register(date)
@plain.register(time)
def _(value: date | time) -> str:
    return value.isoformat()


@plain.register(bytes)
@plain.register(memoryview)
def _(value: bytes) -> str:
    return base64.b64encode(bytes(value)).decode()


@plain.register(list)
@plain.register(tuple)
@plain.register(set)
def _(value: Iterable[Any]) -> list[Any]:
    return [plain(item) for item in value]


@plain.register
def _(value: dict) -> dict[str, Any]:  # type: ignore[type-arg]  # dispatch takes the bare class
    return {str(key): plain(item) for key, item in value.items()}


@singledispatch
def words(value: Any) -> str:
    """The value as people read it, in the active language."""
    return "" if value is None else str(value)


@words.register
def _(value: bool) -> str:
    return gettext("Yes") if value else gettext("No")


@words.register
def _(value: datetime) -> str:
    return date_format(timezone.localtime(value), "DATETIME_FORMAT")


@words.register
def _(value: date) -> str:
    return date_format(value, "DATE_FORMAT")


@words.register(Decimal)
@words.register(int)
@words.register(float)
def _(value: Decimal | float) -> str:
    return str(localize(value))


@words.register(list)
@words.register(tuple)
@words.register(set)
def _(value: Iterable[Any]) -> str:
    return ", ".join(words(item) for item in value)


@words.register
def _(value: dict) -> str:  # type: ignore[type-arg]  # dispatch takes the bare class
    return json.dumps(plain(value), ensure_ascii=False) if value else ""


def cell(row: Model, name: str, subject: Subject) -> tuple[Any, str]:
    """A field of a row, or a key of a JSON one, plain and in words. Raises FieldDoesNotExist."""
    column, *path = name.split(".")
    if path:
        found = at(getattr(row, column), path)
        return plain(found), words(found)
    field = row._meta.get_field(name)
    if isinstance(field, ManyToManyField):
        others = [other(related, subject) for related in getattr(row, name).all()]
        return others, words(others)
    if field.is_relation:
        related = getattr(row, name)
        shown = None if related is None else other(related, subject)
        return shown, words(shown)
    value = getattr(row, name)
    choices = getattr(field, "flatchoices", None)
    shown = dict(choices).get(value, value) if choices else value
    return plain(value), words(shown)


def at(value: Any, path: list[str]) -> Any:
    """What lies at the end of a way through JSON; None where it breaks off."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def other(related: Model, subject: Subject) -> str:
    """What may be said of a row that is pointed to: of another person, nothing."""
    if isinstance(related, get_user_model()):
        mine = subject.user is not None and related.pk == subject.user.pk
        return gettext("you") if mine else gettext("somebody else")
    return str(related)


def is_file(model: type[Model], name: str) -> bool:
    return isinstance(model._meta.get_field(name.partition(".")[0]), FileField)
