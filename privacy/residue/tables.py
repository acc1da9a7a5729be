"""Every cell of every table, asked of PostgreSQL itself: also of tables without a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection, transaction

from privacy.residue.places import readings
from privacy.residue.variants import Search

# Numbers, times, truth values and ranges hold no text; everything else may.
COLUMNS = """
SELECT n.nspname, c.relname, a.attname, t.typname,
       coalesce(a.attnum = ANY (i.indkey::smallint[]), false) AS in_key,
       t.typcategory IN ('N', 'D', 'T', 'B', 'R')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_t'
ORDER BY c.oid, a.attnum
"""
PLAIN_KEYS = ("int2", "int4", "int8", "uuid")
ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


@dataclass
class Table:
    schema: str
    name: str
    key: dict[str, str]  # its primary key: column → type
    texts: dict[str, str]  # the columns in which a text may stand: column → type

    @property
    def label(self) -> str:
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @property
    def quoted(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def has_plain_key(self) -> bool:
        """Whether its key names a row without saying anything: a number, or one drawn."""
        return bool(self.key) and all(kind in PLAIN_KEYS for kind in self.key.values())

    def query(self, number: int) -> str:
        """All rows as: the table's number here, where the row lies, its key, its texts."""
        shown = [*map(quoted, self.key), *(text(name, kind) for name, kind in self.texts.items())]
        return f"SELECT {number}, ctid, {', '.join(shown)} FROM {self.quoted}"  # noqa: S608


@dataclass(frozen=True)
class Hit:
    """Where a kind of identifier stands; never what it is."""

    table: str
    column: str
    key: str  # to write down
    pk: Any  # of the row, if its key is one column; outside tables which one it is, unhidden
    kind: str


def tables() -> list[Table]:
    found: dict[tuple[str, str], Table] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for schema, name, column, kind, in_key, textless in cursor.fetchall():
            table = found.setdefault((schema, name), Table(schema, name, {}, {}))
            if in_key:
                table.key[column] = kind
            if not textless:
                table.texts[column] = kind
    return [table for table in found.values() if table.texts]


def pour(table: Table, number: int, into: IO[bytes]) -> None:
    """Write a whole table there, a row a line, as the server copies it out."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({table.query(number)}) TO STDOUT", into)


def hits(table: Table, line: str, what: Search) -> Iterator[Hit]:
    """The cells of one copied line in which an identifier really stands."""
    ctid, *cells = [unescaped(cell) for cell in line.split("\t")[1:]]
    key, values = cells[: len(table.key)], cells[len(table.key) :]
    named = "/".join(map(str, key)) if table.has_plain_key else f"ctid {ctid}"
    pk = key[0] if len(key) == 1 else None
    for column, value in zip(table.texts, values, strict=True):
        for kind in what.kinds_in(value or ""):
            yield Hit(table.label, column, named, pk, kind)


def packed(table: Table, what: Search) -> Iterator[Hit]:
    """The cells of columns whose text is packed, unpacked by the room that packs it."""
    for column in table.texts:
        if reading := readings.get((table.label, column)):
            one = Table(table.schema, table.name, table.key, {column: table.texts[column]})
            with connection.cursor() as cursor:
                cursor.execute(one.query(0))
                for _number, ctid, *key, cell in cursor:
                    named = "/".join(map(str, key)) if table.has_plain_key else f"ctid {ctid}"
                    for kind in what.kinds_in(reading(cell)) if cell else ():
                        yield Hit(table.label, column, named, key[0] if key else None, kind)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def unescaped(cell: str) -> str | None:
    """A cell of COPY's text format."""
    if "\\" not in cell:
        return cell
    if cell == r"\N":
        return None
    first, *rest = cell.split("\\\\")
    return "\\".join(plain(part) for part in (first, *rest))


def plain(part: str) -> str:
    first, *rest = part.split("\\")
    return first + "".join(ESCAPES.get(one[:1], one[:1]) + one[1:] for one in rest)


def text(column: str, kind: str) -> str:
    return f"encode({quoted(column)}, 'escape')" if kind == "bytea" else quoted(column)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
