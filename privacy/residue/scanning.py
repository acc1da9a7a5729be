"""One pass over everything, and what it found written down as places."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from privacy.models import Request, Residue
from privacy.residue.places import Place, places
from privacy.residue.tables import Hit, search, tables
from privacy.residue.variants import Search
from privacy.residue.verdict import Judge, Verdict

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
    what, judge, found = Search(identifiers), Judge(identifiers, now), Findings()
    if what.empty:
        return found
    for name, hits in everything(what):
        try:
            for hit in hits:
                verdict = judge.verdict(hit)
                found.counts[verdict] += 1
                if verdict is Verdict.LEFT:
                    found.left.add(hit)
        except Exception:
            logger.exception("A place could not be searched: %s", name)
            found.unread.append(name)
    return found


def everything(what: Search) -> Iterator[tuple[str, Iterator[Hit]]]:
    for table in tables():
        yield table.label, search(table, what)
    for place in places.values():
        yield place.name, search_place(place, what)


def search_place(place: Place, what: Search) -> Iterator[Hit]:
    for key, text in place.read():
        for kind in what.kinds_in(text):
            yield Hit(place.name, "", key, None, kind)


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
