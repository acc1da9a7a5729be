"""Triggers, made of the declarations, that let no late write bring back what was erased.

An UPDATE that would is not refused but keeps what the erasure wrote: the rest of it, such as that a
payment arrived, still counts. An INSERT under the key of a row that was erased is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import ProgrammingError, connection, transaction
from django.db.models import Field

from privacy import erasers
from privacy.declarations import Declaration, Group, registry
from privacy.erased import guarded, nameable, people
from privacy.models import Erased
from privacy.vocabulary import Erase, Generalise

NAME = "privacy_guard"
REFUSED = "privacy_erased_row"  # as the constraint that the IntegrityError names

INSTALLED = """
SELECT c.relname, t.tgname, p.prosrc, obj_description(t.oid, 'pg_trigger')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgname LIKE 'privacy\\_guard\\_%' AND t.tgenabled = 'O' AND pg_table_is_visible(c.oid)
"""
KEEP = """
DECLARE gone CONSTANT text[] := (
    SELECT columns FROM privacy_erased WHERE model = {label} AND key = NEW.{key}::text);
BEGIN
{lines}
    RETURN NEW;
END"""
REFUSE = """
BEGIN
    IF EXISTS (SELECT FROM privacy_erased WHERE model = {label} AND key = NEW.{key}::text) THEN
        RAISE EXCEPTION 'this row was erased' USING
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = {constraint};
    END IF;
    RETURN NEW;
END"""


class Trigger(NamedTuple):
    """A trigger as it stands in the database; its comment is the statement that made it."""

    table: str
    name: str
    body: str
    made_by: str

    def make(self) -> Iterator[str]:
        on = f"{self.name} ON {quoted(self.table)}"
        function = f"{quoted(f'{self.name}_{self.table}')}()"
        begun = f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql"
        yield f"{begun} AS $guard${self.body}$guard$"
        yield f"DROP TRIGGER IF EXISTS {on}"
        yield f"{self.made_by} EXECUTE FUNCTION {function}"
        yield f"COMMENT ON TRIGGER {on} IS {literal(self.made_by)}"

    def drop(self) -> Iterator[str]:
        yield f"DROP TRIGGER {self.name} ON {quoted(self.table)}"
        yield f"DROP FUNCTION {quoted(f'{self.name}_{self.table}')}()"


def install(**_signal: Any) -> None:
    """Let the triggers follow the declarations; after each migration, a no-op where they do.

    A table that is not migrated that far yet gets none: /readyz says so.
    """
    there, wanted = installed(), set(declared()) if remembering() else set()
    for trigger in sorted(there - wanted):
        run(trigger.drop())
    for trigger in sorted(wanted - there):
        with suppress(ProgrammingError):
            run(trigger.make())


def make_way(plan: Any = (), **_signal: Any) -> None:
    """Before a migration: PostgreSQL changes no column that a trigger watches."""
    apps = {migration.app_label for migration, _backwards in plan}
    tables = {m._meta.db_table for m in registry if m._meta.app_label in apps}
    for trigger in sorted(installed()):
        if trigger.table in tables:
            run(trigger.drop())


def stale() -> list[str]:
    """The tables whose triggers are not what the declarations ask for."""
    return sorted({trigger.table for trigger in set(declared()) ^ installed()})


def run(statements: Iterator[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def installed() -> set[Trigger]:
    with connection.cursor() as cursor:
        cursor.execute(INSTALLED)
        return {Trigger(*map(str, row)) for row in cursor.fetchall()}


def remembering() -> bool:
    with connection.cursor() as cursor:
        return Erased._meta.db_table in connection.introspection.table_names(cursor)


def declared() -> Iterator[Trigger]:
    for declaration in registry.values():
        meta = declaration.model._meta
        if declaration.personal and meta.managed and not meta.proxy and nameable(declaration):
            if watched := [*columns(declaration), *people(declaration)]:
                yield keeping(declaration, [*dict.fromkeys(quoted(f.column) for f in watched)])
            if not declaration.keep_row:
                yield refusing(declaration)


def columns(declaration: Declaration) -> Iterator[Field[Any, Any]]:
    for group in declaration.personal:
        if guarded(declaration, group):
            yield from (f for f in own(declaration) if f.name in group.columns)


def own(declaration: Declaration) -> list[Field[Any, Any]]:
    """The columns of its own table, without those of a model it extends."""
    return list(declaration.model._meta.local_concrete_fields)


def keeping(declaration: Declaration, names: list[str]) -> Trigger:
    table = declaration.model._meta.db_table
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)
    lines = "\n".join(f"    {line}" for line in kept(declaration))
    return Trigger(
        table,
        f"{NAME}_update",
        filled(KEEP, declaration, lines=lines),
        f"CREATE TRIGGER {NAME}_update BEFORE UPDATE OF {', '.join(names)} ON {quoted(table)}"
        f" FOR EACH ROW WHEN ({changed})",
    )


def refusing(declaration: Declaration) -> Trigger:
    table = declaration.model._meta.db_table
    return Trigger(
        table,
        f"{NAME}_insert",
        filled(REFUSE, declaration, constraint=literal(REFUSED)),
        f"CREATE TRIGGER {NAME}_insert BEFORE INSERT ON {quoted(table)} FOR EACH ROW",
    )


def filled(body: str, declaration: Declaration, **parts: str) -> str:
    pk = declaration.model._meta.pk
    return body.format(label=literal(declaration.label), key=quoted(pk.column), **parts)


def kept(declaration: Declaration) -> Iterator[str]:
    links = people(declaration)
    for field in links:
        yield no_ghost(field)
    for group in declaration.personal:
        if guarded(declaration, group):
            unsaid = "".join(f" AND NEW.{quoted(f.column)} IS NULL" for f in named(group, links))
            for name, step in [*erased_whole(declaration, group), *by_key(declaration, group)]:
                yield f"IF {literal(name)} = ANY (gone){unsaid} THEN {step}; END IF;"


def named(group: Group, links: list[Field[Any, Any]]) -> list[Field[Any, Any]]:
    """Who of the staff did what the group says: whoever takes over is written there next."""
    return [field for field in links if field.name in group.fields]


def erased_whole(declaration: Declaration, group: Group) -> Iterator[tuple[str, str]]:
    for field in erasers.columns(declaration, group):
        if field in own(declaration) and field not in people(declaration):
            yield field.name, erasing(field, group)


def by_key(declaration: Declaration, group: Group) -> Iterator[tuple[str, str]]:
    for name, paths in erasers.keyed(group).items():
        column = quoted(next(f.column for f in own(declaration) if f.name == name))
        for path in paths:
            yield ".".join([name, *path]), f"NEW.{column} := NEW.{column} #- {literal(path)}"


def erasing(field: Field[Any, Any], group: Group) -> str:
    """The value that the eraser writes; of random ones the first stays."""
    column = quoted(field.column)
    if group.erase is Erase.RANDOM:
        fresh = f"NEW.{column} LIKE {literal(f'{erasers.MARK}%')}"
        return f"NEW.{column} := CASE WHEN {fresh} THEN NEW.{column} ELSE OLD.{column} END"
    if isinstance(group.erase, Generalise):  # what is there already, or less
        less = field.get_db_prep_save(erasers.blank(field), connection)
        kept = f"NEW.{column} IS NOT DISTINCT FROM {literal(less)}"
        return f"NEW.{column} := CASE WHEN {kept} THEN NEW.{column} ELSE OLD.{column} END"
    value = field.get_db_prep_save(erasers.value(field, group.erase), connection)
    return f"NEW.{column} := {literal(value)}"


def no_ghost(field: Field[Any, Any]) -> str:
    """A link to an account that is no longer there is not made anew."""
    column, there = f"NEW.{quoted(field.column)}", field.related_model._meta  # type: ignore[union-attr]
    found = f"SELECT FROM {quoted(there.db_table)} WHERE {quoted(there.pk.column)} = {column}"
    was = f"OLD.{quoted(field.column)}"
    changed = f"{column} IS NOT NULL AND {column} IS DISTINCT FROM {was}"
    return f"IF {changed} AND NOT EXISTS ({found}) THEN {column} := {was}; END IF;"


def quoted(name: str | None) -> str:
    """Of a column, which only a many-to-many field has none of."""
    return connection.ops.quote_name(str(name))


def literal(value: Any) -> str:
    connection.ensure_connection()
    return str(connection.schema_editor().quote_value(value))
