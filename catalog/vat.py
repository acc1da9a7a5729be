"""Value added tax by class, in the Netherlands, where the shop sells from."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class VatClass(models.TextChoices):
    STANDARD = "standard", _("standard")
    REDUCED = "reduced", _("reduced")
    ZERO = "zero", _("zero")


RATES = {
    VatClass.STANDARD: Decimal(21),
    VatClass.REDUCED: Decimal(9),
    VatClass.ZERO: Decimal(0),
}


def rate(vat_class: str) -> Decimal:
    """In per cent. Source: Wet op de omzetbelasting 1968, art. 9."""
    return RATES[VatClass(vat_class)]


def included(gross: Decimal, percent: Decimal) -> Decimal:
    """The tax inside a gross amount in EUR, rounded half up to the cent."""
    tax = gross * percent / (100 + percent)
    return tax.quantize(Decimal("0.01"), ROUND_HALF_UP)
