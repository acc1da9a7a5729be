"""What a cart would cost, delivered where and as the shopper chose: what a page shows and what an
order is placed by are worked out here alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from orders import countries, shipping, totals, vouchers
from orders.cart import Cart, CartLine
from orders.models import Voucher
from orders.shipping import Option
from orders.totals import Terms, Totals
from orders.vouchers import VoucherRefused

PRC = "CN"
CODE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Choice:
    """What the shopper chose before any address: nothing about a person."""

    country: str = countries.HOME
    way: str = ""  # slug of a way of delivery; empty or not to be had: the first there is
    code: str = ""  # of a voucher

    @classmethod
    def of(cls, cart: Cart) -> Choice:
        said = cart.chosen()
        return cls(said.get("country", countries.HOME), said.get("way", ""), said.get("code", ""))


@dataclass(frozen=True)
class Offer:
    choice: Choice
    ways: Sequence[Option]
    terms: Terms
    totals: Totals
    undeliverable: str = ""  # why nothing brings it there
    voucher_refused: str = ""

    @property
    def where(self) -> str:
        return countries.title(self.choice.country)

    @property
    def mark(self) -> str:
        return totals.mark(self.totals, self.terms)


def of(lines: Sequence[CartLine], choice: Choice, *, now: datetime) -> Offer:
    goods = sum((line.gross for line in lines), totals.NOTHING)
    grams = sum(line.variant.weight_g * line.quantity for line in lines)
    ways = shipping.options(choice.country, grams, goods)
    voucher, refused = _voucher(choice.code, goods, now)
    day = timezone.localdate(now)
    terms = Terms(_taxed(choice.country), day, _chosen(ways, choice.way), voucher)
    undeliverable = "" if ways else why_not(choice.country, grams)
    sums = totals.of_cart(lines, terms)
    return Offer(choice, ways, terms, sums, undeliverable, refused)


def why_not(country: str, grams: int = 0) -> str:
    """Why nothing goes there: the country is not served, or the parcel is too heavy for it."""
    if not CODE.fullmatch(country):
        return _("Choose a country to deliver to")
    most = shipping.heaviest(country)
    if most and grams > most:
        said = _(
            "%(country)s: this weighs %(kilos)s kg, and we send %(most)s kg at most. Order less."
        )
        return said % {"kilos": _kilos(grams), "country": _name(country), "most": _kilos(most)}
    if country == PRC:
        return _("We do not deliver to China: data of people there must stay there.")
    there = ", ".join(_name(code) for code in shipping.served())
    return _("We do not deliver to %(country)s, only to: %(there)s.") % {
        "country": _name(country),
        "there": there,
    }


def _chosen(ways: Sequence[Option], slug: str) -> Option | None:
    return next((way for way in ways if way.method.slug == slug), ways[0] if ways else None)


def _voucher(code: str, goods: Decimal, now: datetime) -> tuple[Voucher | None, str]:
    if not code:
        return None, ""
    try:
        return vouchers.find(code, goods, now=now), ""
    except VoucherRefused as refused:
        return None, str(refused)


def _taxed(country: str) -> str:
    return country if country in countries.CODES else countries.HOME


def _name(country: str) -> str:
    return countries.title(country)


def _kilos(grams: int) -> str:
    return f"{Decimal(grams) / 1000:.1f}"
