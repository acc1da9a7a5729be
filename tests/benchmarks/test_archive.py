"""The archive of a person with 10,000 orders, and of one among 200,000 other customers.

The job runs in a process of its own, as a worker's does: what it takes is measured above what the
same process takes when it is idle, its modules loaded.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.storage import InMemoryStorage
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from catalog import demo as shelves
from orders import bulk as many_orders
from orders.models import Order
from privacy.archives import delivery
from privacy.archives.joining import join
from privacy.archives.making import Making
from privacy.archives.parts import private
from privacy.models import Export
from privacy.subjects import Subject
from tests.benchmarks import crowd

pytestmark = pytest.mark.django_db(transaction=True)  # another process sees what is there

# `make test` runs them small, `make bench` as large as they are meant
ORDERS = int(os.environ.get("BENCH_ORDERS", "300"))
OTHERS = int(os.environ.get("BENCH_OTHERS", "5000"))
MOST = 60  # MB above idle
WORKER = """
import django, sys
django.setup()
from django.db import connection
from django.utils import timezone
from privacy import subjects
from privacy.archives import job
from privacy.models import Export

def now(name):
    lines = open('/proc/self/status').read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

list(Export.objects.select_related('request'))
print('idle', now('VmRSS'), flush=True)
pk, slices = int(sys.argv[1]), 0
while Export.objects.get(pk=pk).state in ('waiting', 'running') and slices < 100:
    job.work(pk, clock=timezone.now)
    slices += 1
print('peak', now('VmHWM'), slices, flush=True)
"""


@pytest.fixture
def anna(settings: Settings, tmp_path: Path) -> User:
    shelves.load()
    return User.objects.create_user("anna.jansen@example.com", "x", name="Anna Jansen")


def worker(export: Export) -> subprocess.Popen[str]:
    database = connection.settings_dict
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + str(database["NAME"])
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "soocas.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(export.pk)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def seen(export: Export, process: subprocess.Popen[str], share: float) -> list[int]:
    """How far it was said to be, until it was that far."""
    told: list[int] = []
    while process.poll() is None:
        export.refresh_from_db()
        if export.done and export.done not in told:
            told.append(export.done)
        if export.total and export.done >= share * export.total:
            break
        time.sleep(0.2)
    return told


def test_ten_thousand_orders_in_constant_memory_killed_and_resumed(
    anna: User, capsys: pytest.CaptureFixture[str]
) -> None:
    many_orders.load(ORDERS, now=timezone.now())
    Order.objects.update(customer=anna)
    case = delivery.ask(anna, portable=False, now=timezone.now())
    export = case.exports.get()

    began = time.monotonic()
    first = worker(export)
    told = seen(export, first, 0.4)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    export.refresh_from_db()
    half = export.done
    Export.objects.update(alive_at=timezone.now() - timedelta(minutes=10))  # it is found dead
    second = worker(export)
    said, _ = second.communicate()
    took = time.monotonic() - began

    export.refresh_from_db()
    figures = dict(line.split(maxsplit=1) for line in said.splitlines())
    idle, peak = float(figures["idle"]), float(figures["peak"].split()[0])
    with private().open(export.file) as file, ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        front = len(archive.read("index.html"))
        names = archive.namelist()
    rows = {source["model"]: source["rows"] for source in manifest["sources"]}
    with capsys.disabled():
        print(f"\nArchive of {ORDERS} orders, {export.total} rows: {took:.0f} s with a kill -9")
        print(
            f"  idle {idle:.0f} MB, peak {peak:.0f} MB, {peak - idle:.0f} above; {len(told)} steps"
        )
        print(f"  killed at {half}; ZIP {export.size / 1e6:.1f} MB, {len(names)} files in it,")
        print(f"  first page {front / 1e3:.0f} KB")
    assert export.state == "ready"
    assert len(told) > 3
    assert 0 < half < export.total
    assert rows["orders.Order"] == ORDERS
    assert export.done == export.total
    assert peak - idle <= MOST
    assert front < 2_000_000


TIMES = 9  # the quickest counts: whatever else this machine does only adds


def seconds(user: User) -> float:
    began = time.perf_counter()
    making = Making(Subject(user, frozenset({user.email})), False, InMemoryStorage())
    making.survey()
    while not making.over:
        making.step()
    join(making, io.BytesIO(), made_at=timezone.now())
    return time.perf_counter() - began


def scans(user: User) -> Iterator[tuple[str, Any]]:
    """Tables of which a person's archive reads more rows than are hers, by the planner."""
    from privacy.archives.sources import models

    subject = Subject(user, frozenset({user.email}))
    for declaration in models(portable=False):
        for name, role in declaration.roles.items():
            rows = declaration.model._base_manager.filter(role.reach(subject)).order_by()
            plan = rows.values_list("pk").explain()
            table = declaration.model._meta.db_table
            if f"Seq Scan on {table}" in plan and table in crowd.CLONED:
                yield f"{declaration.label} {name}", plan


def test_a_person_among_many_others(anna: User, capsys: pytest.CaptureFixture[str]) -> None:
    crowd.buyer(anna, 100)
    crowd.others(1, 1_000)
    seconds(anna)
    few = min(seconds(anna) for _ in range(TIMES))
    crowd.others(1_001, OTHERS)
    seconds(anna)
    many = min(seconds(anna) for _ in range(TIMES))

    read_whole = dict(scans(anna))
    with capsys.disabled():
        print(
            f"\nArchive among 1,000 others {few:.2f} s, among {OTHERS:,} {many:.2f} s,"
            f" ratio {many / few:.2f}"
        )
        for name, plan in read_whole.items():
            print(f"  reads the whole table: {name}\n{plan}")
    if OTHERS >= 100_000:  # in a small table reading all of it is the quickest way
        assert read_whole == {}
        assert many / few <= 1.3
