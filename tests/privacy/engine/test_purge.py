from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.db.models import Manager
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accounts.models import User
from privacy import retention
from privacy.declarations import Declaration
from privacy.models import PurgeRun
from privacy.plan import Line
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


def test_10_003_rows_go_in_batches_and_a_second_run_touches_none(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = subscriptions(10_003)

    with django_assert_max_num_queries(11 * 12 + 60):
        counts = retention.purge(NOW)

    assert counts == {"toyshop.Subscription deleted": 10_003}
    assert not rows.exists()
    assert retention.purge(NOW).total() == 0


def test_blanked_rows_never_refill_their_own_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
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


def test_the_command_and_the_task(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW)
    rows = subscriptions(3)
    said = StringIO()

    call_command("purge", "--preview", stdout=said)
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
    real = retention.batches

    def refusing(declaration: Declaration, now: datetime) -> Iterator[list[Line]]:
        if declaration.model is User:
            raise DatabaseError("no")
        return real(declaration, now)

    monkeypatch.setattr(retention, "batches", refusing)

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
