"""The one rule: a value stays while one of its purposes holds.

At night a purpose holds until clock + retention. On request only a running Art. 17(3) exemption
holds, or a contract that is still being performed. Holds on single rows come on top; the night
also leaves alone what a person asked to be left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from privacy.declarations import Declaration, Group
from privacy.purposes import Purpose
from privacy.vocabulary import LegalBasis

NOTHING = Q(pk__in=())

Hold = Callable[[type[Any]], "Q | None"]
holds: list[Hold] = []
pauses: list[Hold] = []
stays: list[Hold] = []


def register_hold(hold: Hold) -> None:
    """``hold(model)`` matches the rows that nobody may erase now (None: no rows of that model).

    What it raises is not caught: if holds cannot be read, nothing is erased.
    """
    if hold not in holds:
        holds.append(hold)


def register_pause(pause: Hold) -> None:
    """``pause(model)`` matches the rows that the night leaves alone; a request does not wait."""
    if pause not in pauses:
        pauses.append(pause)


def register_stay(stay: Hold) -> None:
    """``stay(model)`` matches the rows that a request leaves to what still runs, as holds do."""
    if stay not in stays:
        stays.append(stay)


def due(declaration: Declaration, group: Group, now: datetime, *, on_request: bool) -> Q:
    """The rows in which no purpose justifies these fields any longer.

    A group without purposes is never due: a check makes it an error, and it deletes nobody.
    """
    if not group.purposes:
        return NOTHING
    clock = group.clock or declaration.clock
    held = [
        held_by(purpose, declaration.performing, clock, now, on_request=on_request)
        for purpose in group.purposes
    ]
    resting = staying(declaration) if on_request else paused(declaration)
    return ~reduce(or_, [*held, held_back(declaration), resting], NOTHING)


def held_by(
    purpose: Purpose, performing: Q | None, clock: str, now: datetime, *, on_request: bool
) -> Q:
    """The rows in which this purpose still holds. A clock that is NULL holds nothing by itself."""
    running = NOTHING if performing is None else performing
    if not on_request or purpose.exemption:
        return running | Q((f"{clock}__gte", purpose.retention.cutoff(now)))
    return running if purpose.basis is LegalBasis.CONTRACT else NOTHING


def held_back(declaration: Declaration) -> Q:
    return matched(declaration, holds)


def paused(declaration: Declaration) -> Q:
    return matched(declaration, pauses)


def staying(declaration: Declaration) -> Q:
    return matched(declaration, stays)


def matched(declaration: Declaration, asked: list[Hold]) -> Q:
    """What any of them matches; an empty Q, which Django would drop, is every row."""
    found = (one(declaration.model) for one in asked)
    return reduce(or_, [q or ~NOTHING for q in found if q is not None], NOTHING)
