from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.texts import in_language


class Category(models.Model):
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    heading_nl = models.CharField(_("heading in Dutch"), max_length=120)
    heading_en = models.CharField(_("heading in English"), max_length=120)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name_nl

    def get_absolute_url(self) -> str:
        return reverse("catalog:category", args=[self.slug])

    def title(self, language: str | None = None) -> str:
        return in_language(self, "name", language)

    def heading(self, language: str | None = None) -> str:
        return in_language(self, "heading", language)
