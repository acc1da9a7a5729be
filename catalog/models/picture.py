from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from catalog.models.variant import Variant
from catalog.palette import Room
from catalog.texts import in_language


class Picture(models.Model):
    """A drawing of the house, or a photograph that staff uploaded; never both."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="pictures")
    variant = models.ForeignKey(
        Variant, models.CASCADE, null=True, blank=True, related_name="pictures"
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    room = models.CharField(_("room"), max_length=8, choices=Room.choices, default=Room.STONE)
    drawing = models.CharField(
        _("drawing"), max_length=60, blank=True, validators=[RegexValidator(r"^[a-z0-9-]+\.svg$")]
    )
    crop = models.CharField(
        _("cut-out of the drawing"),
        max_length=24,
        blank=True,
        validators=[RegexValidator(r"^\d+,\d+,\d+,\d+$")],
    )
    photograph = models.FileField(_("photograph"), upload_to="catalog/%Y/", blank=True)
    alt_nl = models.CharField(_("description in Dutch"), max_length=200)
    alt_en = models.CharField(_("description in English"), max_length=200)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(drawing="") ^ Q(photograph=""), name="picture_drawing_or_photograph"
            )
        ]

    def __str__(self) -> str:
        return self.alt_nl

    def alt(self, language: str | None = None) -> str:
        return in_language(self, "alt", language)

    def url(self) -> str:
        if self.photograph:
            return str(self.photograph.url)
        address = static(f"img/{self.drawing}")
        return f"{address}#svgView(viewBox({self.crop}))" if self.crop else address
