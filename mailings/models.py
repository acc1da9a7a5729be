from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

CONFIRM_WITHIN = timedelta(days=7)


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def open(self, now: datetime) -> Self:
        return self.filter(requested_at__gt=now - CONFIRM_WITHIN)

    def expired(self, now: datetime) -> Self:
        return self.filter(requested_at__lte=now - CONFIRM_WITHIN)


class SignUp(models.Model):
    """An address that somebody typed. Nothing is known of it until its owner confirms."""

    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2)
    token_digest = models.CharField(_("key of the link"), max_length=64, blank=True, db_index=True)
    requested_at = models.DateTimeField(_("asked for"), db_index=True)  # the retention clock
    invited_at = models.DateTimeField(_("asked to confirm"), null=True, blank=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("unconfirmed sign-up")
        verbose_name_plural = _("unconfirmed sign-ups")
        indexes = [models.Index(Upper("email"), name="sign_up_by_email")]  # as iexact compares
        constraints = [models.UniqueConstraint(Lower("email"), name="sign_up_once_any_case")]

    def __str__(self) -> str:
        return f"sign-up {self.pk}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> Self:
        return self.filter(state=Subscription.State.CONFIRMED)

    def unpropagated(self) -> Self:
        """Ended, but perhaps with letters still queued."""
        return self.filter(state=Subscription.State.ENDED, propagated_at=None)


class Subscription(models.Model):
    """An address whose owner asked for the newsletter."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        ENDED = "ended", _("ended")

    email = models.EmailField(_("e-mail address"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField(_("language"), max_length=2)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.CONFIRMED)
    confirm_digest = models.CharField(
        max_length=64, blank=True, db_index=True
    )  # for a second click
    confirmed_at = models.DateTimeField(_("confirmed"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, db_index=True)
    propagated_at = models.DateTimeField(null=True, blank=True)  # queued letters are withdrawn

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [models.Index(Upper("email"), name="subscription_by_email")]  # as iexact compares
        constraints = [
            models.UniqueConstraint(Lower("email"), name="subscription_once_any_case"),
            models.CheckConstraint(
                condition=Q(state="confirmed", ended_at=None)
                | Q(state="ended", ended_at__isnull=False),
                name="subscription_ended_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"

    @property
    def has_ended(self) -> bool:
        return self.state == self.State.ENDED


class UnsubscribeLink(models.Model):
    """The way out of one letter. Each letter has its own, so that none need be stored readable."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="links")
    digest = models.CharField(_("key of the link"), max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("way out of a letter")
        verbose_name_plural = _("ways out of letters")

    def __str__(self) -> str:
        return f"link {self.pk}"


class Suppression(models.Model):
    """An address that must not be written to, as a keyed digest that outlives its erasure."""

    purpose = models.CharField(_("no more of"), max_length=40)
    digest = models.CharField(_("mark"), max_length=64)
    created_at = models.DateTimeField(_("since"), db_index=True)

    class Meta:
        verbose_name = _("scrambled mark of an address")
        verbose_name_plural = _("scrambled marks of your address")
        constraints = [
            models.UniqueConstraint(fields=["purpose", "digest"], name="suppression_once"),
        ]

    def __str__(self) -> str:
        return f"suppression {self.pk}"


class Issue(models.Model):
    """One letter to everybody who confirmed, written by staff in both languages."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")

    BODY = _("Plain text. An empty line begins a new paragraph; a web address becomes a link.")

    subject_nl = models.CharField(_("subject in Dutch"), max_length=120)
    body_nl = models.TextField(_("letter in Dutch"), help_text=BODY)
    subject_en = models.CharField(_("subject in English"), max_length=120)
    body_en = models.TextField(_("letter in English"), help_text=BODY)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    cursor = models.BigIntegerField(default=0)  # the last subscription that was dealt with
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    finished_at = models.DateTimeField(_("all queued"), null=True, blank=True)

    class Meta:
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")

    def __str__(self) -> str:
        return self.subject_nl

    @property
    def campaign(self) -> str:
        return f"issue:{self.pk}"

    def subject(self, language: str) -> str:
        return self.subject_en if language == "en" else self.subject_nl

    def paragraphs(self, language: str) -> list[str]:
        body = self.body_en if language == "en" else self.body_nl
        parts = body.replace("\r\n", "\n").split("\n\n")
        return [part.strip() for part in parts if part.strip()]
