"""What is held about a person, by category and by source, as the privacy page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from privacy.clock import bars, fraction
from privacy.rectification import prefix
from privacy.vocabulary import Category

SHOWN = 3  # rows of a source on the page, the latest first; the download has all


@dataclass
class Row:
    """One thing of a source, such as one order: its values of one category."""

    title: str  # empty where the source has no other row
    form: str  # of the page on which it is corrected
    values: list[dict[str, Any]]
    statements: list[str]  # the person's own, beside it

    @property
    def correctable(self) -> dict[str, Any] | None:
        """The first value that the person corrects alone."""
        return next((value for value in self.values if value["correctable"]), None)


@dataclass
class Source:
    """What one model holds of a category."""

    model: str
    name: str
    total: int  # of all its rows, of which the latest are here
    rows: list[Row] = field(default_factory=list)
    purposes: list[dict[str, Any]] = field(default_factory=list)  # as of the last of all rows

    @property
    def shown(self) -> list[Row]:
        return self.rows[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, self.total - len(self.shown))

    @property
    def origins(self) -> list[str]:
        found = (value["source"] for row in self.rows for value in row.values)
        return list(dict.fromkeys(found))


@dataclass
class Reason:
    """A purpose that some values of a category serve: how long, and who received them."""

    now: datetime
    name: str
    basis: str
    retention: str
    recipients: set[str] = field(default_factory=set)
    term: str = ""  # in words, where something is running and no date is known
    since: datetime | None = None
    until: datetime | None = None  # the latest
    told: list[dict[str, Any]] = field(default_factory=list)

    def add(self, said: dict[str, Any]) -> None:
        self.recipients.update(said["recipients"])
        self.term = self.term or said["term"]
        until = parse_datetime(said["until"] or "")
        if until and (self.until is None or until > self.until):
            self.since, self.until = parse_datetime(said["since"]), until

    @property
    def bars(self) -> int:
        """How many bristles of the clock have passed."""
        if self.since is None or self.until is None:
            return 0
        return bars(fraction(self.since, self.until, self.now))

    @property
    def others(self) -> list[str]:
        """Who may be given it too, without a hand-over on record."""
        return sorted(self.recipients - {one["name"] for one in self.told})


@dataclass
class Holding:
    """One category: its sources, and why and until when they are there."""

    category: Category
    now: datetime
    sources: list[Source] = field(default_factory=list)
    reasons: dict[str, Reason] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many things, such as orders, hold some of it."""
        return sum(source.total for source in self.sources)

    @property
    def until(self) -> datetime | None:
        """The last date of all; none where something is still running."""
        dates = [reason.until for reason in self.reasons.values() if reason.until]
        running = any(reason.term for reason in self.reasons.values())
        return None if running else max(dates, default=None)

    def add(self, source: Source, told: list[dict[str, Any]]) -> None:
        self.sources.append(source)
        for said in source.purposes:
            key = said["key"]
            if key not in self.reasons:
                mine = [one for one in told if one["for"] == key]
                known = (said["name"], said["basis"], said["retention"])
                self.reasons[key] = Reason(self.now, *known, told=mine)
            self.reasons[key].add(said)


def holdings(collected: dict[str, Any], now: datetime) -> list[Holding]:
    """What ``latest`` found by category, in the order of the vocabulary; what is empty left out."""
    found = {category: Holding(category, now) for category in Category}
    told = handovers(collected)
    for section in sorted(collected["sections"], key=about_rights):
        for category, source in sources(section):
            found[category].add(source, told)
    return [holding for holding in found.values() if holding.sources]


def about_rights(section: dict[str, Any]) -> bool:
    """What the privacy room keeps itself comes after what people came for."""
    return str(section["model"]).startswith("privacy.")


def sources(section: dict[str, Any]) -> Iterator[tuple[Category, Source]]:
    """One model's rows, apart for each category of their values."""
    for category in Category:
        said = [p for r in section["reasons"] if r["category"] == category for p in r["purposes"]]
        source = Source(section["model"], section["name"], section["count"], purposes=said)
        before = section["count"] - len(section["rows"])
        for number, row in reversed([*enumerate(section["rows"], before + 1)]):
            if values := [v for v in row["data"] if v["category"] == category and there(v)]:
                form = prefix(section["model"], row["id"])
                said = row["statements"]
                source.rows.append(Row(title(section, row, number), form, values, said))
        if source.rows:
            yield category, source


def there(value: dict[str, Any]) -> bool:
    return bool(value["display"] or value["withheld"])


def title(section: dict[str, Any], row: dict[str, Any], number: int) -> str:
    """``Order 2026-000001``, ``Address 2``; nothing for what is there once."""
    if section["count"] == 1 and not row["reference"]:
        return ""
    return f"{section['one']} {row['reference'] or number}"


def handovers(collected: dict[str, Any]) -> list[dict[str, Any]]:
    """Who received what, the latest first."""
    told = [{**one, "at": parse_datetime(one["at"])} for one in collected["recipients"]]
    return sorted(told, key=lambda one: str(one["at"]), reverse=True)
