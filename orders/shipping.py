"""What delivery costs: by country, weight and the price of the goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from catalog.texts import in_language
from orders import countries
from orders.models import ShippingMethod, ShippingRate

FREE = Decimal("0.00")

# Until staff has said otherwise. slug: names, promises, carrier, {country: price, free from}
DEFAULTS: dict[str, tuple[str, str, str, str, str, dict[str, tuple[str, str | None]]]] = {
    "standard": (
        "Bezorgen",
        "Delivery",
        "1 of 2 werkdagen",
        "1 or 2 working days",
        "PostNL",
        {"NL": ("3.95", "35.00"), "BE": ("5.95", "50.00"), "DE": ("5.95", "50.00")},
    ),
    "express": (
        "Morgen voor 12 uur bezorgd",
        "Delivery before noon tomorrow",
        "de volgende werkdag",
        "the next working day",
        "PostNL",
        {"NL": ("12.95", None)},
    ),
}
HEAVIEST = 23_000  # grams, a parcel that one person may lift


@dataclass(frozen=True)
class Option:
    """A way of delivery and what it costs. EUR, VAT included."""

    method: ShippingMethod
    price: Decimal
    free_from: Decimal | None

    @property
    def title(self) -> str:
        return in_language(self.method, "name")

    @property
    def promise(self) -> str:
        return in_language(self.method, "promise")


def options(country: str, grams: int, goods: Decimal) -> list[Option]:
    """The ways to bring goods of that price and weight there, the one offered first first.

    What the goods cost before a discount decides whether delivery is free: a voucher never makes
    it dearer.
    """
    cheapest: dict[int, Option] = {}
    for rate in _rates(country).filter(up_to_g__gte=grams):
        free = rate.free_from is not None and goods >= rate.free_from
        option = Option(rate.method, FREE if free else rate.price, rate.free_from)
        cheapest.setdefault(rate.method_id, option)
    return list(cheapest.values())


def served() -> list[str]:
    """The countries we deliver to, in the order of ``countries.CODES``."""
    rates = _offered().order_by()
    there = set(rates.values_list("country", flat=True).distinct())
    return [code for code in countries.CODES if code in there]


def heaviest(country: str) -> int:
    """Grams of the heaviest parcel that goes there; 0: none does."""
    return max((rate.up_to_g for rate in _rates(country)), default=0)


def _rates(country: str) -> QuerySet[ShippingRate]:
    rates = _offered().filter(country=country).select_related("method")
    return rates.order_by("method__position", "method_id", "up_to_g")


def _offered() -> QuerySet[ShippingRate]:
    return ShippingRate.objects.filter(active=True, method__active=True)


@transaction.atomic
def ensure_defaults(**kwargs: Any) -> None:
    """A shop without any way of delivery gets some to begin with; after every migrate."""
    if ShippingMethod.objects.exists():
        return
    for position, (slug, said) in enumerate(DEFAULTS.items()):
        names = ("name_nl", "name_en", "promise_nl", "promise_en", "carrier")
        fields = dict(zip(names, said, strict=False))
        method = ShippingMethod.objects.create(slug=slug, position=position, **fields)
        ShippingRate.objects.bulk_create(_default_rates(method, said[-1]))


def _default_rates(
    method: ShippingMethod, prices: dict[str, tuple[str, str | None]]
) -> Sequence[ShippingRate]:
    return [
        ShippingRate(
            method=method,
            country=country,
            up_to_g=HEAVIEST,
            price=Decimal(price),
            free_from=Decimal(free_from) if free_from else None,
        )
        for country, (price, free_from) in prices.items()
    ]
