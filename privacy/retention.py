"""Retention (Art. 5(1)(e) GDPR): what has outlived its purposes goes, every night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial, reduce
from operator import and_, or_
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from privacy import erasers
from privacy.declarations import Declaration
from privacy.dependants import in_order
from privacy.models import PurgeRun
from privacy.plan import Line, Plan
from privacy.rule import NOTHING, due
from privacy.sweep import Sweep, linked, links
from privacy.vocabulary import Erase

BATCH = 1000  # rows in one transaction


def preview(now: datetime) -> Plan:
    """What ``purge`` would do now: done, looked at and rolled back."""
    plan = Plan()
    with transaction.atomic():
        for declaration in in_order():
            plan.add(line for batch in batches(declaration, now) for line in batch)
        transaction.set_rollback(True)
    return plan


def purge(now: datetime) -> Counter[str]:
    """Erase whatever is due, whose ever it is; the counts are kept in a PurgeRun.

    ``{"orders.Order blanked": 3, …}``. In batches by key, each its own transaction, dependants
    first. A model that the database refuses to change is counted as failed, the others go on, and
    an ExceptionGroup is raised at the end; that run never counts as finished.
    """
    run = PurgeRun.objects.create(started_at=now)
    counts: Counter[str] = Counter()
    failed: list[Exception] = []
    for declaration in in_order():
        try:
            for lines in batches(declaration, now):
                counts += Plan(lines).counts
        except DatabaseError as error:
            counts[f"{declaration.label} failed"] += 1
            failed.append(error)
    run.counts = dict(counts)
    run.finished_at = None if failed else timezone.now()
    run.save()
    if failed:
        raise ExceptionGroup("The purge could not end.", failed)
    return counts


def batches(declaration: Declaration, now: datetime) -> Iterator[list[Line]]:
    """Erase what is due of one model, a batch at a time, in key order."""
    rows = declaration.model._base_manager.order_by("pk")
    waiting = rows.filter(pk__in=rows.filter(overdue(declaration, now)).order_by().values("pk"))
    last: Any = None
    while True:
        with transaction.atomic():
            ahead = waiting if last is None else waiting.filter(pk__gt=last)
            keys = ahead.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH]
            if not (pks := list(keys)):
                return
            sweep = Sweep(declaration, dict.fromkeys(roles(declaration), pks), now, False)
            lines = sweep.run()
            transaction.on_commit(partial(remove, sweep.files), robust=True)
        last = pks[-1]
        yield lines


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


def remove(files: list[tuple[Any, str]]) -> None:
    for storage, name in files:
        storage.delete(name)
