"""What a cart or an order comes to, VAT apart: the one sum that page, mail and invoice show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orders import countries
from orders.cart import CartLine
from orders.models import Order, OrderLine
from orders.money import Part, vat_by_rate

COUNTRIES = frozenset(countries.VAT)


@dataclass(frozen=True)
class Totals:
    """EUR, VAT included; ``vat`` is the part of ``total`` that is VAT, by rate in percent."""

    lines: Sequence[CartLine | OrderLine]
    goods: Decimal
    shipping: Decimal
    vat: dict[Decimal, Decimal]

    @property
    def total(self) -> Decimal:
        return self.goods + self.shipping

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)


def of(order: Order) -> Totals:
    lines = list(order.lines.select_related("variant__product").order_by("pk"))
    parts = [Part(line.total, line.vat_rate) for line in lines]
    parts.append(Part(order.shipping, order.shipping_vat_rate))
    return Totals(lines, order.goods, order.shipping, vat_by_rate(parts))


def of_cart(lines: Sequence[CartLine], country: str) -> Totals:
    """As it would be ordered now, delivered to that country."""
    goods = sum((line.total for line in lines), Decimal("0.00"))
    shipping = countries.shipping(goods)
    rated = [(line.total, countries.vat_rate(country, line.variant.vat_class)) for line in lines]
    rated.append((shipping, countries.vat_rate(country, "standard")))
    return Totals(lines, goods, shipping, vat_by_rate([Part(*pair) for pair in rated]))
