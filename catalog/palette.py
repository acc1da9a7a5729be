"""The colours that the look knows: rooms to stand in, and bodies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Room(models.TextChoices):
    """The quiet room a product stands in: a colour of the look."""

    SAGE = "sage", _("sage")
    CLAY = "clay", _("clay")
    MIST = "mist", _("mist")
    OAT = "oat", _("oat")
    LILAC = "lilac", _("lilac")
    STONE = "stone", _("stone")


class Colour(models.TextChoices):
    SPRUCE = "spruce", _("Spruce")
    PORCELAIN = "porcelain", _("Porcelain")
    INK = "ink", _("Ink")
    CLAY = "clay", _("Clay")
    MIST = "mist", _("Mist")
    OAT = "oat", _("Oat")
    APRICOT = "apricot", _("Apricot")
    LILAC = "lilac", _("Lilac")
