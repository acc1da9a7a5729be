from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog import vat
from catalog.models.product import Product
from catalog.palette import Colour
from catalog.texts import in_language
from catalog.vat import VatClass

if TYPE_CHECKING:
    from catalog.models.picture import Picture


class VariantQuerySet(models.QuerySet["Variant"]):
    def on_sale(self) -> Self:
        return self.filter(active=True, product__active=True)

    def low(self, few: int) -> Self:
        """On sale, with at most so many pieces left to sell."""
        return self.on_sale().filter(on_hand__lte=F("reserved") + few)

    def with_words(self) -> Self:
        """With all that a line of a cart or an order shows."""
        return self.select_related("product").prefetch_related("product__pictures")


class Variant(models.Model):
    """What is put in a cart: one colour or size of a product, with its price and its stock."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="variants", verbose_name=_("product")
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    sku = models.CharField(
        _("article number"),
        max_length=32,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]+$")],
    )
    ean = models.CharField(
        _("EAN"), max_length=13, unique=True, validators=[RegexValidator(r"^[0-9]{13}$")]
    )
    colour = models.CharField(_("colour"), max_length=12, choices=Colour.choices, blank=True)
    name_nl = models.CharField(_("name in Dutch"), max_length=60, blank=True)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    price = models.DecimalField(
        _("price"), max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )  # EUR, VAT included
    reduced = models.BooleanField(
        _("announce as a reduction"),
        default=False,
        help_text=_(
            "Shown with the lowest price of the 30 days before this one, if that was higher."
        ),
    )
    lowest_before = models.DecimalField(  # written by the database: see PriceChange
        _("lowest price of the 30 days before"),
        max_digits=8,
        decimal_places=2,
        null=True,
        editable=False,
    )
    vat_class = models.CharField(
        _("VAT"), max_length=10, choices=VatClass.choices, default=VatClass.STANDARD
    )
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0, editable=False)
    sealed = models.BooleanField(
        _("sealed for hygiene"), default=False, help_text=_("No return once opened.")
    )
    weight_g = models.PositiveIntegerField(_("weight in grams"), default=0)
    active = models.BooleanField(_("on sale"), default=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["product", "position", "sku"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="variant_price_positive"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")),
                name="variant_reserved_within_on_hand",
            ),
            models.CheckConstraint(
                condition=Q(ean__regex=r"^[0-9]{13}$"), name="variant_ean_of_13_digits"
            ),
            models.CheckConstraint(
                condition=Q(sku__regex=r"^[A-Z0-9-]+$"), name="variant_sku_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    def get_absolute_url(self) -> str:
        return f"{self.product.get_absolute_url()}?sku={self.sku}"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def price_before(self) -> Decimal | None:
        """What a reduction is measured by; None where none is announced, or none is true."""
        before = self.lowest_before
        return before if self.reduced and before is not None and before > self.price else None

    @property
    def vat_rate(self) -> Decimal:
        """In per cent."""
        return vat.rate(self.vat_class)

    def ordered(self) -> bool:
        """Whether something that must stay, such as a line of an order, points to it."""
        pointing = Variant._meta.get_fields(include_hidden=True)
        return any(
            field.related_model._base_manager.filter(**{field.field.name: self.pk}).exists()
            for field in pointing
            if isinstance(field, models.ManyToOneRel) and field.on_delete is models.PROTECT
        )

    def label(self, language: str | None = None) -> str:
        """What tells it from its sisters: its colour; empty for an only child."""
        return in_language(self, "name", language)

    def title(self, language: str | None = None) -> str:
        """The full name, as a cart and an invoice say it."""
        parts = [self.product.title(language), self.label(language).lower()]
        return ", ".join(part for part in parts if part)

    def picture(self) -> Picture | None:
        """Its own first picture, else the product's."""
        pictures = list(self.product.pictures.all())
        own = [picture for picture in pictures if picture.variant_id == self.pk]
        return next(iter(own or pictures), None)
