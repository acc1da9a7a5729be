from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.palette import Room
from catalog.texts import in_language


class Category(models.Model):
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    heading_nl = models.CharField(_("heading in Dutch"), max_length=120)
    heading_en = models.CharField(_("heading in English"), max_length=120)
    room = models.CharField(_("room"), max_length=8, choices=Room.choices, default=Room.STONE)
    drawing = models.CharField(
        _("drawing"), max_length=60, blank=True, validators=[RegexValidator(r"^[a-z0-9-]+\.svg$")]
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name_nl

    def get_absolute_url(self) -> str:
        return reverse("catalog:category", args=[self.slug])

    def picture(self) -> str:
        """The address of the drawing on its door, if it has one."""
        return static(f"img/{self.drawing}") if self.drawing else ""

    def title(self, language: str | None = None) -> str:
        return in_language(self, "name", language)

    def heading(self, language: str | None = None) -> str:
        return in_language(self, "heading", language)
