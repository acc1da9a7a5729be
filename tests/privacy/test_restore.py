"""A backup brings the erased back; the ledger outside it takes them away again, and nobody else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.models import Order
from outbox.models import Message
from privacy import erasure, tombstones
from privacy.models import LedgerMark, Look, Request
from privacy.models.events import Action
from privacy.requests.events import SYSTEM, record
from privacy.subjects import Subject
from sandbox.launcher import binaries
from tests.factories import LONG_AGO, Planter, everything

pytestmark = pytest.mark.django_db(transaction=True)
TOOLS = binaries.postgres()
Rows = dict[str, Any]


@pytest.fixture
def ledger(settings: Any, tmp_path: Path) -> Path:
    settings.TOMBSTONES = str(tmp_path / "erasures.jsonl")
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "erasures.jsonl"


@pytest.fixture
def backup(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """``backup("save")`` dumps the database, ``backup("load")`` brings it back as it was."""
    file = tmp_path / "backup.dump"

    def run(deed: str) -> None:
        if deed == "save":
            tool("pg_dump", "--format=custom", f"--file={file}")
        else:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            tool("pg_restore", "--exit-on-error", "--single-transaction", str(file))

    yield run
    connection.close()


def tool(name: str, *words: str) -> None:
    """A tool of PostgreSQL's own, on the database of this test."""
    at = connection.get_connection_params()
    connection.close()
    where = {"PGHOST": at.get("host", ""), "PGPORT": str(at.get("port", ""))}
    who = {"PGUSER": at.get("user", ""), "PGPASSWORD": at.get("password", "")}
    database = ["--dbname", at["dbname"]] if name == "pg_restore" else [at["dbname"]]
    environment = {**os.environ, **where, **who}
    subprocess.run([TOOLS / name, *words, *database], env=environment, check=True)


class People:
    """Four people with a row everywhere, two of them guests; one of each kind is erased."""

    def __init__(self) -> None:
        self.shared: dict[type[models.Model], models.Model] = {}
        self.anna, self.bram = self.planted("a"), self.planted("b")
        self.gina, self.hugo = self.planted("g", guest=True), self.planted("h", guest=True)

    def planted(self, letter: str, *, guest: bool = False) -> Planter:
        planter = Planter(letter, self.shared, guest=guest)
        everything(planter, (m for m in apps.get_models() if not m._meta.proxy))
        return planter

    def erase(self) -> None:
        erase(Subject(self.anna.rows[User], frozenset({self.anna.email})))
        erase(Subject(None, frozenset({self.gina.email})))


def erase(subject: Subject) -> Request:
    """What the steps of an erasure do up to its tombstone."""
    now = timezone.now()
    case = Request.objects.create(kind="erasure", state="executing", received_at=now, due_at=now)
    erasure.erase(subject, now)
    record(case, Action.ERASED, by=SYSTEM, now=now)
    tombstones.bury(case, subject, now=now)
    return case


def rows(planter: Planter) -> Rows:
    return {
        model._meta.label: model._base_manager.filter(pk=row.pk).values().first()
        for model, row in planter.rows.items()
    }


def rows_of(user: User) -> Any:
    return User.objects.filter(pk=user.pk).values().get()


def everything_in() -> dict[str, list[str]]:
    """All rows of all tables as text, to the byte."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            found[table] = [said for (said,) in cursor.fetchall()]
    return found


def holding(text: str) -> list[str]:
    return [table for table, said in everything_in().items() if any(text in one for one in said)]


def saved_late(row: models.Model) -> None:
    with suppress(IntegrityError), transaction.atomic():
        row.save()


def readiness() -> tuple[int, str]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["erasures"]


def replay() -> None:
    call_command("replay_erasures", verbosity=0)


def test_after_a_restore_the_erased_go_again_and_nobody_else(
    ledger: Path, backup: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    people = People()
    before = {name: rows(getattr(people, name)) for name in ("bram", "hugo")}
    backup("save")
    late = User.objects.create_user("late@example.com", "x", name="Late Comer")
    people.erase()
    erase(Subject(User.objects.get(pk=late.pk), frozenset({late.email})))
    assert readiness() == (200, "ok")

    for _ in range(2):  # the same backup may be needed twice
        backup("load")
        status, said = readiness()
        assert (status, said.split(":")[0]) == (503, "3 to replay")
        assert holding(people.anna.email)
        newcomer = User.objects.create_user("new@example.com", "x", name="New Comer")
        assert newcomer.pk == late.pk  # the key of somebody who was erased
        came = rows_of(newcomer)

        replay()

        assert readiness() == (200, "ok")
        assert holding(people.anna.email) == holding(people.gina.email) == []
        assert {name: rows(getattr(people, name)) for name in before} == before
        assert rows_of(newcomer) == came
        saved_late(people.anna.rows[User])  # the guard knows them again, and no newcomer
        saved_late(people.gina.rows[Order])
        assert holding(people.anna.email) == holding(people.gina.email) == []
        newcomer.save()
        assert rows_of(newcomer) == came
        after = everything_in()
        replay()
        assert everything_in() == after
        assert capsys.readouterr().out.splitlines()[-1] == "0 erasures replayed."


def test_a_backup_from_before_there_was_a_ledger_is_replayed_as_well(
    ledger: Path, backup: Callable[[str], None]
) -> None:
    people = People()
    before = rows(people.bram)
    with connection.schema_editor() as editor:
        editor.delete_model(LedgerMark)
    backup("save")
    with connection.schema_editor() as editor:
        editor.create_model(LedgerMark)
    people.erase()

    backup("load")
    assert readiness()[0] == 503
    with connection.schema_editor() as editor:  # migrate
        editor.create_model(LedgerMark)
    assert readiness()[0] == 503
    replay()

    assert readiness() == (200, "ok")
    assert holding(people.anna.email) == []
    assert rows(people.bram) == before


def test_who_came_back_with_the_same_address_is_left_alone(
    ledger: Path, backup: Callable[[str], None]
) -> None:
    """The backup is newer than the erasure, but the mark in it is lost."""
    people = People()
    people.erase()
    now = timezone.now() + timedelta(seconds=1)
    for email in (people.anna.email, people.gina.email):
        User.objects.create_user(email, "x", name="Back Again")
        Look.objects.create(email=email, model="orders.Order", looked_at=now)
        Message.objects.create(
            kind="a", about=email, recipient=email, message_id=email, queued_at=now, next_try_at=now
        )
    Request.objects.all().delete()
    LedgerMark.objects.all().delete()
    backup("save")
    backup("load")
    before = everything_in()

    assert readiness()[0] == 503
    replay()

    after = everything_in()
    assert {t for t in after if after[t] != before[t]} <= {"privacy_ledgermark"}
    assert readiness() == (200, "ok")


def test_a_ledger_that_is_lost_or_another_is_seen_by_every_process(ledger: Path) -> None:
    people = People()
    people.erase()
    lines = ledger.read_text().splitlines(keepends=True)

    ledger.unlink()
    assert readiness() == (503, "the ledger is shorter than what was applied here")
    with pytest.raises(CommandError, match="shorter"):
        replay()
    ledger.write_text(lines[0] + lines[1].replace("emails", "mails"))
    assert readiness() == (503, "line 2 cannot be understood")
    ledger.unlink()
    ledger.mkdir()
    assert readiness() == (503, "the ledger cannot be read (IsADirectoryError)")


def test_the_case_that_a_backup_knows_as_waiting_ends_without_a_second_letter(
    ledger: Path, backup: Callable[[str], None]
) -> None:
    anna = User.objects.create_user("anna@example.com", "x", name="Anna Jansen")
    case = Request.objects.create(
        kind="erasure", state="approved", user=anna, email=anna.email, received_at=LONG_AGO,
        due_at=LONG_AGO,
    )  # fmt: skip
    backup("save")
    subject = Subject(anna, frozenset({anna.email}))
    erasure.erase(subject, timezone.now())
    tombstones.bury(case, subject, now=timezone.now())
    backup("load")

    replay()

    case.refresh_from_db()
    assert case.state in ("fulfilled", "partially_retained")
    assert [event.reason for event in case.events.all()] == ["restored"]
    assert holding("anna@example.com") == []
    assert not Message.objects.exists()
