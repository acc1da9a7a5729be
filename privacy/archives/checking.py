"""So much of JSON Schema as our own schemas use; a word of it that is unknown is an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

KINDS: dict[str, tuple[type[Any], ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
FORMATS: dict[str, Callable[[str], object]] = {
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "uuid": UUID,
}
SAID = {"$schema", "title"}  # for people


class Invalid(Exception):
    """A value is not what the schema says."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


def check(value: Any, schema: dict[str, Any], where: str = "$") -> None:
    """Raise Invalid where a value does not fit."""
    for word, said in schema.items():
        if word not in SAID:
            RULES[word](value, said, schema, where)


def of_type(value: Any, said: Any, schema: dict[str, Any], where: str) -> None:
    named = [said] if isinstance(said, str) else said
    kinds = [KINDS[name] for name in named]
    right = any(isinstance(value, kind) for kind in kinds)
    if not right or (isinstance(value, bool) and "boolean" not in named):
        raise Invalid(where, f"is no {' or '.join(named)}")


def of_format(value: Any, said: str, schema: dict[str, Any], where: str) -> None:
    if isinstance(value, str):
        try:
            FORMATS[said](value)
        except ValueError:
            raise Invalid(where, f"is no {said}") from None


def of_pattern(value: Any, said: str, schema: dict[str, Any], where: str) -> None:
    if isinstance(value, str) and not re.search(said, value):
        raise Invalid(where, f"does not look like {said}")


def properties(value: Any, said: dict[str, Any], schema: dict[str, Any], where: str) -> None:
    for name in value.keys() & said.keys():
        check(value[name], said[name], f"{where}.{name}")


def required(value: Any, said: list[str], schema: dict[str, Any], where: str) -> None:
    if lost := [name for name in said if name not in value]:
        raise Invalid(where, f"lacks {', '.join(lost)}")


def no_others(value: Any, said: bool, schema: dict[str, Any], where: str) -> None:
    if more := value.keys() - schema["properties"].keys():
        raise Invalid(where, f"has {', '.join(sorted(more))} too")


def items(value: Any, said: dict[str, Any], schema: dict[str, Any], where: str) -> None:
    for number, item in enumerate(value or ()):
        check(item, said, f"{where}[{number}]")


RULES: dict[str, Callable[[Any, Any, dict[str, Any], str], None]] = {
    "type": of_type,
    "format": of_format,
    "pattern": of_pattern,
    "properties": properties,
    "required": required,
    "additionalProperties": no_others,
    "items": items,
}
