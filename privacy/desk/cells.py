"""Which counts may be shown, so that none from one to four can be worked out from the others.

Two rules, each with its proof, and one partition of time (the calendar year, its quarters, its
months), so that no two figures overlap and differ by a few.

*Told together.* Of the values of a column, the small ones are told as one sum with the next larger
one. Exchange a small one with that: the visible ones and the sum are the same, so nobody knows
which is which. Where none is large, the empty ones are told together with them too.

*One grain.* A row of months is shown whole or not at all: where a month, or what it leaves of its
whole, is small, quarters are shown; else the year, else nothing. Within a quarter one case may be
put into another month: the quarter is the same, and a month is still small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FEW = 5
GRAINS = (1, 3, 12)  # months in a cell
HIDDEN = 0  # the grain of what is not even shown for the year


def small(count: int) -> bool:
    return 0 < count < FEW


def sheltered(counts: Mapping[str, int]) -> dict[str, int | None]:
    """None for what is told together: the small ones and the next larger, or else all."""
    if not any(map(small, counts.values())):
        return dict(counts)
    edge = min((count for count in counts.values() if count >= FEW), default=None)
    together = {key for key, n in counts.items() if edge is None or 0 < n <= edge}
    return {key: None if key in together else count for key, count in counts.items()}


def summed(months: Sequence[int], grain: int) -> list[int]:
    return [sum(months[start : start + grain]) for start in range(0, len(months), grain)]


def grain_of(parts: Sequence[int], wholes: Sequence[int] | None, finest: int = 1) -> int:
    """The finest grain at which no part, and nothing that it leaves of its whole, is small."""
    rest = [whole - part for part, whole in zip(parts, wholes or parts, strict=True)]
    for grain in (g for g in GRAINS if finest and g >= finest):
        if not any(map(small, [*summed(parts, grain), *summed(rest, grain)])):
            return grain
    return HIDDEN
