"""Where else than in tables something may lie: each room registers its places and how to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from django.db.models import Model

Read: TypeAlias = Callable[[], Iterator[tuple[str, str]]]
Reading: TypeAlias = Callable[[str], str]
Owner: TypeAlias = Callable[[str], Iterable[Model]]


@dataclass(frozen=True)
class Place:
    """``read()`` yields (which one, its text) of all that lies there; what it raises is a fault."""

    name: str
    read: Read


places: dict[str, Place] = {}
readings: dict[tuple[str, str], Reading] = {}
owners: dict[str, list[Owner]] = {}


def register(name: str, read: Read) -> None:
    """A place outside the database, such as a cache, a queue, a folder."""
    places[name] = Place(name, read)


def register_reading(table: str, column: str, reading: Reading) -> None:
    """A column whose text is packed: ``reading(cell)`` unpacks it before it is searched."""
    readings[table, column] = reading


def register_owner(place: str, owner: Owner) -> None:
    """Whose a thing in a place is: ``owner(which one)`` gives the declared rows that keep it."""
    owners.setdefault(place, []).append(owner)
