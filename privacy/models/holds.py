"""What keeps a datum from being erased: a claim, an authority, or the person's own wish."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from privacy.models.requests import Request


class Hold(models.Model):
    """One row of one model that nobody may erase; never a whole account."""

    class Ground(models.TextChoices):
        CLAIM = "claim", _("a legal claim")  # Art. 17(3)(e)
        AUTHORITY = "authority", _("an authority's order")  # Art. 17(3)(b)
        DISPUTE = "dispute", _("a dispute")
        WISH = "wish", _("the person's own wish")  # "keep longer"

    model = models.CharField(_("of what"), max_length=100)  # "orders.Order"
    key = models.CharField(_("which one"), max_length=64)  # its primary key, as text
    ground = models.CharField(_("ground"), max_length=10, choices=Ground)
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # no personal values
    user = models.ForeignKey(  # who asked to keep it longer
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="kept_longer"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(_("placed"))
    until_at = models.DateTimeField(_("until"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True, db_index=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-placed_at"]
        indexes = [
            models.Index(
                fields=["model", "key"], condition=Q(released_at=None), name="privacy_hold_in_force"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "key", "ground"],
                condition=Q(released_at=None),
                name="privacy_hold_once",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(released_at__gte=F("placed_at")),
                name="privacy_hold_released_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"


class Duty(models.Model):
    """What one actual recipient must be told of an erasure, correction or restriction (Art. 19)."""

    class Kind(models.TextChoices):
        ERASURE = "erasure", _("erase")
        RECTIFICATION = "rectification", _("correct")
        RESTRICTION = "restriction", _("restrict")

    class State(models.TextChoices):
        OPEN = "open", _("to be told")
        TOLD = "told", _("told, no answer yet")
        CONFIRMED = "confirmed", _("confirmed")
        IMPOSSIBLE = "impossible", _("lawfully impossible")
        FAILED = "failed", _("could not be told")

    ENDED = ("confirmed", "impossible")

    request = models.ForeignKey(Request, models.CASCADE, related_name="duties")
    recipient = models.CharField(_("recipient"), max_length=100)  # the key of a declared one
    kind = models.CharField(_("what"), max_length=15, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    said = models.CharField(_("what they answered"), max_length=200, blank=True)
    sealed = models.JSONField(_("whom it is about"), default=dict)  # until it has ended
    opened_at = models.DateTimeField(_("opened"))
    told_from_at = models.DateTimeField(  # before it the person may not know of this recipient
        _("may be told from"), null=True, blank=True
    )
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    next_try_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    escalated_at = models.DateTimeField(_("shown to the officer"), null=True, blank=True)

    class Meta:
        verbose_name = _("duty to tell a recipient")
        verbose_name_plural = _("duties to tell recipients")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "recipient", "kind"],
                condition=Q(ended_at=None),
                name="privacy_duty_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.kind}"


class Residue(models.Model):
    """Where a scan found a person's identifier after the erasure: the place, never the value."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="residue")
    place = models.CharField(_("place"), max_length=100)  # a table, "cache", "log", …
    column = models.CharField(_("column"), max_length=100, blank=True)
    key = models.CharField(_("which one"), max_length=200, blank=True)
    identifier = models.CharField(_("kind of identifier"), max_length=20)  # "email", "phone", …
    found_at = models.DateTimeField(_("found"))
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)

    class Meta:
        verbose_name = _("residue")
        verbose_name_plural = _("residues")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "place", "column", "key", "identifier"],
                condition=Q(cleared_at=None),
                name="privacy_residue_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.place}.{self.column}"
