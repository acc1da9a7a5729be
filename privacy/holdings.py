"""What is held about a person, by category, as the privacy page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_datetime

from privacy.vocabulary import Category

SHOWN = 40  # of a category on the page; the download has all


@dataclass
class Holding:
    """One category: its values, and why and until when they are there."""

    category: Category
    values: list[dict[str, Any]] = field(default_factory=list)
    purposes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def shown(self) -> list[dict[str, Any]]:
        return self.values[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.values) - SHOWN)

    def add(self, value: dict[str, Any]) -> None:
        self.values.append(value)
        for purpose in value["purposes"]:
            until = parse_datetime(purpose["until"] or "")
            known = self.purposes.setdefault(purpose["key"], {**purpose, "until": until})
            if known["until"] and (until is None or until > known["until"]):
                known["until"] = until  # the latest; none yet is later than any


def holdings(collected: dict[str, Any]) -> list[Holding]:
    """The collected values by category, in the order of the vocabulary; empty values left out."""
    found = {category: Holding(category) for category in Category}
    for value in values(collected):
        found[Category(value["category"])].add(value)
    return [holding for holding in found.values() if holding.values]


def values(collected: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in collected["sections"]:
        for row in section["rows"]:
            for value in row["data"]:
                if value["display"] or value["withheld"]:
                    yield {**value, "of": section["name"]}


def disclosures(collected: dict[str, Any]) -> list[dict[str, Any]]:
    """Who received what, the latest first."""
    told = [{**one, "at": parse_datetime(one["at"])} for one in collected["recipients"]]
    return sorted(told, key=lambda one: str(one["at"]), reverse=True)
