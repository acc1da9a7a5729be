"""What a cart or an order comes to, VAT apart: the one sum that page, mail and invoice show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import blake2b

from orders import vat, vouchers
from orders.cart import CartLine
from orders.models import Order, OrderLine, Voucher
from orders.money import Part, vat_by_rate
from orders.shipping import Option

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Terms:
    """What, beside its lines, decides what a cart comes to."""

    country: str
    day: date  # whose VAT rates apply: the one on which it is ordered
    way: Option | None = None  # None: nothing brings it there
    voucher: Voucher | None = None


@dataclass(frozen=True)
class Totals:
    """EUR, VAT included.

    ``goods`` before and ``total`` after ``discount``, as ``line.gross`` and ``line.total``;
    ``vat`` is the part of ``total`` that is VAT, by rate in percent.
    """

    lines: Sequence[CartLine | OrderLine]
    goods: Decimal
    shipping: Decimal
    vat: dict[Decimal, Decimal]
    discount: Decimal = NOTHING
    shipping_title: str = ""

    @property
    def total(self) -> Decimal:
        return self.goods - self.discount + self.shipping

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)


def of(order: Order, lines: Sequence[OrderLine] | None = None) -> Totals:
    """``lines``: the order's own, where they are at hand."""
    if lines is None:
        lines = list(order.lines.select_related("variant__product").order_by("pk"))
    rates = _vat(lines, order.shipping, order.shipping_vat_rate)
    return Totals(
        lines,
        order.goods + order.discount,
        order.shipping,
        rates,
        order.discount,
        order.shipping_title,
    )


def of_cart(lines: Sequence[CartLine], terms: Terms) -> Totals:
    """As it would be ordered now; each line with its VAT rate and its share of the discount."""
    goods = sum((line.gross for line in lines), NOTHING)
    off = vouchers.discount(terms.voucher, goods) if terms.voucher else NOTHING
    shares = vouchers.spread(off, [line.gross for line in lines])
    priced = [_priced(*pair, terms) for pair in zip(lines, shares, strict=True)]
    shipping = terms.way.price if terms.way else NOTHING
    rates = _vat(priced, shipping, shipping_rate(terms))
    return Totals(priced, goods, shipping, rates, off, terms.way.title if terms.way else "")


def shipping_rate(terms: Terms) -> Decimal:
    """Percent; delivery is taxed in full, whatever is in the parcel."""
    return vat.rate(terms.country, vat.STANDARD, terms.day)


def mark(totals: Totals, terms: Terms) -> str:
    """Changes with anything a summary shows: what was not seen is not ordered."""
    lines = [(n.sku, n.quantity, n.unit_price, n.discount, n.vat_rate) for n in totals.lines]
    way = terms.way.method.slug if terms.way else ""
    code = terms.voucher.code if terms.voucher else ""
    vat_of = shipping_rate(terms)
    shown = [terms.country, way, code, totals.shipping, vat_of, totals.total, lines]
    return blake2b(json.dumps(shown, default=str).encode(), digest_size=16).hexdigest()


def _priced(line: CartLine, discount: Decimal, terms: Terms) -> CartLine:
    rate = vat.rate(terms.country, line.variant.vat_class, terms.day)
    return replace(line, discount=discount, vat_rate=rate)


def _vat(
    lines: Sequence[CartLine | OrderLine], shipping: Decimal, rate: Decimal
) -> dict[Decimal, Decimal]:
    parts = [Part(line.total, line.vat_rate) for line in lines]
    return vat_by_rate([*parts, Part(shipping, rate)])
