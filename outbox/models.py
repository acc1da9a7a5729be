from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

RESTRICTED = "Restricted"  # the problem of what waits until a restriction has ended


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=Message.State.QUEUED, next_try_at__lte=now)

    def stuck(self, *, since: datetime) -> Self:
        """Handed to a sender that never came back."""
        return self.filter(state=Message.State.SENDING, claimed_at__lte=since)


class Message(models.Model):
    """One e-mail that leaves, or left, the house."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        WITHHELD = "withheld", _("withheld: no longer allowed")
        BOUNCED = "bounced", _("refused by the receiving server")
        UNKNOWN = "unknown", _("unknown: perhaps sent, not repeated")

    kind = models.CharField(_("kind"), max_length=60)  # "orders/confirmed"
    about = models.CharField(_("about"), max_length=100)  # "order:5"; once per kind
    recipient = models.EmailField(_("recipient"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField(_("language"), max_length=2)
    purpose = models.CharField(_("purpose"), max_length=40, blank=True)  # asked before each send
    campaign = models.CharField(_("campaign"), max_length=60, blank=True)  # marketing, if any
    context = models.JSONField(
        _("contents"), default=dict, blank=True
    )  # links and codes: gone once sent
    headers = models.JSONField(_("further headers"), default=dict, blank=True)
    forget = models.BooleanField(default=False)  # the recipient goes too, once sent
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.CharField(_("problem"), max_length=80, blank=True)  # never the server's text
    message_id = models.CharField(max_length=120, unique=True)  # the same for every attempt
    queued_at = models.DateTimeField(_("queued"))
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, db_index=True)  # the retention clock

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [("retry_message", "Can try a failed message again")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], name="message_once_per_subject"),
        ]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="message_due"),
            models.Index(Upper("recipient"), name="message_by_recipient"),  # as iexact compares
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"

    @property
    def marketing(self) -> bool:
        return bool(self.campaign)

    def template(self, extension: str) -> str:
        room, _slash, name = self.kind.partition("/")
        return f"{room}/email/{name}.{extension}"

    def words(self) -> dict[str, Any]:
        """What the templates see."""
        return {**self.context, "language": self.language, "site_url": settings.SITE_URL}
