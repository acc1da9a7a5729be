"""Where we deliver, and what VAT and delivery cost there. Confirmed by the bookkeeper."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

CHOICES = [("NL", _("The Netherlands")), ("BE", _("Belgium")), ("DE", _("Germany"))]

# Percent by country of delivery and VAT class (VAT Directive 2006/112, Annex III leaves ours out).
VAT = {
    "NL": {"standard": Decimal(21), "reduced": Decimal(9), "zero": Decimal(0)},
    "BE": {"standard": Decimal(21), "reduced": Decimal(6), "zero": Decimal(0)},
    "DE": {"standard": Decimal(19), "reduced": Decimal(7), "zero": Decimal(0)},
}

SHIPPING = Decimal("3.95")
SHIPPING_FREE_FROM = Decimal("35.00")


def vat_rate(country: str, vat_class: str) -> Decimal:
    """Percent; a class we do not know is taxed in full."""
    rates = VAT[country]
    return rates.get(vat_class, rates["standard"])


def shipping(goods: Decimal) -> Decimal:
    return Decimal("0.00") if goods >= SHIPPING_FREE_FROM else SHIPPING
