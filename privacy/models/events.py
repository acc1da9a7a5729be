"""What happened to a request: an append-only history, held by a trigger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from privacy.models.requests import Request


class Role(models.TextChoices):
    PERSON = "person", _("the person")
    OFFICER = "officer", _("the officer")
    SYSTEM = "system", _("the shop")


class Action(models.TextChoices):
    RECEIVED = "received", _("Received")
    CODE_SENT = "code_sent", _("Code sent")
    PROVED = "proved", _("Address proved by code")
    SIGNED_IN = "signed_in", _("Asked from the account, signed in")
    AGAIN = "signed_in_again", _("Proved by signing in again")
    EXPIRED = "expired", _("Expired without proof")
    CANCELLED = "cancelled", _("Withdrawn by the person")
    HELD = "held", _("Put on hold")
    RELEASED = "released", _("Hold released")
    LOOKED = "looked", _("Case opened by staff")
    ASKED = "asked", _("Asked for information")
    REMINDED = "reminded", _("Reminded of our question")
    REPLIED = "replied", _("Our question was answered")
    UNANSWERED = "unanswered", _("Our question was not answered: we go on without")
    PAUSED = "paused", _("The clock stands still")
    RESUMED = "resumed", _("The clock runs again")
    EXTENDING = "extending", _("Notice of more time queued")
    EXTENDED = "extended", _("More time taken, after the notice was sent")
    NOT_EXTENDED = "not_extended", _("No more time: the notice was not sent in time")
    REGIME = "regime", _("Another law applies")
    WARNED = "warned", _("Officers warned")
    DUPLICATE = "duplicate", _("Joined with an earlier request")
    JOINED = "joined", _("A later request was joined with this one")
    ASSIGNED = "assigned", _("Handed to an officer")
    TAKEN_UP = "taken_up", _("Taken up again after a review")
    STOPPED = "stopped", _("The use stopped at once")
    LIFTING = "lifting", _("Notice queued that the use goes on")
    LIFTED = "lifted", _("The use goes on, after the notice was sent")
    HOLD_PLACED = "hold_placed", _("One thing put on hold")
    HOLD_RELEASED = "hold_released", _("Hold on one thing released")
    APPROVED = "approved", _("Approved")
    EXECUTING = "executing", _("Being carried out")
    AWAITING_REQUESTER = "awaiting_requester", _("Waits for the person")
    PROPOSED = "proposed", _("A difference was proposed")
    SECONDED = "seconded", _("A first officer agreed")
    CORRECTED = "corrected", _("Corrected, in every copy")
    STATED = "stated", _("A statement was put beside a record")
    OVERTAKEN = "overtaken", _("Overtaken: the value had changed meanwhile")
    DECLINED = "declined", _("A proposed difference was declined")
    REFUSED = "refused", _("Refused")
    ANSWERED = "answered", _("Answer written")
    ANSWER_SENT = "answer_sent", _("The answer has left")
    OTHERWISE = "otherwise", _("Answered without e-mail")
    ERASED = "erased", _("Erased")
    REVIEWING = "reviewing", _("Texts in other people's records have to be looked at")
    REVIEWED = "reviewed", _("A text in another's record was kept or taken out")
    PARTLY_ERASED = "partly_erased", _("Erased, part must stay")
    LINK_SENT = "link_sent", _("Download link sent")
    DOWNLOADED = "downloaded", _("Downloaded")
    RECEIPT = "receipt", _("Receipt handed to the outbox")
    LINK_ENDED = "link_ended", _("The link to correct it ended with an erasure")
    LAPSED = "lapsed", _("The download link ended unused")
    ENDED = "ended", _("What had to stay is gone too")
    RECIPIENT = "recipient", _("A recipient answered")
    ESCALATED = "escalated", _("A recipient stays silent")
    RESIDUE = "residue", _("Something was left behind")
    CLEAN = "clean", _("Nothing was left behind")
    NOTICE_LOST = "notice_lost", _("The notice that the use goes on did not arrive")
    ANSWER_LOST = "answer_lost", _("The answer did not arrive")
    AWAITING = "awaiting", _("Waits for those who received data")
    GOES_ON = "goes_on", _("Erasure goes on")
    ALL_TOLD = "all_told", _("All recipients answered")
    CLOSED = "closed", _("Closed")
    FAILED = "failed", _("An attempt failed")
    ADDRESS_CHANGED = "address_changed", _("Stopped: the address has changed")


class RequestEvent(models.Model):
    """What happened to a request. Never changed; each carries the digest of the one before."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="events")
    sequence = models.PositiveIntegerField()
    action = models.CharField(_("what happened"), max_length=20, choices=Action)
    role = models.CharField(_("by whom"), max_length=10, choices=Role)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member of staff"),
    )
    reason = models.CharField(
        _("reason"), max_length=60, blank=True
    )  # a code, never a personal value
    happened_at = models.DateTimeField(_("when"))
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event of a request")
        verbose_name_plural = _("events of requests")
        ordering = ["request_id", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["request", "sequence"], name="privacy_event_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"
