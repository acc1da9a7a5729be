"""A scan for one person's traces among 500,000 orders, against pg_dump and grep in the same run.

The orders are the bulk loader's, each table then multiplied into a schema beside it: the scan and
pg_dump read the copies alike. Both get the same pattern file.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts import bulk as many_people
from accounts.models import User
from catalog import demo as shelves
from catalog.demo import bulk as many_shelves
from orders import bulk as many_orders
from privacy import subjects
from privacy.residue import identifiers
from privacy.residue.scanning import look
from privacy.residue.variants import Search
from sandbox.launcher import binaries

pytestmark = pytest.mark.django_db(transaction=True)
LOADED, TIMES = 2_000, 250
ORDERS = LOADED * TIMES
MOST = 2  # times the floor
TABLES = ("order", "orderline", "orderevent", "invoice", "creditnote", "paymentattempt", "shipment")


@pytest.fixture
def many(db: None) -> Iterator[None]:
    shelves.load()
    many_shelves.load(100)
    many_people.load(500, now=timezone.now())
    many_orders.load(LOADED, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA many")
        for table in TABLES:
            cursor.execute(
                f"CREATE TABLE many.{table} AS SELECT t.* FROM orders_{table} t,"
                f" generate_series(1, {TIMES})"
            )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA many CASCADE")


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def dumped(patterns: Path) -> None:
    at = connection.get_connection_params()
    where = {"PGHOST": at["host"], "PGPORT": str(at["port"])}
    environment = os.environ | where | {"PGUSER": at["user"], "PGPASSWORD": at["password"]}
    dump = [binaries.postgres() / "pg_dump", at["dbname"]]
    with subprocess.Popen(dump, stdout=subprocess.PIPE, env=environment) as made:
        subprocess.run(
            ["grep", "-a", "-F", "-i", "-f", patterns],
            stdin=made.stdout,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    assert made.returncode == 0


def test_a_scan_among_half_a_million_orders(
    many: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody without an order, or the copies of one person's would all be hits."""
    anna = User.objects.create_user("anna.jansen@example.com", "x", name="Anna van Jansenius")
    sought = identifiers(subjects.of(anna))
    patterns = tmp_path / "patterns"
    patterns.write_text("".join(f"{text}\n" for text in sorted(Search(sought).anchors)))

    pairs = [
        (seconds(lambda: dumped(patterns)), seconds(lambda: look(sought, timezone.now())))
        for _ in range(3)
    ]

    floor, took = min(floor for floor, _ in pairs), min(took for _, took in pairs)
    found = look(sought, timezone.now())
    with capsys.disabled():
        print(f"\nScan for what is left: {ORDERS:,} orders, {len(Search(sought).anchors)} patterns")
        print(f"  pg_dump | grep  {floor:6.1f} s")
        print(f"  scan            {took:6.1f} s  {took / floor:4.2f} × the floor")
    assert found.unread == []
    assert {hit.table for hit in found.left} == {"accounts_user"}
    assert took / floor <= MOST
