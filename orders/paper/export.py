"""The books as CSV for the bookkeeper: semicolons, decimal commas, ISO dates, EUR, no names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils import timezone

from orders.paper import books
from orders.paper.books import Term

MONTH = (
    *("date", "kind", "number", "order", "corrects", "country", "scheme"),
    *("rate", "net", "vat", "gross", "paypal"),
)
QUARTER = ("declaration", "corrects", "country", "rate", "net", "vat", "gross", "currency")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a cell begins that a spreadsheet obeys


def month(term: Term) -> Iterator[str]:
    """A row for each paper and rate; credit notes negative."""
    return _lines(MONTH, (_paper(row) for row in books.rows(term)))


def quarter(term: Term) -> Iterator[str]:
    """For the One Stop Shop: a row for each country and rate, and one for each correction."""
    return _lines(QUARTER, (_share(term, share) for share in books.quarter(term)))


def _paper(row: books.Row) -> list[object]:
    return [
        timezone.localdate(row.issued_at).isoformat(),
        "credit note" if row.corrects else "invoice",
        row.number,
        row.order,
        row.corrects or "",
        row.country,
        "OSS" if row.oss else "NL",
        "" if row.rate is None else row.rate,
        *(row.net, row.vat, row.gross),
        row.paypal,
    ]


def _share(term: Term, share: books.Share) -> list[object]:
    corrected = share.quarter.name if share.quarter != term else ""
    amounts = (share.rate, share.net, share.vat, share.gross)
    return [term.name, corrected, share.country, *amounts, "EUR"]


class Echo:
    """A file for the csv module that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    writer: Any = csv.writer(Echo(), delimiter=";")
    yield "\N{BYTE ORDER MARK}" + writer.writerow(head)  # spreadsheets guess UTF-8 by it
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> str:
    """A number with its comma; a text that no spreadsheet takes for a formula."""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
