"""Every cell of every table, asked of PostgreSQL itself: also of tables without a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from privacy.residue.variants import Search

# Numbers, times, truth values and ranges hold no text; everything else may.
COLUMNS = """
SELECT n.nspname, c.relname, a.attname, t.typname,
       coalesce(a.attnum = ANY (i.indkey::smallint[]), false) AS in_key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_t'
  AND (t.typcategory NOT IN ('N', 'D', 'T', 'B', 'R') OR a.attnum = ANY (i.indkey::smallint[]))
ORDER BY c.oid, a.attnum
"""
BINARY = "encode({column}, 'escape')"
READABLE_KEYS = ("int2", "int4", "int8", "uuid")
PAGE = 500  # rows fetched at a time


@dataclass
class Table:
    schema: str
    name: str
    columns: dict[str, str]  # name → type
    key: list[str]  # its primary key

    @property
    def quoted(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def label(self) -> str:
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @property
    def has_plain_key(self) -> bool:
        """Whether its key names a row without saying anything: a number, or one drawn."""
        return bool(self.key) and all(self.columns[name] in READABLE_KEYS for name in self.key)


@dataclass(frozen=True)
class Hit:
    """Where a kind of identifier stands; never what it is."""

    table: str
    column: str
    key: str  # to write down
    pk: Any  # of the row, if its key is one column
    kind: str


def tables() -> list[Table]:
    found: dict[tuple[str, str], Table] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for schema, name, column, kind, in_key in cursor.fetchall():
            table = found.setdefault((schema, name), Table(schema, name, {}, []))
            table.columns[column] = kind
            if in_key:
                table.key.append(column)
    return list(found.values())


def search(table: Table, what: Search) -> Iterator[Hit]:
    """The cells of one table in which an identifier stands. Reads it once, from end to end."""
    texts = {name: text(name, kind) for name, kind in table.columns.items() if kind not in NUMBERS}
    if not texts:
        return
    shown = [*(quoted(name) for name in table.key), *texts.values()]
    query = (
        f"SELECT ctid::text, {', '.join(shown)} FROM {table.quoted}"  # noqa: S608  (names, quoted)
        f" WHERE concat_ws(chr(31), {', '.join(texts.values())}) ~* %s"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, [what.expression])
        while rows := cursor.fetchmany(PAGE):
            for ctid, *cells in rows:
                key, values = cells[: len(table.key)], cells[len(table.key) :]
                named = "/".join(map(str, key)) if table.has_plain_key else f"ctid {ctid}"
                pk = key[0] if len(key) == 1 else None
                for column, value in zip(texts, values, strict=True):
                    for kind in what.kinds_in(value or ""):
                        yield Hit(table.label, column, named, pk, kind)


NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8", "oid", "bool", "date")


def text(column: str, kind: str) -> str:
    return BINARY.format(column=quoted(column)) if kind == "bytea" else f"{quoted(column)}::text"


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
