"""A plan in words: for the preview, for the officer and for the receipt. Names and dates only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from privacy.plan import Ground, Line, Plan
from privacy.requests import wording


def receipt(plan: Plan, language: str) -> dict[str, Any]:
    """What went, what stays on which ground until when, as JSON values in a language."""
    with translation.override(language):
        return {
            "goes": grouped(plan.gone),
            "stays": [
                {**row, "grounds": [ground(g, language) for g in grounds(plan.kept, row["model"])]}
                for row in grouped(plan.kept)
            ],
            "elsewhere": [str(name) for name, number in plan.elsewhere.items() if number != 0],
        }


def grouped(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """One row for each model: what people call it, how many, and which fields."""
    rows: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = rows.setdefault(
            line.model, {"model": line.model, "name": str(line.name), "rows": 0, "fields": []}
        )
        row["rows"] = max(row["rows"], line.rows)
        row["fields"] += [name for name in line.fields if name not in row["fields"]]
    return [{**row, "fields": ", ".join(row["fields"])} for row in rows.values()]


def grounds(lines: Iterable[Line], model: str) -> list[Ground]:
    """The grounds that hold a model's rows, each purpose once, with its latest date."""
    found: dict[str, Ground] = {}
    for line in lines:
        for one in line.grounds if line.model == model else ():
            known = found.get(one.purpose.key)
            if known is None or later(one, known):
                found[one.purpose.key] = one
    return list(found.values())


def later(one: Ground, other: Ground) -> bool:
    """No date yet is later than any."""
    if other.until is None:
        return False
    return one.until is None or one.until > other.until


def ground(one: Ground, language: str) -> dict[str, str]:
    until = wording.day(one.until, language) if one.until else ""
    return {
        "purpose": str(one.purpose.name),
        "law": one.law,
        "until": until or _("the contract with you has ended"),
    }
