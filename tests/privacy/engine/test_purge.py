from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.models import Manager, Model, Q
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts.models import User
from privacy import batches, chart, retention, rule
from privacy.batches import Batch
from privacy.declarations import Declaration
from privacy.models import PurgeRun
from privacy.tasks import purge
from tests.privacy.engine.toyshop.people import NOW, order, person

if TYPE_CHECKING:
    from tests.privacy.engine.toyshop.models import Subscription

pytestmark = pytest.mark.usefixtures("toyshop")

OLD = NOW - timedelta(days=4 * 366)


def subscriptions(number: int, ended_at: datetime = OLD) -> Manager[Subscription]:
    from tests.privacy.engine.toyshop.models import Subscription

    Subscription.objects.bulk_create(
        Subscription(email=f"{n}@example.org", ended_at=ended_at) for n in range(number)
    )
    return Subscription.objects


def written(said: CaptureQueriesContext, verb: str, table: str) -> list[str]:
    """The statements that wrote a table."""
    start = f'{verb} "{table}"'
    return [query["sql"] for query in said if query["sql"].startswith(start)]


def test_10_003_whole_rows_go_in_as_many_statements_as_batches_and_a_second_run_touches_none() -> (
    None
):
    rows = subscriptions(10_003)

    with CaptureQueriesContext(connection) as said:
        counts = retention.purge(NOW)

    assert counts == {"toyshop.Subscription deleted": 10_003}
    assert not rows.exists()
    deletes = written(said, "DELETE FROM", "toyshop_subscription")
    assert 0 < len(deletes) <= ceil(10_003 / batches.WHOLE) + 1
    with CaptureQueriesContext(connection) as said:
        assert retention.purge(NOW).total() == 0
    assert len(written(said, "DELETE FROM", "toyshop_subscription")) <= 1  # of no row


def test_whole_batches_leave_no_empty_one_behind_but_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "WHOLE", 5)
    rows = subscriptions(10)

    with CaptureQueriesContext(connection) as said:
        retention.purge(NOW)

    assert not rows.exists()
    assert len(written(said, "DELETE FROM", "toyshop_subscription")) <= 10 / 5 + 1


def test_rows_that_stay_are_treated_in_as_many_batches_and_in_the_order_of_their_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "BATCH", 50)
    ada = person("ada")
    for n in range(203):
        order(f"N{n}", ada, closed_at=OLD)

    with CaptureQueriesContext(connection) as said:
        counts = retention.purge(NOW)

    assert counts["toyshop.Order blanked"] == 203
    locked = [q["sql"] for q in said if "FOR UPDATE" in q["sql"] and '"toyshop_order"' in q["sql"]]
    mine = [sql for sql in locked if sql.endswith('FOR UPDATE OF "toyshop_order"')]
    assert len(mine) == ceil(203 / 50) + 1
    starts = [int(found[1]) for sql in mine if (found := re.search(r'"id" > \(?(\d+)', sql))]
    assert starts == sorted(set(starts))
    assert retention.purge(NOW).total() == 0


def test_a_table_is_looked_through_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "WINDOW", 3)
    monkeypatch.setattr(batches, "WHOLE", 2)
    kept = [order(f"N{n}", person(f"ada{n}")) for n in range(7)]
    rows = subscriptions(5)
    subscriptions_kept(4)
    ada = person("ada")
    old = [order(f"O{n}", ada, closed_at=OLD) for n in range(7)]

    counts = retention.purge(NOW)

    assert counts["toyshop.Subscription deleted"] == 5
    assert counts["toyshop.Order blanked"] == 7
    assert rows.count() == 4
    for one in (*kept, *old):
        one.refresh_from_db()
    assert all(one.email for one in kept)
    assert not any(one.email for one in old)


def subscriptions_kept(number: int) -> None:
    from tests.privacy.engine.toyshop.models import Subscription

    for n in range(number):
        Subscription.objects.create(email=f"{n}@example.net", ended_at=None)


def test_what_is_on_hold_stays_in_whole_batches_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.privacy.engine.toyshop.models import Subscription

    def hold(model: type[Model]) -> Q | None:
        return Q(email__startswith="3@") if model is Subscription else None

    monkeypatch.setattr(rule, "holds", [hold])
    rows = subscriptions(5)

    assert retention.purge(NOW) == {"toyshop.Subscription deleted": 4}
    assert [one.email for one in rows.all()] == ["3@example.org"]


def test_blanked_rows_never_refill_their_own_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    ada = person("ada")
    for n in range(5):
        order(f"N{n}", ada, closed_at=OLD)

    counts = retention.purge(NOW)

    assert counts["toyshop.Order blanked"] == 5
    assert retention.purge(NOW).total() == 0


def test_a_kept_row_of_which_nothing_is_left_loses_its_owner() -> None:
    ada = person("ada", last_seen_at=NOW + timedelta(days=9 * 366))
    hers = order("1", ada)

    retention.purge(NOW + timedelta(days=9 * 366))

    hers.refresh_from_db()
    assert (hers.customer, hers.name, hers.email) == (None, "", "")
    assert User.objects.filter(pk=ada.pk).exists()


def test_what_is_not_due_is_not_touched() -> None:
    rows = subscriptions(3, ended_at=NOW - timedelta(days=29))
    ada = person("ada")
    hers = order("1", ada, closed_at=NOW - timedelta(days=10))

    assert retention.purge(NOW).total() == 0
    assert rows.count() == 3
    hers.refresh_from_db()
    assert (hers.email, hers.customer) == ("ada@example.org", ada)


def test_the_preview_says_what_the_purge_does_and_changes_nothing() -> None:
    rows = subscriptions(3)
    order("1", person("ada"), closed_at=OLD)

    foretold = retention.preview(NOW).counts

    assert rows.count() == 3
    assert foretold == retention.purge(NOW)
    assert rows.count() == 0


def test_the_digest_pins_exactly_the_rows_that_were_shown() -> None:
    rows = subscriptions(3)
    ada = person("ada")
    hers = order("1", ada, closed_at=OLD)
    shown = retention.preview(NOW)

    assert retention.preview(NOW).digest == shown.digest
    late = order("2", ada, closed_at=OLD)
    with pytest.raises(retention.Changed):
        retention.execute(NOW, shown.digest)

    assert rows.count() == 3
    assert not PurgeRun.objects.exists()
    hers.refresh_from_db()
    assert hers.email
    late.delete()
    assert retention.execute(NOW, shown.digest) == shown.counts
    assert rows.count() == 0
    assert PurgeRun.objects.get().counts == shown.counts


def test_as_many_other_rows_are_not_the_same_rows() -> None:
    rows = subscriptions(1)
    shown = retention.preview(NOW)
    rows.all().delete()
    subscriptions(1)

    with pytest.raises(retention.Changed):
        retention.execute(NOW, shown.digest)

    assert rows.count() == 1


def test_the_preview_counts_more_rows_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    subscriptions(5)

    assert retention.preview(NOW).counts == {"toyshop.Subscription deleted": 5}


def test_the_command_erases_what_it_showed_or_nothing(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW)
    rows = subscriptions(3)
    said = StringIO()
    call_command("purge", stdout=said)
    digest = said.getvalue().split()[-1]
    subscriptions_kept(1)

    with pytest.raises(CommandError, match="Look again"):
        call_command("purge", "--execute", "--digest", "0" * 64, stdout=said)
    with pytest.raises(CommandError, match="--execute"):
        call_command("purge", "--digest", digest, stdout=said)
    with pytest.raises(CommandError, match="--digest"):
        call_command("purge", "--execute", stdout=said)
    assert rows.count() == 4
    call_command("purge", "--execute", "--digest", digest, stdout=said)

    assert rows.count() == 1


def test_the_command_and_the_task(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW)
    rows = subscriptions(3)
    said = StringIO()

    call_command("purge", stdout=said)
    assert "3  toyshop.Subscription deleted" in said.getvalue()
    assert rows.count() == 3
    purge()

    assert rows.count() == 0
    assert PurgeRun.objects.get().counts == {"toyshop.Subscription deleted": 3}
    said = StringIO()
    call_command("purge", stdout=said)
    assert said.getvalue() == "Nothing has outlived its purposes.\n"


def test_a_model_that_the_database_refuses_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = subscriptions(1)
    person("ada", last_seen_at=OLD)
    real = batches.batches

    def refusing(declaration: Declaration, now: datetime) -> Iterator[Batch]:
        if declaration.model is User:
            raise DatabaseError("no")
        return real(declaration, now)

    monkeypatch.setattr("privacy.retention.batches", refusing)

    with pytest.raises(ExceptionGroup):
        retention.purge(NOW)

    assert not rows.exists()
    run = PurgeRun.objects.get()
    assert run.finished_at is None
    assert run.counts == {"toyshop.Subscription deleted": 1, "accounts.User failed": 1}


def test_the_map_is_printed_by_app_and_by_purpose() -> None:
    by_app, by_purpose, as_json = StringIO(), StringIO(), StringIO()

    call_command("personal_data", stdout=by_app)
    call_command("personal_data", "--by=purpose", stdout=by_purpose)
    call_command("personal_data", "--json", stdout=as_json)

    assert "toyshop.Order" in by_app.getvalue()
    assert "Art. 17(3)(b)" in by_purpose.getvalue()
    assert '"fields": "email, phone"' in as_json.getvalue()
    by_category, drawn = StringIO(), StringIO()
    call_command("personal_data", "--by=category", stdout=by_category)
    call_command("personal_data", "--mermaid", stdout=drawn)
    assert "toyshop.Order" in by_category.getvalue()
    assert 'n_toyshop_Order["toyshop.Order"] --> n_toy_books(["toy-books"])' in drawn.getvalue()
    assert 'n_toy_deliver(["toy-deliver"]) --> n_courier_bv{{"courier-bv"}}' in drawn.getvalue()


def test_documentation_that_is_stale_is_found_and_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "personal-data.md"
    monkeypatch.setattr(chart, "PAGE", page)
    with pytest.raises(CommandError, match="stale"):
        call_command("personal_data", "--check")

    call_command("personal_data", "--write")
    call_command("personal_data", "--check")
    assert "toyshop.Post | extra.phone, extra.address.street |" in page.read_text(encoding="utf-8")

    page.write_text("old", encoding="utf-8")
    with pytest.raises(CommandError, match="stale"):
        call_command("personal_data", "--check")
