"""What the papers add up to, for the bookkeeper: by month, by country and rate, by quarter.

Read from the frozen papers alone. A credit note counts negative, in the month it was issued; for
the One Stop Shop it corrects the quarter of its invoice (Art. 369g(4) Directive 2006/112/EC).
Amounts are EUR, months and quarters those of the shop's time zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

ENTRIES = """
WITH entry AS (
    SELECT issued_at, number, total, content, content ->> 'capture' AS paypal,
        NULL AS corrects, issued_at AS sold_at, 1 AS sign
    FROM orders_invoice WHERE issued_at >= %(since)s AND issued_at < %(until)s
    UNION ALL
    SELECT n.issued_at, n.number, n.total, n.content, n.content ->> 'refund',
        i.number, i.issued_at, -1
    FROM orders_creditnote n JOIN orders_invoice i ON i.id = n.invoice_id
    WHERE n.issued_at >= %(since)s AND n.issued_at < %(until)s
), part AS (
    SELECT entry.*, content ->> 'country' AS country, (content ->> 'oss')::boolean AS oss,
        (vat ->> 'rate')::numeric AS rate, sign * (vat ->> 'net')::numeric AS net,
        sign * (vat ->> 'vat')::numeric AS vat, sign * (vat ->> 'gross')::numeric AS gross
    FROM entry LEFT JOIN LATERAL jsonb_array_elements(content -> 'vat') AS vat ON true
)
"""
ROWS = (
    ENTRIES
    + """
SELECT issued_at, number, content ->> 'order', corrects, country, oss, rate,
    coalesce(net, 0.00), coalesce(vat, 0.00), coalesce(gross, 0.00), paypal
FROM part ORDER BY issued_at, number, rate DESC
"""
)
RATES = (
    ENTRIES
    + """
SELECT oss, country, rate, sum(net), sum(vat), sum(gross) FROM part WHERE rate IS NOT NULL
GROUP BY oss, country, rate ORDER BY oss, country, rate DESC
"""
)
QUARTER = (
    ENTRIES
    + """
SELECT date_trunc('quarter', sold_at AT TIME ZONE %(zone)s)::date, country, rate,
    sum(net), sum(vat), sum(gross)
FROM part WHERE oss AND rate IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3 DESC
"""
)
MONTHS = (
    ENTRIES
    + """
SELECT date_trunc('month', issued_at AT TIME ZONE %(zone)s)::date,
    count(*) FILTER (WHERE sign = 1), coalesce(sum(total) FILTER (WHERE sign = 1), 0),
    count(*) FILTER (WHERE sign = -1), coalesce(sum(total) FILTER (WHERE sign = -1), 0)
FROM entry GROUP BY 1 ORDER BY 1 DESC
"""
)


@dataclass(frozen=True)
class Term:
    """A month or a quarter."""

    first: date
    months: int = 1

    @classmethod
    def month(cls, day: date) -> Term:
        return cls(day.replace(day=1))

    @classmethod
    def quarter(cls, day: date) -> Term:
        return cls(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3)

    @property
    def name(self) -> str:
        """2026-11, or 2026-Q4."""
        quarter = f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}" if self.months == 1 else quarter

    @property
    def after(self) -> date:
        """The day that is not in it any more."""
        years, month = divmod(self.first.month - 1 + self.months, 12)
        return date(self.first.year + years, month + 1, 1)


@dataclass(frozen=True)
class Row:
    """A paper's part at one rate; of a paper that comes to nothing one with no rate."""

    issued_at: datetime
    number: str
    order: str
    corrects: str | None  # the invoice
    country: str
    oss: bool
    rate: Decimal | None
    net: Decimal
    vat: Decimal
    gross: Decimal
    paypal: str  # the capture or the refund


@dataclass(frozen=True)
class Rate:
    oss: bool
    country: str
    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True)
class Share:
    """What a quarter's declaration says of a country and rate, or corrects of an earlier one."""

    quarter: Term
    country: str
    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True)
class Month:
    month: Term
    orders: int
    turnover: Decimal
    credit_notes: int
    refunds: Decimal

    @property
    def left(self) -> Decimal:
        return self.turnover - self.refunds


def rows(term: Term) -> Iterator[Row]:
    """In the order of issue, one at a time: the database keeps the rest."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, _between(term.first, term.after))
        for row in cursor:
            yield Row(*row)


def rates(term: Term) -> list[Rate]:
    return [Rate(*row) for row in _asked(RATES, _between(term.first, term.after))]


def quarter(term: Term) -> list[Share]:
    """This quarter's sales first, then what is corrected of earlier ones."""
    found = _asked(QUARTER, _between(term.first, term.after))
    return [Share(Term.quarter(first), *rest) for first, *rest in found]


def months(year: int) -> list[Month]:
    found = _asked(MONTHS, _between(date(year, 1, 1), date(year + 1, 1, 1)))
    return [Month(Term(first), *rest) for first, *rest in found]


def _asked(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _between(since: date, until: date) -> dict[str, Any]:
    zone = timezone.get_default_timezone()
    return {"since": _midnight(since), "until": _midnight(until), "zone": str(zone)}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())
