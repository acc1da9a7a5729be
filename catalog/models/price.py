from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.variant import Variant


class PriceChange(models.Model):
    """From when a price applied. Written by the database itself, so by every way of changing one.

    What a reduction is measured by (Art. 6a Directive 98/6/EC): see migration 0003.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="price_changes")
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2)  # EUR, VAT included
    at = models.DateTimeField(_("from"))

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ["variant", "at", "pk"]
        indexes = [models.Index(fields=["variant", "at"], name="price_at")]

    def __str__(self) -> str:
        return f"{self.price} {self.at:%Y-%m-%d}"
