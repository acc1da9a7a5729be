"""One pass over everything, and what it found written down as places."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from django.db import transaction

from privacy.models import Request, Residue
from privacy.residue.identity import without_the_shop
from privacy.residue.places import places
from privacy.residue.sieve import sieve
from privacy.residue.tables import Hit, escaped, hits, packed, pour, tables, unescaped
from privacy.residue.variants import Search
from privacy.residue.verdict import Judge, Verdict

LONGEST_KEY = 200  # letters, as a row of residue holds

logger = logging.getLogger(__name__)


class Unreadable(Exception):
    """Some places could not be read, so nobody knows; what was found elsewhere is written down."""


@dataclass
class Findings:
    left: set[Hit] = field(default_factory=set)
    counts: Counter[Verdict] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)


def scan(case: Request, identifiers: dict[str, list[str]], *, now: datetime) -> int:
    """Search everything for the person; how many places of residue are open now.

    Call it after the erasure's commit. Raises Unreadable where a place cannot be read: that is a
    failure to be tried again, never a clean house.
    """
    found = look(identifiers, now)
    write_down(case, found, now)
    if found.unread:
        raise Unreadable(", ".join(found.unread))
    return case.residue.filter(cleared_at=None).count()


def look(identifiers: dict[str, list[str]], now: datetime) -> Findings:
    what, found = Search(without_the_shop(identifiers)), Findings()
    if what.empty:
        return found
    for hit, verdict in Judge(identifiers, now).verdicts(everything(what, found.unread)):
        found.counts[verdict] += 1
        if verdict is Verdict.LEFT:
            found.left.add(hit)
    return found


def everything(what: Search, unread: list[str]) -> Iterator[Hit]:
    yield from in_tables(what, unread)
    yield from in_places(what, unread)


def in_tables(what: Search, unread: list[str]) -> Iterator[Hit]:
    """One pass over the database: all tables run through one sieve."""
    all_tables = tables()

    def pour_all(into: IO[bytes]) -> None:
        for number, table in enumerate(all_tables):
            with noted(table.label, unread):
                pour(table, number, into)

    for line in sieve(pour_all, what.anchors):
        yield from hits(all_tables[int(line.partition("\t")[0])], line, what)
    for table in all_tables:
        with noted(table.label, unread):
            yield from [*packed(table, what)]


@contextmanager
def noted(name: str, unread: list[str]) -> Iterator[None]:
    """What cannot be read is put down as such, and the others are still looked at."""
    try:
        yield
    except Exception:
        logger.exception("A place could not be searched: %s", name)
        unread.append(name)


def in_places(what: Search, unread: list[str]) -> Iterator[Hit]:
    """The same for all that lies outside the database."""

    def pour_all(into: IO[bytes]) -> None:
        for place in places.values():
            with noted(place.name, unread):
                for said in place.read():
                    into.write("\t".join(map(escaped, (place.name, *said))).encode() + b"\n")

    for line in sieve(pour_all, what.anchors):
        name, key, text = (unescaped(part) or "" for part in line.split("\t"))
        yield from (Hit(name, "", safe(key, what), key, kind) for kind in what.kinds_in(text))


def safe(key: str, what: Search) -> str:
    """The name of a file, for one, may itself be what is looked for."""
    if what.kinds_in(key):
        return f"sha256 {hashlib.sha256(key.encode()).hexdigest()}"
    return key[:LONGEST_KEY]


@transaction.atomic
def write_down(case: Request, found: Findings, now: datetime) -> None:
    """Open what is new and clear what is gone, as far as it could be looked at."""
    Request.objects.select_for_update().get(pk=case.pk)
    known = {
        (r.place, r.column, r.key, r.identifier): r for r in case.residue.filter(cleared_at=None)
    }
    there = {(hit.table, hit.column, hit.key, hit.kind) for hit in found.left}
    gone = [r.pk for at, r in known.items() if at not in there and r.place not in found.unread]
    case.residue.filter(pk__in=gone).update(cleared_at=now)
    Residue.objects.bulk_create(
        Residue(request=case, place=p, column=c, key=k, identifier=i, found_at=now)
        for p, c, k, i in sorted(there - known.keys())
    )
