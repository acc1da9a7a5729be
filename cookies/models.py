from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ConsentNotice(models.Model):
    """What was shown to whoever chose. Never changed: a trigger holds it."""

    version = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=2)
    content = models.JSONField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    created_at = models.DateTimeField(_("first shown"))

    class Meta:
        ordering = ["-version", "language"]
        verbose_name = _("cookie notice")
        verbose_name_plural = _("cookie notices")

    def __str__(self) -> str:
        return f"{self.version} {self.language}"


class ConsentEvent(models.Model):
    """One choice of one browser. Never changed: a trigger holds it; only the purge ends it.

    Without address, browser, account or session: it is about a browser, and never joined with a
    person's consents.
    """

    class Action(models.TextChoices):
        ACCEPT = "accept", _("accepted all")
        REJECT = "reject", _("rejected all")
        SAVE = "save", _("chose")

    class Method(models.TextChoices):
        BANNER = "banner", _("banner")
        PREFERENCES = "preferences", _("preference page")

    subject_id = models.UUIDField(_("browser"), default=uuid4, db_index=True)  # chance
    happened_at = models.DateTimeField(_("at"), db_index=True)
    action = models.CharField(_("action"), max_length=6, choices=Action)
    decisions = models.JSONField(_("decisions"))  # group → bool, derived by us
    notice = models.ForeignKey(ConsentNotice, models.PROTECT, verbose_name=_("notice"))
    language = models.CharField(_("language"), max_length=2)
    method = models.CharField(_("where"), max_length=11, choices=Method)

    class Meta:
        ordering = ["-happened_at"]
        verbose_name = _("cookie choice")
        verbose_name_plural = _("cookie choices")
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["accept", "reject", "save"]), name="cookies_action_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.happened_at:%Y-%m-%d %H:%M}"
