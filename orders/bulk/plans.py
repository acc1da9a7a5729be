"""What happened to the n-th made-up order."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from django.utils import timezone

from accounts import bulk as people
from accounts.bulk import Person
from catalog.models import Variant
from orders.models import ShippingRate
from orders.parcels.periods import withdrawal_end

NONCE = "bulk-"
YEARS = timedelta(days=3 * 365)
MOST_WARES = 2000  # that are ordered at all
DAY = timedelta(days=1)


class Fate(Enum):
    EXPIRED = "expired"  # nobody paid
    CANCELLED = "cancelled"  # paid, called off before it was sent, paid back
    OPEN = "open"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"  # may still be withdrawn from
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # delivered, sent back, paid back
    GOODWILL = "goodwill"  # delivered, a part paid back


LATER = {Fate.CANCELLED: 3, Fate.WITHDRAWN: 5, Fate.GOODWILL: 3, Fate.CLOSED: 89}  # in a hundred
UNPAID = 0.08


@dataclass(frozen=True)
class Ware:
    variant: int
    sku: str
    titles: dict[str, str]  # by language
    price: Decimal
    vat_class: str
    sealed: bool


@dataclass(frozen=True)
class Shop:
    """What is sold, to whom it is known, and what delivery costs there."""

    wares: list[Ware]
    customers: dict[str, int]  # address → key
    rates: dict[str, ShippingRate]  # by country, of the way offered first

    @classmethod
    def as_it_is(cls) -> Shop:
        variants = Variant.objects.on_sale().select_related("product").order_by("pk")
        rates = ShippingRate.objects.filter(method__active=True).select_related("method")
        first = {rate.country: rate for rate in rates.order_by("-method__position", "-up_to_g")}
        return cls([_ware(v) for v in variants[:MOST_WARES]], people.known(), first)


@dataclass(frozen=True)
class Plan:
    n: int
    fate: Fate
    placed_at: datetime
    buyer: Person
    customer: int | None
    language: str
    gift_to: Person | None
    wares: tuple[tuple[Ware, int], ...]

    @property
    def receiver(self) -> Person:
        return self.gift_to or self.buyer

    def at(self, days: float) -> datetime:
        return self.placed_at + DAY * days

    @property
    def delivered_at(self) -> datetime:
        return self.at(2.5)

    @property
    def withdrawal_ended_at(self) -> datetime:
        return withdrawal_end(self.delivered_at, self.receiver.country)


def placed_at(n: int, now: datetime) -> datetime:
    """Anywhere in three years, by day rather than by night."""
    chance = _chance(n, "when")
    day = timezone.localtime(now - YEARS * chance.random())
    hour = chance.randint(7, 22)
    moment = day.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60))
    return moment if moment < now - timedelta(minutes=10) else moment - DAY


def plan(n: int, shop: Shop, *, now: datetime) -> Plan:
    chance = _chance(n, "what")
    account = chance.random() < 0.6 and len(shop.customers) > 0
    buyer = (
        people.person(chance.randint(1, len(shop.customers)))
        if account
        else people.person(n, prefix="gast-")
    )
    made = Plan(
        n=n,
        fate=Fate.OPEN,
        placed_at=placed_at(n, now),
        buyer=buyer,
        customer=shop.customers.get(buyer.email),
        language="nl" if chance.random() < 0.7 else "en",
        gift_to=people.person(n, prefix="cadeau-") if chance.random() < 0.05 else None,
        wares=_wares(shop, chance),
    )
    return _ended(made, chance, now)


def _wares(shop: Shop, chance: random.Random) -> tuple[tuple[Ware, int], ...]:
    most = min(5, len(shop.wares))
    chosen = chance.sample(shop.wares, chance.randint(1, most))
    return tuple((ware, chance.choice((1, 1, 1, 2, 3))) for ware in chosen)


def _ended(plan: Plan, chance: random.Random, now: datetime) -> Plan:
    """As far as it can have come by now."""
    age = now - plan.placed_at
    if age > DAY and chance.random() < UNPAID:
        fate = Fate.EXPIRED
    elif age < 1.5 * DAY:
        fate = chance.choice((Fate.OPEN, Fate.PACKED)) if age > DAY else Fate.OPEN
    elif age < 2.5 * DAY:
        fate = Fate.SHIPPED
    elif plan.withdrawal_ended_at >= now:
        fate = Fate.DELIVERED
    else:
        fate = chance.choices(list(LATER), list(LATER.values()))[0]
    return replace(plan, fate=fate)


def _ware(variant: Variant) -> Ware:
    return Ware(
        variant=variant.pk,
        sku=variant.sku,
        titles={language: variant.title(language)[:200] for language in ("nl", "en")},
        price=variant.price,
        vat_class=variant.vat_class,
        sealed=variant.sealed,
    )


def _chance(n: int, what: str) -> random.Random:
    return random.Random(f"order {n} {what}")  # noqa: S311  nothing secret
