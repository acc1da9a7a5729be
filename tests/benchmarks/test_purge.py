"""The nightly purge of 200,000 of 1,000,000 rows, measured against plain SQL in the same run.

The table has three indexes. Plain SQL deletes in batches of 5,000, as fast as is known here; it
knows nothing of purposes, holds or the order of keys.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from privacy import batches
from privacy.declarations import registry
from tests.privacy.engine.conftest import only_declared_here, toyshop
from tests.privacy.engine.toyshop.people import NOW, person

__all__ = ["only_declared_here", "toyshop"]

ROWS, DUE = 1_000_000, 200_000
PLAIN = """
    DELETE FROM toyshop_visit WHERE id IN (
        SELECT id FROM toyshop_visit WHERE seen_at < %s LIMIT 5000 FOR UPDATE SKIP LOCKED)
"""
OLD, RECENT = NOW - timedelta(days=4 * 366), NOW - timedelta(days=1)

pytestmark = pytest.mark.django_db(transaction=True)  # each batch is a commit, as at night


@pytest.fixture
def shop(toyshop: None) -> Iterator[None]:
    yield
    models = apps.get_app_config("toyshop").get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(tables)} CASCADE")


def fill(user: User, old: str) -> None:
    """A million visits, a fifth of them old: the first ones, or each fifth."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE toyshop_visit RESTART IDENTITY")
        cursor.execute(
            "INSERT INTO toyshop_visit (user_id, page, seen_at)"
            f" SELECT %s, md5(n::text), CASE WHEN {old} THEN %s ELSE %s END"
            " + n * interval '1 millisecond' FROM generate_series(1, %s) AS n",
            [user.pk, OLD, RECENT, ROWS],
        )
        cursor.execute("ANALYZE toyshop_visit")


class Longest:
    """How long the slowest statement took, in seconds."""

    seconds = 0.0
    statements = 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.seconds = max(self.seconds, time.perf_counter() - began)
            self.statements += 1


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    took: dict[str, float] = {}
    longest, before = Longest(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with connection.execute_wrapper(longest):
        yield took
    took["seconds"] = time.perf_counter() - began
    took["longest"], took["statements"] = longest.seconds, longest.statements
    took["kilobytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def plainly() -> int:
    gone = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(PLAIN, [NOW - timedelta(days=3 * 365 + 2)])
            if not cursor.rowcount:
                return gone
            gone += cursor.rowcount


def purged() -> int:
    from tests.privacy.engine.toyshop.models import Visit

    found = batches.batches(registry[Visit], NOW)
    return sum(batch.lines[0].rows for batch in found)


@pytest.mark.parametrize("old", [f"n <= {DUE}", f"n %% {ROWS // DUE} = 0"])
def test_purging_a_fifth_of_a_million_rows(
    shop: None, old: str, capsys: pytest.CaptureFixture[str]
) -> None:
    user = person("ada")
    figures = {}
    for name, work in (("plain SQL", plainly), ("the purge", purged)):
        fill(user, old)
        with timed() as took:
            assert work() == DUE
        figures[name] = took

    ratio = figures["plain SQL"]["seconds"] / figures["the purge"]["seconds"]
    with capsys.disabled():
        print(f"\nPurge of {DUE:,} of {ROWS:,} rows, where {old}: {ratio:.2f} of plain SQL's rate")
        for name, took in figures.items():
            print(
                f"  {name}  {DUE / took['seconds']:9,.0f} rows/s"
                f"  longest of {took['statements']:.0f} statements {took['longest'] * 1000:4.0f} ms"
                f"  memory +{took['kilobytes'] / 1024:.1f} MB"
            )
    assert ratio >= 0.6
    assert figures["the purge"]["longest"] < 0.1
    assert figures["the purge"]["kilobytes"] < 4 * 1024
