"""What machines are told of the shop."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from privacy.models import PurgeRun

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def test_a_whole_shop_is_ready(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert set(answer.json()) == {
        "ready",
        "database",
        "broker",
        "cache",
        "migrations",
        "purge",
        "erasures",
        "guard",
    }
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.cookies == {}


def test_a_migration_that_was_not_applied_makes_it_unready_but_alive(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'orders'")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["migrations"] == "not applied"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("hours", "status"), [(30, 200), (72, 503)])
def test_a_purge_that_stopped_is_seen(client: Client, hours: int, status: int) -> None:
    ended = timezone.now() - timedelta(hours=hours)
    PurgeRun.objects.create(started_at=ended, finished_at=ended)

    assert client.get("/readyz").status_code == status


def test_a_purge_that_never_ran_is_seen_once_the_shop_is_old_enough(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET applied = %s", [datetime(2026, 1, 1, tzinfo=UTC)]
        )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["purge"] == "never ran"


def test_without_its_servers_it_is_alive_and_says_what_does_not_answer(tmp_path: Path) -> None:
    ask = (
        "import django; django.setup();"
        "from django.test import Client; c = Client(HTTP_HOST='localhost');"
        "r = c.get('/readyz'); print(c.get('/healthz').status_code, r.status_code, r.json())"
    )
    environment = {"SOOCAS_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "soocas.settings"}

    said = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    assert said.startswith("200 503")
    for part in ("database", "broker", "cache"):
        assert f"'{part}': 'does not answer'" in said
