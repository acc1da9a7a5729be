"""What a sale is made with: ways of delivery and vouchers. Staff edits them; orders copy them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders import countries

CENT = MinValueValidator(Decimal("0.01"))


def carriers() -> list[tuple[str, str]]:
    """Those declared to be given addresses, by their names."""
    from orders.personal_data.purposes import CARRIERS  # which knows our models

    return [(carrier.name, carrier.name) for carrier in CARRIERS]


class ShippingMethod(models.Model):
    """A way of delivery, such as to the door or to a pick-up point."""

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    promise_nl = models.CharField(_("how long it takes, in Dutch"), max_length=120, blank=True)
    promise_en = models.CharField(_("how long it takes, in English"), max_length=120, blank=True)
    carrier = models.CharField(
        _("carrier"),
        max_length=40,
        choices=carriers,
        help_text=_("One that the privacy page names: no other is given an address."),
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("way of delivery")
        verbose_name_plural = _("ways of delivery")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


class ShippingRate(models.Model):
    """What a way of delivery costs to one country, up to a weight. EUR, VAT included."""

    method = models.ForeignKey(ShippingMethod, models.CASCADE, related_name="rates")
    country = models.CharField(_("country"), max_length=2, choices=countries.choices)
    up_to_g = models.PositiveIntegerField(_("up to this weight in grams"))
    price = models.DecimalField(_("price"), max_digits=7, decimal_places=2)
    free_from = models.DecimalField(  # of goods, in EUR
        _("free from this amount"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("price of delivery")
        verbose_name_plural = _("prices of delivery")
        ordering = ["method", "country", "up_to_g"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "country", "up_to_g"], name="rate_once_per_weight"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="rate_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.country} {self.up_to_g}"


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def running(self, moment: datetime) -> Self:
        began = Q(valid_from__lte=moment) | Q(valid_from=None)
        lasts = Q(valid_until__gt=moment) | Q(valid_until=None)
        return self.filter(began, lasts, active=True)


class Voucher(models.Model):
    """A code that takes an amount or a percentage off the goods, one per order."""

    code = models.CharField(
        _("code"), max_length=24, unique=True, validators=[RegexValidator(r"^[A-Z0-9-]{4,24}$")]
    )  # stored in capitals
    amount = models.DecimalField(
        _("amount"), max_digits=7, decimal_places=2, null=True, blank=True, validators=[CENT]
    )  # EUR
    percent = models.PositiveSmallIntegerField(
        _("percent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    minimum = models.DecimalField(  # of goods, in EUR
        _("from this amount"), max_digits=7, decimal_places=2, default=0
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    most_uses = models.PositiveIntegerField(_("how often at most"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    active = models.BooleanField(_("accepted"), default=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, percent=None)
                | Q(amount=None, percent__gte=1, percent__lte=100),
                name="voucher_amount_or_percent",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9-]{4,24}$"), name="voucher_code_plain"
            ),
            models.CheckConstraint(
                condition=Q(most_uses=None) | Q(uses__lte=F("most_uses")),
                name="voucher_within_its_uses",
            ),
        ]

    def __str__(self) -> str:
        return self.code
