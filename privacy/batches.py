"""What is due of one model, in batches in the order of its key, which never changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from operator import and_, or_
from typing import Any

from django.db import router, transaction
from django.db.models import Q, QuerySet
from django.db.models.deletion import Collector

from privacy import erasers
from privacy.declarations import Declaration
from privacy.erasure import Files, removed
from privacy.plan import Line
from privacy.rule import NOTHING, due
from privacy.sweep import Sweep, file_fields, linked, links
from privacy.vocabulary import Erase

BATCH = 1000  # rows that a sweep takes in one transaction
WHOLE = 5000  # rows that one DELETE takes; of 10,000 PostgreSQL reads the whole table
WINDOW = 50_000  # rows that one statement looks through for those that are due


@dataclass(frozen=True)
class Batch:
    """What one transaction erased. ``keys`` are known only where each row was looked at."""

    lines: list[Line]
    keys: tuple[Any, ...] = ()


def batches(declaration: Declaration, now: datetime, *, exact: bool = False) -> Iterator[Batch]:
    """Erase what is due of one model, a batch at a time. exact: look at each row, for its key."""
    clear = cleared if alone(declaration) and not exact else swept
    for window in windows(declaration.model._base_manager.order_by("pk")):
        yield from clear(declaration, window, now)


def windows(rows: QuerySet[Any]) -> Iterator[QuerySet[Any]]:
    """The table in pieces, so that no statement has to look through all of it."""
    ahead = rows
    while (end := nth(ahead, WINDOW)) is not None:
        yield ahead.filter(pk__lte=end)
        ahead = rows.filter(pk__gt=end)
    yield ahead


def nth(rows: QuerySet[Any], number: int) -> Any:
    """The key of the row in that place; None where there are fewer."""
    keys = rows.values_list("pk", flat=True)[number - 1 : number]
    return next(iter(keys), None)


def alone(declaration: Declaration) -> bool:
    """Whether whole rows go, and nothing hangs on them: no other row, no file, no signal."""
    model = declaration.model
    collector = Collector(using=router.db_for_write(model), origin=model._base_manager.all())
    lonely = collector.can_fast_delete(model._base_manager.all())
    return declaration.whole and lonely and not file_fields(model)


def cleared(declaration: Declaration, window: QuerySet[Any], now: datetime) -> Iterator[Batch]:
    """Delete whole rows by ranges of their keys, each range one statement and its own commit."""
    waiting = window.filter(overdue(declaration, now))
    edge = None
    while True:
        ahead = waiting if edge is None else waiting.filter(pk__gt=edge)
        edge = nth(ahead, WHOLE)
        rows = ahead if edge is None else ahead.filter(pk__lte=edge)
        gone, _ = rows.order_by().delete()
        yield Batch([Line(declaration, group, "deleted", gone) for group in declaration.personal])
        if edge is None:
            return


def swept(declaration: Declaration, window: QuerySet[Any], now: datetime) -> Iterator[Batch]:
    """Treat each row group by group; its files go after the commit."""
    due_keys = window.filter(overdue(declaration, now)).order_by().values("pk")
    waiting = window.filter(pk__in=due_keys)
    ahead = waiting
    while True:
        with transaction.atomic():
            keys = ahead.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH]
            if not (pks := tuple(keys)):
                return
            sweep = Sweep(declaration, dict.fromkeys(roles(declaration), pks), now, False)
            lines = sweep.run()
            transaction.on_commit(partial(remove, sweep.files), robust=True)
        ahead = waiting.filter(pk__gt=pks[-1])
        yield Batch(lines, pks)


def overdue(declaration: Declaration, now: datetime) -> Q:
    """The rows in which anything is left to do, and only those: a second run finds none."""
    dues = [due(declaration, group, now, on_request=False) for group in declaration.personal]
    whole = reduce(and_, dues)
    if declaration.keep_row:
        todo = whole & linked(declaration) if links(declaration) else NOTHING
    else:
        todo = whole
    parts = [
        gone & ~erasers.erased(declaration, group)
        for group, gone in zip(declaration.personal, dues, strict=True)
        if group.erase is not Erase.UNLINKED and not declaration.whole
    ]
    return reduce(or_, parts, todo)


def roles(declaration: Declaration) -> set[str]:
    return {group.about for group in declaration.personal}


def remove(files: Files) -> None:
    """What is raised here is logged; the rows have gone."""
    if failed := removed(files):
        raise ExceptionGroup("Not every file was deleted.", failed)
