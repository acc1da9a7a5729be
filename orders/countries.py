"""The countries of the Union, the VAT there, and what delivery costs.

Rates in percent, by country of delivery and the class of what is sold. Sold to consumers in another
member state, the rate of that state applies (Art. 33 and 58 Directive 2006/112/EC, One Stop Shop).
"""

from __future__ import annotations

from decimal import Decimal

from babel import Locale
from django.utils.translation import get_language

# fmt: off
CODES = (
    "NL", "BE", "DE", "AT", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IT", "LT", "LU", "LV", "MT", "PL", "PT", "RO", "SE", "SI", "SK",
)
# fmt: on

VAT = {
    "NL": {"standard": Decimal(21), "reduced": Decimal(9), "zero": Decimal(0)},
    "BE": {"standard": Decimal(21), "reduced": Decimal(6), "zero": Decimal(0)},
    "DE": {"standard": Decimal(19), "reduced": Decimal(7), "zero": Decimal(0)},
}

SHIPPING = Decimal("3.95")
SHIPPING_FREE_FROM = Decimal("35.00")


def title(code: str) -> str:
    """The country's name in the active language."""
    return str(Locale.parse(get_language() or "nl", sep="-").territories.get(code, code))


def choices() -> list[tuple[str, str]]:
    """Of the columns; what is delivered to is narrower: where a way of delivery goes."""
    return [(code, title(code)) for code in CODES]


def vat_rate(country: str, vat_class: str) -> Decimal:
    """Percent; a class we do not know is taxed in full."""
    rates = VAT[country]
    return rates.get(vat_class, rates["standard"])


def shipping(goods: Decimal) -> Decimal:
    return Decimal("0.00") if goods >= SHIPPING_FREE_FROM else SHIPPING
