"""Looks for a person in every cell of every table, as someone with the database would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name
"""


@dataclass(frozen=True)
class Hit:
    table: str
    column: str
    needle: str


def database_url(var: Path) -> str:
    for line in (var / "services.env").read_text().splitlines():
        if line.startswith("DATABASE_URL="):
            return line.partition("=")[2]
    raise AssertionError("the shop has no database")


def find(var: Path, needles: Iterable[str]) -> set[Hit]:
    """Every cell that holds one of the needles, without regard to case."""
    with psycopg2.connect(database_url(var)) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [row[0] for row in cursor.fetchall()]
        hits = set()
        for table in names:
            for needle in needles:
                cursor.execute(
                    sql.SQL(
                        "SELECT DISTINCT cell.key FROM {} AS r,"
                        " LATERAL jsonb_each_text(to_jsonb(r)) AS cell"
                        " WHERE position(lower(%s) in lower(cell.value)) > 0"
                    ).format(sql.Identifier(table)),
                    [needle],
                )
                hits |= {Hit(table, row[0], needle) for row in cursor.fetchall()}
        return hits
