"""Whether erased values break a constraint, decided without a database.

Three values: what depends on a column that is not erased is unknown (None), and nothing is said.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import CheckConstraint, F, Model, Q, UniqueConstraint

Truth = bool | None
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, choices: value in choices,
    "startswith": lambda value, start: str(value).startswith(start),
}


def violated(model: type[Model], written: Mapping[str, Any]) -> Iterator[str]:
    """The constraints that a row with these values certainly breaks, in words."""
    known = {n: v for n, v in written.items() if not hasattr(v, "resolve_expression")}
    for constraint in model._meta.constraints:
        match constraint:
            case CheckConstraint() if truth(constraint.condition, known) is False:
                yield f"the constraint {constraint.name} refuses it."
            case UniqueConstraint() if collides(constraint, known):
                yield f"two erased rows break {constraint.name}."
    for names in model._meta.unique_together:
        if all(known.get(name) is not None for name in names):
            yield f"two erased rows break unique_together {', '.join(names)}."


def collides(constraint: UniqueConstraint, known: Mapping[str, Any]) -> bool:
    names = [*constraint.fields, *columns(constraint.expressions)]
    if not all(known.get(name) is not None for name in names):
        return False
    return constraint.condition is None or truth(constraint.condition, known) is not False


def columns(expressions: Any) -> list[str]:
    return [
        str(part.name)  # type: ignore[attr-defined]  # the stubs forget it
        for expression in expressions
        for part in expression.flatten()
        if isinstance(part, F)
    ]


def truth(condition: Any, known: Mapping[str, Any]) -> Truth:
    """What a condition says of these values: True, False, or None where it cannot be told."""
    if not isinstance(condition, Q):
        return None
    parts = [
        compare(part[0], part[1], known) if isinstance(part, tuple) else truth(part, known)
        for part in condition.children
    ]
    said = any_of(parts) if condition.connector == Q.OR else all_of(parts)
    return said if said is None or not condition.negated else not said


def all_of(parts: list[Truth]) -> Truth:
    return False if False in parts else None if None in parts else True


def any_of(parts: list[Truth]) -> Truth:
    return True if True in parts else None if None in parts else False


def compare(lookup: str, wanted: Any, known: Mapping[str, Any]) -> Truth:
    name, _, kind = lookup.partition("__")
    if name not in known or hasattr(wanted, "resolve_expression"):
        return None
    value = known[name]
    if kind == "isnull" or (kind in ("", "exact") and wanted is None):
        return (value is None) == (wanted is None or bool(wanted))
    if value is None or (kind and kind not in COMPARE):
        return None
    return COMPARE[kind or "exact"](value, wanted)
