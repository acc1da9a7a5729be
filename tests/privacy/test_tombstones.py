"""The ledger of erasures: a line each, on the disk, that names nobody and that nobody changes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from privacy import tombstones
from privacy.models import Request
from privacy.subjects import Subject

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ledger(settings: Any, tmp_path: Path) -> Path:
    settings.TOMBSTONES = str(tmp_path / "erasures.jsonl")
    return tmp_path / "erasures.jsonl"


def make_case() -> Request:
    return Request.objects.create(
        kind="erasure", state="executing", received_at=NOW, due_at=NOW, language="nl"
    )


def test_an_erasure_is_written_down_once_and_names_nobody(ledger: Path, anna: User) -> None:
    case, subject = make_case(), Subject(anna, frozenset({anna.email}))

    tombstones.bury(case, subject, now=NOW)
    tombstones.bury(case, subject, now=NOW)

    [stone] = tombstones.read()
    assert stone.subject == str(anna.subject_id)
    assert stone.at == NOW
    said = ledger.read_text()
    assert "jansen" not in said
    assert case.reference not in said
    assert f'"{anna.pk}"' not in said
    assert str(case.pk) not in stone.emails


def test_a_guest_gets_a_number_that_leads_nowhere(ledger: Path) -> None:
    for _ in range(2):
        tombstones.bury(make_case(), Subject(None, frozenset({"bo@example.com"})), now=NOW)

    one, other = tombstones.read()
    assert one.subject != other.subject
    assert one.emails == other.emails


def test_a_line_that_was_changed_or_taken_away_is_seen(ledger: Path) -> None:
    for name in "abc":
        tombstones.bury(make_case(), Subject(None, frozenset({f"{name}@example.com"})), now=NOW)
    lines = ledger.read_text().splitlines(keepends=True)

    for forged in (
        lines[1:],
        lines[:1] + lines[2:],
        [lines[0].replace("2026", "2025"), *lines[1:]],
    ):
        ledger.write_text("".join(forged))
        with pytest.raises(tombstones.Unreadable):
            tombstones.read()


def test_a_ledger_that_is_out_of_reach_lets_no_erasure_pass(settings: Any, tmp_path: Path) -> None:
    settings.TOMBSTONES = str(tmp_path / "unmounted" / "erasures.jsonl")

    with pytest.raises((OSError, tombstones.Unreadable)):
        tombstones.bury(make_case(), Subject(None, frozenset({"bo@example.com"})), now=NOW)
    with pytest.raises(tombstones.Unreadable):
        tombstones.read()


def test_an_older_key_is_still_recognised(ledger: Path, settings: Any) -> None:
    case, subject = make_case(), Subject(None, frozenset({"bo@example.com"}))
    tombstones.bury(case, subject, now=NOW)
    settings.TOMBSTONE_KEYS = ["a newer one", *settings.TOMBSTONE_KEYS]

    tombstones.bury(case, subject, now=NOW)

    [stone] = tombstones.read()
    assert stone.names("Bo@Example.com")


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain(ledger: Path) -> None:
    cases = [make_case() for _ in range(8)]
    start = threading.Barrier(len(cases))

    def write(case: Request) -> None:
        start.wait()
        tombstones.bury(case, Subject(None, frozenset({"bo@example.com"})), now=NOW)
        connection.close()

    threads = [threading.Thread(target=write, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [stone.number for stone in tombstones.read()] == list(range(1, 9))


def test_a_line_that_was_never_finished_is_no_line_and_the_next_one_stands(ledger: Path) -> None:
    tombstones.bury(make_case(), Subject(None, frozenset({"bo@example.com"})), now=NOW)
    ledger.write_text(ledger.read_text() + '{"number": 2, "at')

    tombstones.bury(make_case(), Subject(None, frozenset({"cees@example.com"})), now=NOW)

    assert [stone.number for stone in tombstones.read()] == [1, 2]
