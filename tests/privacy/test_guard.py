"""What was erased stays erased, whatever writes late: the database itself sees to it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations import AlterField, Migration
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.models import Order, Refund
from privacy import erased, erasers, erasure, guard, retention
from privacy.declarations import Declaration, Erase, registry
from privacy.models import Erased, Hold
from privacy.subjects import Subject
from privacy.tasks import purge
from tests.factories import LONG_AGO, Planter
from tests.people import person, staff_member
from tests.privacy.test_canaries import (
    MUCH_LATER,
    NOBODY_FINDS,
    personal,
    planted,
    snapshot,
    subject,
)

__all__ = ["planted"]
pytestmark = pytest.mark.django_db
Two = tuple[Planter, Planter]

# A browser's key would itself be personal; Django saves a session only where its row still is.
NOT_WRITTEN_DOWN = {"accounts.Session"}


def saved_late(row: models.Model) -> bool:
    """As an instance that was read before the erasure is saved after it."""
    try:
        with transaction.atomic():
            row.save()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        return False
    return True


def late(planter: Planter) -> dict[type[models.Model], models.Model]:
    """Everything of a person's, as some process holds it."""
    return {model: model._base_manager.get(pk=row.pk) for model, row in planter.rows.items()}


def back(declaration: Declaration, pk: Any) -> list[tuple[str, ...]]:
    """The groups of a row that are no longer erased."""
    row = declaration.model._base_manager.filter(pk=pk)
    groups = [g for g in declaration.personal if g.erase is not Erase.UNLINKED]
    if declaration.whole:
        return [g.fields for g in groups] if row.exists() else []
    return [
        g.fields
        for g in groups
        if row.exists() and not row.filter(erasers.erased(declaration, g)).exists()
    ]


@contextmanager
def without_the_guard() -> Iterator[None]:
    for trigger in guard.installed():
        guard.run(trigger.drop())
    yield
    guard.install()


def brought_back(held: dict[type[models.Model], models.Model]) -> set[str]:
    """Every model of which a late save brings something back."""
    found = set()
    for declaration in (d for d in personal() if d.label not in NOBODY_FINDS):
        row = held[declaration.model]
        saved_late(row)
        if back(declaration, row.pk):
            found.add(declaration.label)
    return found


def test_a_late_save_of_any_row_of_an_erased_person_brings_nothing_back(planted: Two) -> None:
    his, hers = planted
    held, before = late(his), snapshot(hers)

    erasure.erase(subject(his), MUCH_LATER)
    gone = {label for label in snapshot(his) if snapshot(his)[label] is None}

    assert brought_back(held) == set()
    assert {label for label in gone if snapshot(his)[label] is not None} == set()
    assert snapshot(hers) == before


def test_without_the_guard_many_would_come_back(planted: Two) -> None:
    """That the walk above is one."""
    held = late(planted[0])
    erasure.erase(subject(planted[0]), MUCH_LATER)

    with without_the_guard():
        assert {"accounts.User", "orders.Order", "orders.Refund"} <= brought_back(held)


def test_what_the_law_still_keeps_may_be_written_and_what_went_may_not(planted: Two) -> None:
    his, _ = planted
    held = late(his)
    erasure.erase(subject(his), LONG_AGO)
    still = {label for label, row in snapshot(his).items() if row is not None}
    left = {d.label: back(d, held[d.model].pk) for d in personal()}

    for declaration in personal():
        saved_late(held[declaration.model])

    after = {d.label: back(d, held[d.model].pk) for d in personal()}
    assert {label for label, row in snapshot(his).items() if row is not None} == still
    assert after == left


def test_another_person_s_rows_are_written_as_ever(planted: Two) -> None:
    his, hers = planted
    erasure.erase(subject(his), MUCH_LATER)

    order = Order.objects.get(pk=hers.rows[Order].pk)
    order.email, order.gift_note = "new@example.org", "Tot zondag"
    order.save()

    order.refresh_from_db()
    assert (order.email, order.gift_note) == ("new@example.org", "Tot zondag")


def test_every_declared_row_that_can_go_is_known_to_the_guard() -> None:
    refusing = {t.table for t in guard.installed() if t.name == "privacy_guard_insert"}
    going = {
        d.model._meta.db_table
        for d in personal()
        if not d.keep_row and d.label not in NOT_WRITTEN_DOWN
    }

    assert refusing == going


def test_the_money_part_of_a_late_save_counts_and_the_personal_part_does_not(planted: Two) -> None:
    his, _ = planted
    order = Order.objects.get(pk=his.rows[Order].pk)
    erasure.erase(subject(his), MUCH_LATER)

    order.paid = not order.paid
    order.save()

    kept = Order.objects.get(pk=order.pk)
    assert kept.paid == order.paid
    assert (kept.email, kept.phone, kept.billing_name, kept.customer_id) == ("", "", "", None)


def test_whoever_takes_over_from_an_erased_officer_is_written_down() -> None:
    maud, anton = staff_member("dpo"), staff_member("dpo")
    gone = maud.pk
    hold = Hold.objects.create(
        model="orders.Order", key="1", ground="claim", author=maud, placed_at=LONG_AGO
    )
    erasure.erase(Subject(maud), timezone.now())
    assert not Hold.objects.filter(author=gone).exists()

    hold.released_by, hold.released_at = anton, timezone.now()
    hold.author_id = gone
    hold.save()

    hold = Hold.objects.get(pk=hold.pk)
    assert (hold.author_id, hold.released_by) == (None, anton)


def test_the_moment_of_a_decision_is_written_with_whoever_decides_anew(planted: Two) -> None:
    his, _ = planted
    anton, refund = staff_member("dpo"), Refund.objects.get(pk=his.rows[Refund].pk)
    refund.approved_by = None
    erasure.erase(subject(his), MUCH_LATER)
    refund.save()
    assert Refund.objects.get(pk=refund.pk).approved_at is None

    refund.requested_by, refund.approved_at = anton, LONG_AGO
    refund.save()

    assert Refund.objects.get(pk=refund.pk).approved_at == LONG_AGO


def test_a_second_erasure_and_the_night_still_end_what_was_held(planted: Two) -> None:
    his, _ = planted
    held = late(his)
    erasure.erase(subject(his), LONG_AGO)

    retention.purge(MUCH_LATER)
    erasure.erase(subject(his), MUCH_LATER)

    found = {d.label: back(d, held[d.model].pk) for d in personal() if d.label not in NOBODY_FINDS}
    assert {label for label, groups in found.items() if groups} == set()


def test_erasing_twice_writes_nothing_down_twice(planted: Two) -> None:
    his, _ = planted
    erasure.erase(subject(his), MUCH_LATER)
    first = [*Erased.objects.order_by("pk").values()]

    erasure.erase(subject(his), MUCH_LATER)

    assert [*Erased.objects.order_by("pk").values()] == first
    assert Erased.objects.get(model="accounts.User").columns == []
    assert not Erased.objects.filter(model__in=NOT_WRITTEN_DOWN).exists()


def test_what_is_remembered_of_a_row_goes_a_month_after_the_row_itself(planted: Two) -> None:
    his, _ = planted
    now = timezone.now()
    erasure.erase(subject(his), MUCH_LATER)
    Erased.objects.update(erased_at=now - timedelta(days=31))

    purge()

    kept = {*Erased.objects.values_list("model", flat=True)}
    assert "orders.Order" in kept
    assert all(Order.objects.filter(pk=e.key) for e in Erased.objects.filter(model="orders.Order"))
    assert "accounts.User" not in kept
    assert erased.forget_gone(now) == 0


def test_a_row_that_went_a_moment_ago_is_remembered() -> None:
    user = person()
    erasure.erase(Subject(user), timezone.now())

    purge()

    assert Erased.objects.filter(model="accounts.User").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_that_waits_for_the_erasure_to_end_brings_nothing_back() -> None:
    """Read before, written while it runs: the row is locked, and what comes after is refused."""
    user = person(name="Anna Jansen")
    held = User.objects.get(pk=user.pk)
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            erasure.erase(Subject(user), timezone.now())
            waiting = other.submit(closing(saved_late), held)
            while not somebody_waits():
                assert not waiting.done()
        assert waiting.result() is False

    assert not User.objects.exists()


def closing(work: Any) -> Any:
    def run(row: models.Model) -> Any:
        try:
            return work(row)
        finally:
            connection.close()

    return run


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_table_whose_guard_is_gone_or_changed_is_not_served(client: Client) -> None:
    assert client.get("/readyz").json()["guard"] == "ok"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_order DISABLE TRIGGER privacy_guard_update")
        cursor.execute("DROP TRIGGER privacy_guard_insert ON accounts_user")
        cursor.execute(
            "CREATE OR REPLACE FUNCTION privacy_guard_update_orders_shipment() RETURNS trigger"
            " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    tables = "accounts_user, orders_order, orders_shipment"
    assert answer.json()["guard"] == f"stale: run migrate ({tables})"
    call_command("migrate", verbosity=0)
    assert client.get("/readyz").json()["guard"] == "ok"


def test_a_declaration_that_changes_changes_the_guard_at_the_next_migration() -> None:
    was = registry[Order]
    less = [g for g in was.groups if "gift_note" not in g.fields]
    registry[Order] = Declaration(
        Order, tuple(less), was.clock, was.performing, was.keep_row, was.roles
    )
    try:
        assert guard.stale() == ["orders_order"]
        guard.install()
        assert guard.stale() == []
        assert not any("gift_note" in t.made_by for t in guard.installed())
    finally:
        registry[Order] = was
        guard.install()


def test_a_migration_may_change_a_column_that_is_watched() -> None:
    """PostgreSQL refuses it while a trigger does; the guard makes way, and is back afterwards."""
    state = MigrationExecutor(connection).loader.project_state()
    longer = AlterField("order", "gift_note", models.CharField(max_length=999, blank=True))
    migration = type("Longer", (Migration,), {"operations": [longer]})("longer", "orders")

    emit_pre_migrate_signal(0, False, "default", plan=[(migration, False)])
    with connection.schema_editor() as editor:
        migration.apply(state, editor)
    there = {trigger.table for trigger in guard.installed()}
    emit_post_migrate_signal(0, False, "default")

    assert "accounts_user" in there
    assert "orders_order" not in there
    assert guard.stale() == []


def test_before_its_own_table_is_there_the_guard_is_not() -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(Erased)

    guard.install()

    assert guard.installed() == set()


def test_no_other_row_under_an_erased_key_is_refused_by_mistake() -> None:
    user = person()
    erasure.erase(Subject(user), timezone.now())
    next_one = person()

    next_one.save()

    assert User.objects.get() == next_one
    with pytest.raises(IntegrityError, match="erased"), transaction.atomic():
        User.objects.create(pk=Erased.objects.get(model="accounts.User").key, email="a@example.org")
