"""A canary in every declared cell of every installed model, for two people; one is erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import connection, models
from pytest_django import Settings

from accounts.models import User
from privacy import erasers, erasure, retention
from privacy.declarations import Declaration, Erase, Subject, registry
from tests.factories import FIXED, LONG_AGO, Canary, Planter, everything

pytestmark = pytest.mark.django_db

MUCH_LATER = datetime(2050, 1, 1, tzinfo=UTC)  # no law keeps anything so long

# What no lookup finds, by design; the purge ends it.
NOBODY_FINDS = {"cookies.ConsentEvent", "mailings.Suppression"}


def installed() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if not m._meta.proxy and m._meta.managed]


def personal() -> list[Declaration]:
    return [declaration for declaration in registry.values() if declaration.personal]


@pytest.fixture
def planted(settings: Any, tmp_path: Any) -> tuple[Planter, Planter]:
    settings.MEDIA_ROOT = tmp_path
    shared: dict[type[models.Model], models.Model] = {}
    his, hers = Planter("a", shared), Planter("b", shared)
    for planter in (his, hers):
        everything(planter, iter(installed()))
    return his, hers


def cells() -> Iterator[tuple[str, str, str]]:
    """Every cell of the database as text: table, column, value."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                "SELECT cell.key, cell.value FROM"
                f" {connection.ops.quote_name(table)} AS r, jsonb_each_text(to_jsonb(r)) AS cell"
                " WHERE cell.value IS NOT NULL"
            )
            yield from ((table, key, value) for key, value in cursor.fetchall())


def snapshot(planter: Planter) -> dict[str, Any]:
    return {
        model._meta.label: model._base_manager.filter(pk=row.pk).values().first()
        for model, row in planter.rows.items()
    }


def subject(planter: Planter) -> Subject:
    return Subject(planter.rows[User], frozenset({planter.email}))


def erasable(canary: Canary) -> bool:
    """Whether the value itself must go: not where only its link to the person does."""
    declaration = registry.get(canary.model)
    groups = declaration.personal if declaration else []
    return any(canary.field in g.fields and g.erase is not Erase.UNLINKED for g in groups)


def still_there(canaries: list[Canary]) -> set[tuple[str, str]]:
    """Table and column of every cell in which one of the values is found."""
    texts = {canary.text for canary in canaries}
    return {(table, column) for table, column, value in cells() if any(t in value for t in texts)}


def columns(declaration: Declaration, names: tuple[str, ...]) -> set[tuple[str, str]]:
    meta = declaration.model._meta
    return {(meta.db_table, getattr(meta.get_field(name), "column", "")) for name in names}


def test_the_whole_shop_is_declared() -> None:
    assert run_checks(tags=["privacy"]) == []


def test_every_model_is_planted_with_a_canary_in_every_cell_that_can_hold_one(
    planted: tuple[Planter, Planter],
) -> None:
    his, _ = planted

    for declaration in personal():
        row = his.rows[declaration.model]
        held = {c.field for c in his.canaries if c.model is declaration.model}
        for group in declaration.personal:
            for column in erasers.columns(declaration, group):
                value = getattr(row, column.attname)
                if FIXED.get(declaration.label, {}).get(column.attname, value) is None:
                    continue  # a constraint wants somebody else there than the row's own person
                assert value not in (None, "", {}, []), f"{column} is empty"
                room = (column.max_length or 99) >= 7 and not column.choices
                textual = isinstance(column, models.CharField | models.TextField)
                if room and textual and not column.primary_key:
                    assert column.name in held, f"{column} has no canary"


def test_what_is_his_goes_and_what_is_hers_stays_to_the_byte(
    planted: tuple[Planter, Planter],
) -> None:
    his, hers = planted
    before = snapshot(hers)
    shared = {m: m._base_manager.filter(pk=r.pk).values().get() for m, r in his.shared.items()}

    erasure.erase(subject(his), MUCH_LATER)

    found = [c for c in his.canaries if erasable(c) and c.model._meta.label not in NOBODY_FINDS]
    assert len(found) > 40
    assert still_there(found) == set()
    assert snapshot(hers) == before
    for model, values in shared.items():
        assert (
            model._base_manager.filter(pk=values[model._meta.pk.attname]).values().get() == values
        )


def test_a_guest_goes_as_well_by_his_proved_address(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    shared: dict[type[models.Model], models.Model] = {}
    his, hers = Planter("a", shared, guest=True), Planter("b", shared, guest=True)
    for planter in (his, hers):
        everything(planter, iter(installed()))
    before = snapshot(hers)

    erasure.erase(Subject(None, frozenset({his.email.upper()})), MUCH_LATER)

    assert not User.objects.exists()
    assert len(his.rows) > 8
    assert still_there([c for c in his.canaries if erasable(c)]) == set()
    assert snapshot(hers) == before


def test_what_stays_of_his_leads_to_nobody(planted: tuple[Planter, Planter]) -> None:
    his, _ = planted

    erasure.erase(subject(his), MUCH_LATER)

    for declaration in personal():
        for role in declaration.roles.values():
            assert not declaration.model._base_manager.filter(role.reach(subject(his))).exists()
    assert still_there([Canary(User, None, "email", his.email)]) == set()


def test_the_purge_ends_what_no_one_asks_for(planted: tuple[Planter, Planter]) -> None:
    his, hers = planted

    retention.purge(MUCH_LATER)
    retention.purge(MUCH_LATER)  # the next night: what was in force as long as the account was

    canaries = [c for c in his.canaries + hers.canaries if erasable(c)]
    assert still_there(canaries) == set()
    assert retention.purge(MUCH_LATER).total() == 0


def test_what_the_law_keeps_is_listed_and_nothing_else_stays(
    planted: tuple[Planter, Planter],
) -> None:
    his, _ = planted
    canaries = [c for c in his.canaries if erasable(c) and c.model._meta.label not in NOBODY_FINDS]

    plan = erasure.erase(subject(his), LONG_AGO)

    listed = [columns(line.declaration, line.group.fields) for line in plan.kept]
    stayed = still_there(canaries)
    assert ("orders_invoice", "street") in stayed
    assert stayed <= set().union(*listed)
    assert all(line.grounds for line in plan.kept)
