"""Charts as numbers for an SVG that the template draws; a hidden value has no bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEIGHT, LEFT, BOTTOM, STEP = 165, 44, 185, 39  # of the drawing, in its own units
LONGEST = 300


def columns(
    received: Mapping[str, int | None], answered: Mapping[str, int | None]
) -> dict[str, Any]:
    """Two bars for each month."""
    top = max([n or 0 for n in [*received.values(), *answered.values()]], default=0) or 1
    bars = [
        {
            "x": LEFT + place * STEP,
            "x2": LEFT + place * STEP + 15,
            "text": LEFT + place * STEP + 13,
            "name": month[5:],
            "one": bar(received[month], top),
            "two": bar(answered.get(month, 0), top),
            "hidden": None in (received[month], answered.get(month, 0)),
        }
        for place, month in enumerate(received)
    ]
    return {"top": top, "bars": bars}


def bar(count: int | None, top: int) -> dict[str, str]:
    high = HEIGHT * (count or 0) / top
    return {"y": f"{BOTTOM - high:.1f}", "height": f"{high:.1f}"}


def rows(counts: list[tuple[str, int | None]]) -> list[dict[str, Any]]:
    """One lying bar for each, the name before it and the number behind."""
    top = max([n or 0 for _name, n in counts], default=0) or 1
    return [
        {
            "name": name,
            "count": count,
            "y": 12 + 30 * place,
            "text": 24 + 30 * place,
            "width": f"{LONGEST * (count or 0) / top:.1f}",
            "end": f"{168 + LONGEST * (count or 0) / top:.1f}",
        }
        for place, (name, count) in enumerate(counts)
    ]
