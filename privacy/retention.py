"""Retention (Art. 5(1)(e) GDPR): what has outlived its purposes goes, every night."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Count, Value
from django.utils import timezone

from privacy.batches import batches, overdue
from privacy.dependants import in_order
from privacy.models import PurgeRun
from privacy.plan import Plan


class Changed(Exception):
    """What is due is no longer what was shown; nothing was erased."""


@dataclass(frozen=True)
class Foretold:
    """What a purge would do now, and what pins exactly that."""

    counts: Counter[str]
    digest: str


def preview(now: datetime) -> Foretold:
    """What ``purge`` would do now: done, looked at and rolled back."""
    with transaction.atomic():
        foretold = erase_exactly(now)
        transaction.set_rollback(True)
    return foretold


def execute(now: datetime, digest: str) -> Counter[str]:
    """Erase what a preview showed, in one transaction. Raises Changed where that is not the same.

    What is compared is what was erased, before it is committed: no row can slip in between.
    """
    with transaction.atomic():
        done = erase_exactly(now)
        if done.digest != digest:
            raise Changed
        PurgeRun.objects.create(
            started_at=now, finished_at=timezone.now(), counts=dict(done.counts)
        )
    return done.counts


def erase_exactly(now: datetime) -> Foretold:
    """Erase whatever is due; the digest is made of the rows' keys and of what became of them."""
    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    for declaration in in_order():
        for batch in batches(declaration, now, exact=True):
            counts += Plan(batch.lines).counts
            fates = [line.as_json() for line in batch.lines if line.rows]
            said = [declaration.label, [str(key) for key in batch.keys], fates]
            digest.update(json.dumps(said).encode())
    return Foretold(counts, digest.hexdigest())


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
            for batch in batches(declaration, now):
                counts += Plan(batch.lines).counts
        except DatabaseError as error:
            counts[f"{declaration.label} failed"] += 1
            failed.append(error)
    run.counts = dict(counts)
    run.finished_at = None if failed else timezone.now()
    run.save()
    if failed:
        raise ExceptionGroup("The purge could not end.", failed)
    return counts


def backlog(now: datetime) -> dict[str, int]:
    """How many rows of each model are due and still stand, in one statement; none left out."""
    first, *others = (
        declaration.model._base_manager.filter(overdue(declaration, now))
        .order_by()
        .annotate(label=Value(declaration.label))
        .values("label")
        .annotate(rows=Count("pk"))
        .values_list("label", "rows")
        for declaration in in_order()
    )
    return {label: rows for label, rows in first.union(*others, all=True) if rows}
