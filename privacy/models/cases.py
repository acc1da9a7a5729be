"""What belongs to a case: proposed corrections, notes, archives; and who looked at a file."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from privacy.models.requests import Request


class Correction(models.Model):
    """One proposed difference of one field: refused if the field changed meanwhile."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        SECONDED = "seconded", _("seen by one")  # four eyes: one officer agreed
        APPLIED = "applied", _("applied")
        REFUSED = "refused", _("refused")
        STALE = "stale", _("overtaken")
        ATTACHED = "attached", _("attached as a statement")  # the record must stay as issued
        # What the person wrote in another's record, found by an erasure:
        REVIEW = "review", _("to be looked at")
        KEPT = "kept", _("kept")
        REDACTED = "redacted", _("taken out")

    class Ground(models.TextChoices):
        """Why a text in another's record is kept or taken out."""

        OTHERS = "others", _("the other person needs it, or it was written to them")
        RECORD = "record", _("it is part of the record of how a case was decided")
        CLAIM = "claim", _("it is needed for a legal claim, Art. 17(3)(e)")
        WRITER = "writer", _("it speaks of who wrote it")
        NEEDLESS = "needless", _("nobody needs it any more")

    TAKES_OUT = (Ground.WRITER, Ground.NEEDLESS)  # the other grounds keep it

    request = models.ForeignKey(Request, models.CASCADE, related_name="corrections")
    model = models.CharField(_("of what"), max_length=100)
    key = models.CharField(_("which one"), max_length=64)
    field = models.CharField(_("field"), max_length=60)
    before = models.TextField(_("as it stands"), blank=True)
    after = models.TextField(_("as it should be"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    ground = models.CharField(_("ground"), max_length=10, choices=Ground, blank=True)

    class Meta:
        verbose_name = _("proposed correction")
        verbose_name_plural = _("proposed corrections")
        constraints = [
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=models.F("first_by")),
                name="privacy_four_eyes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model}.{self.field}"


class Note(models.Model):
    """What an officer writes down about a case, for colleagues; or a person's own statement."""

    class Kind(models.TextChoices):
        INTERNAL = "internal", _("note")
        STATEMENT = "statement", _("statement of the person")  # kept with the record, Art. 16
        QUESTION = "question", _("question to the person")
        REPLY = "reply", _("answer of the person")
        DELAY = "delay", _("why more time is needed, as the person was told")
        HOLD = "hold", _("why the deletion stands still, as the person was told")

    request = models.ForeignKey(Request, models.CASCADE, related_name="notes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INTERNAL)
    model = models.CharField(_("beside what"), max_length=100, blank=True)
    key = models.CharField(_("which one"), max_length=64, blank=True)
    role = models.CharField(  # of a statement: as whom in that row; empty: its main person
        _("as whom"), max_length=20, blank=True
    )
    text = models.TextField(_("text"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Export(models.Model):
    """An archive of a person's data being made, or waiting in private storage for one download."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being made")
        READY = "ready", _("ready")
        FETCHED = "fetched", _("downloaded")
        EXPIRED = "expired", _("expired")
        FAILED = "failed", _("failed")

    request = models.ForeignKey(Request, models.CASCADE, related_name="exports")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    portable = models.BooleanField(_("only what can be taken along"), default=False)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    position = models.JSONField(_("where it goes on"), default=dict)
    file = models.CharField(_("file"), max_length=100, blank=True)  # its name in private storage
    digest = models.CharField(max_length=64, blank=True)  # SHA-256
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    created_at = models.DateTimeField(_("asked for"))
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, db_index=True)
    alive_at = models.DateTimeField(null=True, blank=True)  # of the job that makes it

    class Meta:
        verbose_name = _("archive of your data")
        verbose_name_plural = _("archives of your data")

    def __str__(self) -> str:
        return f"{self.request_id} {self.state}"


class Look(models.Model):
    """A member of staff looked at a person's file (P19): it belongs to that person's export."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="looks_at"
    )
    email = models.EmailField(_("e-mail address"), blank=True)  # in lower case
    reference = models.CharField(_("your code"), max_length=40, blank=True)  # of who has no address
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    role = models.CharField(_("role"), max_length=20, blank=True)
    model = models.CharField(_("of what"), max_length=100)
    key = models.CharField(_("which one"), max_length=64, blank=True)
    looked_at = models.DateTimeField(_("when"), db_index=True)

    class Meta:
        verbose_name = _("look at your file")
        verbose_name_plural = _("looks at your file")
        ordering = ["-looked_at"]
        indexes = [
            models.Index(fields=["email"], name="privacy_look_by_email"),
            models.Index(Upper("email"), name="look_by_upper_email"),  # as iexact compares
            models.Index(
                fields=["reference"], condition=~Q(reference=""), name="privacy_look_by_reference"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"


class LedgerMark(models.Model):
    """How far the ledger of erasures, which lies outside the database, was applied to this one."""

    ledger = models.CharField(primary_key=True, max_length=40, default="erasures")
    applied = models.PositiveBigIntegerField(default=0)  # lines
    digest = models.CharField(max_length=64, blank=True)  # of the last line applied
    applied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.ledger} {self.applied}"
