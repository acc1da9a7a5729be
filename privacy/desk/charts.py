"""Charts as numbers for an SVG that the template draws, and the same numbers for its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

HEIGHT, LEFT, BOTTOM, WIDTH = 150, 44, 185, 466  # of the drawing, in its own units
LONGEST, WIDEST = 270, 28
NUMBERED = 4  # cells up to which a bar bears its number; more would not fit

Numbers = Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """One or two bars for each cell of time; a value of None has no bar."""

    key: str
    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Numbers]]  # (what it is, one number for each label)
    unit: str = ""
    note: str = ""  # what is not shown, and why

    @property
    def there(self) -> bool:
        return any(n for _name, numbers in self.series for n in numbers)

    @property
    def top(self) -> int:
        """An even number, so that half of it is one too."""
        most = max([n or 0 for _name, numbers in self.series for n in numbers], default=0)
        return 2 * ceil(most / 2) or 2

    @property
    def middle(self) -> int:
        return self.top // 2

    @property
    def bars(self) -> list[dict[str, Any]]:
        return [
            bar(self, number, place)
            for place in range(len(self.labels))
            for number in range(len(self.series))
        ]

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Each label, and where it stands."""
        step = WIDTH / len(self.labels)
        return [(round(LEFT + step * (n + 0.5)), name) for n, name in enumerate(self.labels)]

    @property
    def table(self) -> list[tuple[str, list[float | None]]]:
        columns = [numbers for _name, numbers in self.series]
        return [(name, [c[n] for c in columns]) for n, name in enumerate(self.labels)]


def bar(chart: Chart, number: int, place: int) -> dict[str, Any]:
    step, count = WIDTH / len(chart.labels), chart.series[number][1][place]
    wide = min(step / 3, WIDEST)
    start = LEFT + step * (place + 0.5) - wide * len(chart.series) / 2 + number * wide
    high = HEIGHT * (count or 0) / chart.top
    return {
        "second": number == 1,
        "x": f"{start:.1f}",
        "width": f"{wide - 2:.1f}",
        "y": f"{BOTTOM - high:.1f}",
        "height": f"{high:.1f}",
        "middle": f"{start + wide / 2 - 1:.1f}",
        "above": f"{BOTTOM - high - 6:.1f}",
        "count": count if len(chart.labels) <= NUMBERED else None,
    }


def rows(counts: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """One lying bar for each, the name before it and the number behind."""
    top = max([n for _name, n in counts], default=0) or 1
    lying = [
        {
            "name": name,
            "count": count,
            "y": 12 + 30 * place,
            "text": 24 + 30 * place,
            "width": f"{LONGEST * count / top:.1f}",
            "end": f"{208 + LONGEST * count / top:.1f}",
        }
        for place, (name, count) in enumerate(counts)
    ]
    return {"bars": lying, "high": 12 + 30 * len(lying)}
