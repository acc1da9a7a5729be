from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog import search
from catalog.models.category import Category
from catalog.texts import in_language

if TYPE_CHECKING:
    from catalog.models.picture import Picture
    from catalog.models.variant import Variant


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> Self:
        """What a shopper may see: active, with at least one active variant."""
        from catalog.models.variant import Variant

        sold = Variant.objects.filter(product=models.OuterRef("pk"), active=True)
        return self.filter(models.Exists(sold), active=True)

    def for_cards(self) -> Self:
        return self.select_related("category").prefetch_related("variants", "pictures")

    def first_of_each_category(self) -> Self:
        return self.order_by("category__position", "position").distinct("category__position")

    def matching(self, words: str, language: str) -> Self:
        return search.products(self, words, language)


class Product(models.Model):
    """Something we sell, in one or more variants. Its words are here, its price at the variant."""

    category = models.ForeignKey(
        Category, models.PROTECT, related_name="products", verbose_name=_("category")
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    active = models.BooleanField(_("on sale"), default=True)
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    subtitle_nl = models.CharField(_("subtitle in Dutch"), max_length=160)
    subtitle_en = models.CharField(_("subtitle in English"), max_length=160)
    text_nl = models.TextField(_("text in Dutch"))
    text_en = models.TextField(_("text in English"))
    box_nl = models.TextField(_("in the box, in Dutch"), blank=True, help_text=_("One per line."))
    box_en = models.TextField(_("in the box, in English"), blank=True, help_text=_("One per line."))
    keywords_nl = models.CharField(_("search words in Dutch"), max_length=200, blank=True)
    keywords_en = models.CharField(_("search words in English"), max_length=200, blank=True)
    search_nl = search.vector_field("nl", "dutch")
    search_en = search.vector_field("en", "english")

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["category__position", "position", "slug"]
        indexes = [search.index("search_nl"), search.index("search_en")]

    def __str__(self) -> str:
        return self.name_nl

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.slug])

    def title(self, language: str | None = None) -> str:
        return in_language(self, "name", language)

    def subtitle(self, language: str | None = None) -> str:
        return in_language(self, "subtitle", language)

    def text(self, language: str | None = None) -> str:
        return in_language(self, "text", language)

    def box(self, language: str | None = None) -> list[str]:
        return [line for line in in_language(self, "box", language).splitlines() if line.strip()]

    def sold_variants(self) -> list[Variant]:
        """Those on sale; from what is prefetched, where it is."""
        return [variant for variant in self.variants.all() if variant.active]

    def in_stock(self) -> bool:
        return any(variant.available for variant in self.sold_variants())

    def prices(self) -> list[Decimal]:
        """Each price once, lowest first."""
        return sorted({variant.price for variant in self.sold_variants()})

    def price_before(self) -> Decimal | None:
        """That of the variant whose price the card shows."""
        variants = sorted(self.sold_variants(), key=lambda v: (v.price, -(v.price_before or 0)))
        return variants[0].price_before if variants else None

    def colours(self) -> list[str]:
        return [variant.colour for variant in self.sold_variants() if variant.colour]

    def first_picture(self) -> Picture | None:
        return next(iter(self.pictures.all()), None)

    def gallery(self, chosen: Variant) -> list[Picture]:
        """The pictures of the chosen variant first, then those of the product and its sisters."""
        return sorted(self.pictures.all(), key=lambda picture: picture.variant_id != chosen.pk)


class Fact(models.Model):
    """A line of a product's data: what, and how much."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="facts")
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    label_nl = models.CharField(_("label in Dutch"), max_length=60)
    label_en = models.CharField(_("label in English"), max_length=60)
    value_nl = models.CharField(_("value in Dutch"), max_length=160)
    value_en = models.CharField(_("value in English"), max_length=160)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label_nl

    def label(self, language: str | None = None) -> str:
        return in_language(self, "label", language)

    def value(self, language: str | None = None) -> str:
        return in_language(self, "value", language)
