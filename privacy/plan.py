"""What an erasure did or would do, told per model and group of fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.utils.text import capfirst

from privacy.declarations import Declaration, Group
from privacy.purposes import Purpose
from privacy.vocabulary import Text

Fate = Literal["deleted", "blanked", "unlinked", "kept"]


@dataclass(frozen=True)
class Ground:
    """One purpose that still holds some rows. The dates are those of the last of them."""

    purpose: Purpose
    rows: int
    since: datetime | None = None  # from when its retention counts
    until: datetime | None = None  # None: it is running or on hold, there is no date yet
    on_hold: bool = False

    @property
    def law(self) -> str:
        """The article: the Art. 17(3) exemption, else the legal basis."""
        return self.purpose.exemption or self.purpose.basis.value


@dataclass(frozen=True)
class Line:
    """What becomes of one group of fields in so many rows."""

    declaration: Declaration
    group: Group
    fate: Fate
    rows: int
    grounds: tuple[Ground, ...] = ()  # of a kept line

    @property
    def model(self) -> str:
        """Such as ``orders.Order``."""
        return self.declaration.label

    @property
    def name(self) -> str:
        """What people call these rows."""
        return capfirst(self.declaration.plural)

    @property
    def fields(self) -> list[str]:
        """The fields' names for people, in the active language."""
        return [self.declaration.name_of(name) for name in self.group.fields]

    @property
    def until(self) -> datetime | None:
        """When the last value is due; None while a contract runs, and for what goes."""
        dates = [ground.until for ground in self.grounds]
        return None if None in dates else max((d for d in dates if d), default=None)

    def as_json(self) -> dict[str, Any]:
        """Names and dates only, never a value."""
        return {
            "model": self.model,
            "fields": list(self.group.fields),
            "fate": self.fate,
            "rows": self.rows,
            "until": self.until and self.until.isoformat(),
            "grounds": [
                {"purpose": g.purpose.key, "law": g.law, "until": g.until and g.until.isoformat()}
                for g in self.grounds
            ],
        }


@dataclass
class Plan:
    """All lines, in the order of the work. The same object for preview, deed and receipt."""

    lines: list[Line] = field(default_factory=list)
    elsewhere: dict[Text, int | None] = field(default_factory=dict)  # how many; None: not counted

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def add(self, lines: Iterable[Line]) -> None:
        self.lines += [line for line in lines if line.rows]

    def of(self, *fates: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate in fates]

    @property
    def gone(self) -> list[Line]:
        return self.of("deleted", "blanked", "unlinked")

    @property
    def kept(self) -> list[Line]:
        return self.of("kept")

    @property
    def counts(self) -> Counter[str]:
        """``{"orders.Order blanked": 3}``: the greatest number of rows among a model's groups."""
        counts: Counter[str] = Counter()
        for line in self.gone:
            key = f"{line.model} {line.fate}"
            counts[key] = max(counts[key], line.rows)
        return counts

    def as_json(self) -> dict[str, Any]:
        """For a receipt or an event: no personal values in it."""
        return {
            "lines": [line.as_json() for line in self.lines],
            "elsewhere": [{"name": str(n), "count": c} for n, c in self.elsewhere.items()],
        }
