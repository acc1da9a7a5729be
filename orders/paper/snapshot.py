"""The parts of what is frozen: plain JSON, amounts as texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from django.conf import settings

from orders.models import OrderLine
from orders.money import Part

Json: TypeAlias = dict[str, Any]
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Row:
    """A line as it is printed; ``gross`` is what is paid or credited for it, in EUR."""

    title: str
    gross: Decimal
    rate: Decimal  # percent
    sku: str = ""
    quantity: int = 1
    unit_price: Decimal = NOTHING
    discount: Decimal = NOTHING

    @property
    def part(self) -> Part:
        return Part(self.gross, self.rate)


def bought(line: OrderLine) -> Row:
    price, off = line.unit_price, line.discount
    return Row(line.title, line.total, line.vat_rate, line.sku, line.quantity, price, off)


def line(row: Row, vat: Decimal) -> Json:
    return {
        "title": row.title,
        "sku": row.sku,
        "quantity": row.quantity,
        "unit_price": money(row.unit_price),
        "discount": money(row.discount),
        "total": money(row.gross),
        "vat_rate": percent(row.rate),
        "vat": money(vat),
    }


def delivery(row: Row, vat: Decimal) -> Json:
    return {
        "title": row.title,
        "total": money(row.gross),
        "vat_rate": percent(row.rate),
        "vat": money(vat),
    }


def rates(gross: Mapping[Decimal, Decimal], vat: Mapping[Decimal, Decimal]) -> list[Json]:
    return [
        {
            "rate": percent(rate),
            "net": money(gross[rate] - vat[rate]),
            "vat": money(vat[rate]),
            "gross": money(gross[rate]),
        }
        for rate in gross
    ]


def rows(wares: Sequence[Row], shipping: Row | None, vat: Sequence[Decimal]) -> Json:
    """Lines, delivery and discount; ``vat`` of each, that of delivery last."""
    return {
        "lines": [line(row, part) for row, part in zip(wares, vat, strict=False)],
        "shipping": delivery(shipping, vat[-1]) if shipping else None,
        "discount": money(sum((row.discount for row in wares), NOTHING)),
    }


def seller() -> Json:
    return dict(settings.SELLER)


def summed(contents: Iterable[Json]) -> dict[Decimal, Decimal]:
    """Gross per rate of several papers, in percent and EUR."""
    sums: dict[Decimal, Decimal] = {}
    for content in contents:
        for part in content["vat"]:
            rate = Decimal(part["rate"])
            sums[rate] = sums.get(rate, NOTHING) + Decimal(part["gross"])
    return sums


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
