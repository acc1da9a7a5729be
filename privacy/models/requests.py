"""A person's request: its state, its history and the proof of who asks."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another


def new_reference() -> str:
    """A case number that can be read aloud and not be guessed (59 bits)."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(12))
    return f"V-{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"


class Kind(models.TextChoices):
    ACCESS = "access", _("Access")
    RECTIFICATION = "rectification", _("Correction")
    ERASURE = "erasure", _("Erasure")
    OBJECTION = "objection", _("Objection")
    RESTRICTION = "restriction", _("Restriction")
    PORTABILITY = "portability", _("Data to take along")
    COMPLETION = "completion", _("Completion")
    WITHDRAWAL = "withdrawal", _("Withdrawal of consent")
    RECIPIENTS = "recipients", _("Who was told")
    QUESTION = "question", _("Question")
    COMPLAINT = "complaint", _("Complaint")
    APPEAL = "appeal", _("Review of an answer")


class State(models.TextChoices):
    AWAITING_VERIFICATION = "awaiting_verification", _("Waits for the code")
    COOLING_OFF = "cooling_off", _("Cooling off")
    IN_ASSESSMENT = "in_assessment", _("In assessment")
    APPROVED = "approved", _("Approved")
    EXECUTING = "executing", _("Being carried out")
    ANSWERING = "answering", _("Answer on its way")
    AWAITING_REQUESTER = "awaiting_requester", _("Waits for the person")
    AWAITING_RECIPIENTS = "awaiting_recipients", _("Waits for those who received data")
    RESIDUE_FOUND = "residue_found", _("Something was left behind")
    NEEDS_OPERATOR = "needs_operator", _("Needs an operator")
    PARTIALLY_RETAINED = "partially_retained", _("Done, part must stay")
    FULFILLED = "fulfilled", _("Done")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED_UNVERIFIED = "expired_unverified", _("Never proved")
    DUPLICATE = "duplicate", _("Same as another")


class Regime(models.TextChoices):
    GDPR = "gdpr", _("GDPR")
    UK = "uk", "UK GDPR"
    CALIFORNIA = "ccpa", "CCPA"


class Topic(models.TextChoices):
    """What a person is asked about while his request is open."""

    CLARIFICATION = "clarification", _("what exactly is meant")
    ORDER = "order", _("the number of an order")
    IDENTITY = "identity", _("who is asking: there is a doubt, and it is on record")


OPEN = (
    State.AWAITING_VERIFICATION,
    State.COOLING_OFF,
    State.IN_ASSESSMENT,
    State.APPROVED,
    State.EXECUTING,
    State.ANSWERING,
    State.AWAITING_REQUESTER,
    State.AWAITING_RECIPIENTS,
    State.RESIDUE_FOUND,
    State.NEEDS_OPERATOR,
)


UNDER_WAY = (State.EXECUTING, State.AWAITING_RECIPIENTS)  # begun: no hold stops it half way


class Refusal(models.TextChoices):
    SUSPECTED_FRAUD = "suspected_fraud", _("Suspected fraud")
    INSUFFICIENT_VERIFICATION = "insufficient_verification", _("Not proved who asks")
    NO_MATCH = "no_match", _("Nothing found")
    CLAIM_NOT_COVERED = "claim_not_covered", _("The law does not give this right here")
    OUTSIDE_JURISDICTION = "outside_jurisdiction", _("Another law applies")
    TOO_MANY_REQUESTS = "too_many_requests", _("Asked too often")
    MANIFESTLY_UNFOUNDED = "manifestly_unfounded", _("Manifestly unfounded")
    EXCESSIVE = "excessive", _("Excessive")
    ART17_3_A = "art17_3_a", _("Freedom of expression, Art. 17(3)(a)")
    ART17_3_B = "art17_3_b", _("Legal duty, Art. 17(3)(b)")
    ART17_3_C = "art17_3_c", _("Public health, Art. 17(3)(c)")
    ART17_3_D = "art17_3_d", _("Archiving and research, Art. 17(3)(d)")
    ART17_3_E = "art17_3_e", _("Legal claims, Art. 17(3)(e)")
    OTHERS_RIGHTS = "others_rights", _("Rights of others")
    NOT_IDENTIFIABLE = "not_identifiable", _("Cannot be identified")


class RequestQuerySet(models.QuerySet["Request"]):
    def deletions_running(self) -> Self:
        """Accounts whose owners asked to have them deleted, until that ends one way or another."""
        return self.filter(kind=Kind.ERASURE, cooling_off_until__isnull=False, state__in=OPEN)

    def due_to_run(self, now: datetime) -> Self:
        """Approved by an officer, or past their cooling-off, never while held; or half done."""
        ripe = Q(state=State.COOLING_OFF, cooling_off_until__lte=now) | Q(state=State.APPROVED)
        return self.filter(ripe & Q(held_at=None) | Q(state__in=UNDER_WAY, kind=Kind.ERASURE))


class Request(models.Model):
    """One request of one person under the GDPR, bound to who asked and to his address then."""

    reference = models.CharField(_("case"), max_length=20, unique=True, default=new_reference)
    filing_key = models.UUIDField(
        null=True, blank=True, unique=True
    )  # of the form: sent twice, one
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=30, choices=State)
    regime = models.CharField(_("law"), max_length=10, default=Regime.GDPR, choices=Regime)
    country = models.CharField(_("country"), max_length=5, blank=True)  # ISO 3166, also a part
    language = models.CharField(_("language"), max_length=2, default="nl")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="privacy_requests",
        verbose_name=_("account"),
    )
    subject_id = models.UUIDField(
        _("person's number"), null=True, blank=True
    )  # the account's, while the case is open
    email = models.EmailField(_("e-mail address"), blank=True)  # as it was at filing
    email_proved_at = models.DateTimeField(_("address proved"), null=True, blank=True)
    order_reference = models.CharField(_("order number"), max_length=40, blank=True)
    message = models.TextField(_("message"), blank=True)

    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("answer due"), db_index=True)  # with extension and pauses
    first_due_at = models.DateTimeField(_("first due"), null=True, blank=True)  # before any of them
    extended_at = models.DateTimeField(_("extended"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked since"), null=True, blank=True)  # an open question
    warned = models.PositiveSmallIntegerField(_("warned at"), default=0)  # percent of the time
    duplicate_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="duplicates"
    )
    appeal_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="appeals"
    )
    cooling_off_until = models.DateTimeField(_("cooling off until"), null=True, blank=True)
    held_at = models.DateTimeField(_("held since"), null=True, blank=True)
    retained_until_at = models.DateTimeField(_("part kept until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, db_index=True)
    # While an erasure is carried out: whom it is about, and what the receipt will say.
    sealed = models.JSONField(_("whom it is about"), default=dict, blank=True)
    receipt = models.JSONField(_("receipt"), default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    steps = models.JSONField(_("steps done"), default=list, blank=True)  # names, in their order

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("with"),
    )
    refusal = models.CharField(_("ground of refusal"), max_length=30, choices=Refusal, blank=True)
    answer = models.TextField(_("answer"), blank=True)  # as the person reads it

    # The one link of a case, of which only the digest is kept: to cancel, or to download.
    link_digest = models.CharField(_("digest of the link"), max_length=64, blank=True)
    link_until_at = models.DateTimeField(null=True, blank=True)
    link_used_at = models.DateTimeField(null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["due_at", "pk"]
        indexes = [models.Index(Upper("email"), name="request_by_email")]  # as iexact compares
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(kind=Kind.ERASURE, state=State.COOLING_OFF),
                name="privacy_one_deletion_per_account",
            ),
            models.UniqueConstraint(
                fields=["link_digest"],
                condition=~Q(link_digest=""),
                name="privacy_request_link_unique",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_at=None)
                | (~Q(state__in=OPEN) & Q(closed_at__isnull=False)),
                name="privacy_request_closed_when_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.COOLING_OFF) | Q(cooling_off_until__isnull=False),
                name="privacy_cooling_off_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REFUSED) | ~Q(refusal=""),
                name="privacy_refusal_has_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def unfetched(self) -> bool:
        """Whether the link of a copy ended before anybody used it."""
        return self.link_until_at is not None and not (self.is_open or self.link_used_at)


class VerificationCode(models.Model):
    """A six-digit code that proves an address: hashed, short-lived, for one use."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="codes")
    digest = models.CharField(_("digest of the code"), max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.pk}"
