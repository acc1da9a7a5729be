"""Making an archive: its sources one after another, a part at a time, so that it can go on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.core.files.storage import Storage
from django.db import DatabaseError
from django.utils.functional import cached_property

from privacy.archives import parts, sources
from privacy.declarations import Declaration, Elsewhere, elsewhere, registry
from privacy.export import secret_key
from privacy.plain import plain
from privacy.subjects import Subject

CHUNK = 200  # rows in a part, and so on a page
PATIENCE = 3  # times that a source may fail before the archive goes on without it
PLACE = "place:"

Position = dict[str, Any]


def beginning() -> Position:
    """Where an archive that nobody began stands; plain JSON, as it is kept between two parts.

    sources: in their order. source: the one it is at. after: the key of the last row done.
    roles, rows, parts, missing: what is known of each source.
    """
    return {
        "folder": secrets.token_urlsafe(12),
        **dict.fromkeys(("source", "failures"), 0),
        "after": None,
        "sources": [],
        **{name: {} for name in ("roles", "rows", "parts", "missing")},
    }


@dataclass
class Making:
    """An archive of one person. ``step`` makes a part; after each the position may be kept."""

    subject: Subject
    portable: bool
    storage: Storage
    position: Position = field(default_factory=beginning)
    at: dict[str, Iterator[sources.Mine]] = field(default_factory=dict)  # rows left of a source

    def survey(self) -> int:
        """Settle which sources there are; the number of their rows."""
        total = 0
        for declaration in sources.models(portable=self.portable):
            found = sources.keys(declaration, self.subject)
            if sources.groups(declaration, found, portable=self.portable):
                self.position["sources"].append(declaration.label)
                self.position["roles"][declaration.label] = sorted(found)
                total += sources.count(found)
        if not self.portable:
            self.position["sources"] += [PLACE + str(place.name) for place in elsewhere]
        return total

    @property
    def over(self) -> bool:
        return bool(self.position["source"] >= len(self.position["sources"]))

    @property
    def label(self) -> str:
        return str(self.position["sources"][self.position["source"]])

    @cached_property
    def tables(self) -> dict[str, Declaration]:
        return {declaration.label: declaration for declaration in registry.values()}

    def step(self) -> int:
        """Make the next part; how many rows it has. A source that fails again is left out."""
        try:
            if self.label.startswith(PLACE):
                return self.search()
            return self.read(self.tables[self.label])
        except DatabaseError as error:
            self.at.clear()
            self.position["failures"] += 1
            if self.position["failures"] < PATIENCE:
                raise
            self.leave_out(error)
            return 0

    def read(self, declaration: Declaration) -> int:
        left = self.left(declaration)
        # The key of a signed-in browser is never written down: such rows are one part.
        size = None if secret_key(declaration) else CHUNK
        mine = list(islice(left, size))
        more = next(left, None)
        roles = self.position["roles"][self.label]
        about = sources.described(declaration, roles, portable=self.portable)
        rows = [*sources.records(declaration, mine, self.subject, portable=self.portable)]
        place = self.place(more is not None)
        parts.save(self.storage, self.name, parts.of_rows(about, rows, place))
        self.done(len(rows))
        if more is None:
            self.next_source()
        else:
            self.position["after"] = str(mine[-1][0])
            self.at[self.label] = chain([more], left)
        return len(mine)

    def left(self, declaration: Declaration) -> Iterator[sources.Mine]:
        if self.label not in self.at:
            last = self.position["after"]
            key = declaration.model._meta.pk.to_python(last) if last is not None else None
            self.at[self.label] = sources.after(sources.keys(declaration, self.subject), key)
        return self.at.pop(self.label)

    def search(self) -> int:
        """What lies elsewhere. A place that cannot be read is named as missing, never left out."""
        [place] = [place for place in elsewhere if PLACE + str(place.name) == self.label]
        try:
            items = [plain(dict(item)) for item in place.find(self.subject)] if place.find else []
        except Exception as error:  # noqa: BLE001  (whatever it is, the archive says so)
            self.leave_out(error)
            return 0
        for start in range(0, len(items), CHUNK):
            some, more = items[start : start + CHUNK], start + CHUNK < len(items)
            members = parts.of_items(self.told(place), some, self.place(more))
            parts.save(self.storage, self.name, members)
            self.done(len(some))
        self.next_source()
        return 0

    def told(self, place: Elsewhere) -> dict[str, Any]:
        return {"model": "", "name": str(place.name), "fields": [], "left_out": []}

    @property
    def name(self) -> str:
        at = self.position["source"]
        return parts.named(self.position["folder"], at, self.position["parts"].get(self.label, 0))

    def place(self, more: bool) -> dict[str, Any]:
        return {
            "part": self.position["parts"].get(self.label, 0),
            "first": self.position["rows"].get(self.label, 0) + 1,
            "more": more,
            "slug": parts.slug(self.label),
            "portable": self.portable,
        }

    def done(self, rows: int) -> None:
        position, label = self.position, self.label
        position["parts"][label] = position["parts"].get(label, 0) + 1
        position["rows"][label] = position["rows"].get(label, 0) + rows

    def leave_out(self, error: Exception) -> None:
        self.position["missing"][self.label] = type(error).__name__
        self.next_source()

    def next_source(self) -> None:
        self.at.clear()
        self.position |= {"source": self.position["source"] + 1, "after": None, "failures": 0}
