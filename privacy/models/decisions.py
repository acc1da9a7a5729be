"""The ledgers: what a person decided, who received what, and what the nightly purge did."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _


class ConsentDecision(models.Model):
    """One consent, objection or restriction, as it was said. Append-only, held by a trigger.

    The trigger refuses to delete a row and to change one, save to blank whose it was: so the
    erasure of a person works and nothing else does.
    """

    class Action(models.TextChoices):
        GIVEN = "given", _("consent given")
        WITHDRAWN = "withdrawn", _("consent withdrawn")
        OBJECTED = "objected", _("objected")
        RESUMED = "resumed", _("objection ended")
        RESTRICTED = "restricted", _("use restricted")
        LIFTED = "lifted", _("restriction ended")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="consent_decisions"
    )
    email = models.EmailField(_("e-mail address"), blank=True)  # in lower case
    subject_id = models.UUIDField(_("person's number"), null=True)
    purpose = models.CharField(_("purpose"), max_length=50, blank=True)  # empty: all of them
    action = models.CharField(_("decision"), max_length=10, choices=Action.choices)
    wording = models.TextField(_("what was shown"), blank=True)
    notice_version = models.CharField(_("version of the notice"), max_length=20, blank=True)
    decided_at = models.DateTimeField(_("decided"), db_index=True)

    class Meta:
        verbose_name = _("privacy choice")
        verbose_name_plural = _("privacy choices")
        ordering = ["decided_at", "pk"]
        indexes = [
            models.Index(fields=["email", "purpose"], name="decision_by_email"),
            models.Index(fields=["subject_id", "purpose"], name="decision_by_subject"),
            models.Index(Upper("email"), name="decision_by_upper_email"),  # as iexact compares
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower(F("email"))), name="decision_email_in_lower_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.action}"


class Disclosure(models.Model):
    """Personal data of someone that was handed to a recipient (Art. 15(1)(c), 19 GDPR)."""

    class Ground(models.TextChoices):
        """On which an authority may demand data from the shop."""

        CRIME = "sv_126nd", _("a demand in a criminal case (Art. 126nd Code of Criminal Procedure)")
        TAX = "awr_53", _("a demand of the tax authority (Art. 53 General Tax Act)")
        COURT = "court", _("the order of a court")
        SUPERVISION = "awb_5_16", _("a supervisor's demand (Art. 5:16 General Administrative Act)")
        PRIVACY = "gdpr_58", _("a demand of the privacy authority (Art. 58(1) GDPR)")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="disclosures"
    )
    email = models.EmailField(_("e-mail address"), blank=True)  # in lower case
    subject_id = models.UUIDField(_("person's number"), null=True)
    # By what somebody names himself of whom no proved address is known, see handovers.plain: the
    # number of an order, or the code of a gift.
    reference = models.CharField(_("number or code"), max_length=40, blank=True)
    proved_at = models.DateTimeField(_("address proved"), null=True, blank=True)
    recipient = models.CharField(_("recipient"), max_length=100)
    purpose = models.CharField(_("purpose"), max_length=50)
    fields = ArrayField(models.CharField(max_length=50), verbose_name=_("what was handed over"))
    about = models.CharField(_("occasion"), max_length=100, blank=True)
    ground = models.CharField(_("ground"), max_length=200, blank=True)  # of an authority's request
    named = models.CharField(_("which authority"), max_length=100, blank=True)  # no person's name
    told_from_at = models.DateTimeField(  # before it the law forbids to tell the person (Art. 23)
        _("may be told from"), null=True, blank=True
    )
    nonce = models.UUIDField(null=True, blank=True, unique=True)  # of the form: sent once
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    disclosed_at = models.DateTimeField(_("handed over"), db_index=True)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["disclosed_at", "pk"]
        indexes = [
            models.Index(fields=["email"], name="disclosure_by_email"),
            models.Index(fields=["subject_id"], name="disclosure_by_subject"),
            models.Index(Upper("email"), name="disclosure_by_upper_email"),  # as iexact compares
            models.Index(
                fields=["reference"],
                condition=~Q(reference=""),
                name="disclosure_by_reference",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower(F("email"))), name="disclosure_email_in_lower_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.about}"


class PurgeRun(models.Model):
    """One night's work: numbers only, for the readiness page and the register."""

    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)  # {"orders.Order deleted": 3, …}

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
