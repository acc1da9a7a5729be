from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, OrderLine
from orders.models.payment import PaymentAttempt


class Refund(models.Model):
    """Money on its way back to the buyer. EUR, VAT included."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        SENDING = "sending", _("sending")
        COMPLETED = "completed", _("completed")
        PENDING = "pending", _("pending at PayPal")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")
        EXTERNAL = "external", _("made at PayPal")  # first seen there, by someone's hand
        REFUSED = "refused", _("refused")  # by staff, before anything was sent

    class Reason(models.TextChoices):
        CANCELLED = "cancelled", _("cancelled before shipping")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RETURNED = "returned", _("returned")
        GOODWILL = "goodwill", _("goodwill")
        LOST = "lost", _("lost on the way")
        LATE = "late", _("paid too late")
        DOUBLE = "double", _("paid twice")
        WRONG = "wrong", _("wrong amount")
        EXTERNAL = "external", _("made at PayPal")

    RETURNED_STATES = ("completed", "external")  # the money is back
    UNDER_WAY = ("requested", "sending", "pending", "unknown")

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, related_name="refunds")
    position = models.PositiveSmallIntegerField(_("refund"))  # 1, 2, … within the order
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REQUESTED)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2)
    shipping = models.DecimalField(  # the part of it that is for delivery
        _("delivery"), max_digits=9, decimal_places=2, default=0
    )
    request_id = models.CharField(max_length=108, unique=True, null=True)  # external: none
    paypal_id = models.CharField(_("PayPal's refund"), max_length=36, null=True, unique=True)
    requested_by = models.ForeignKey(  # None: the shop itself, or PayPal
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    requested_at = models.DateTimeField(_("requested"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    problem = models.CharField(_("PayPal's answer"), max_length=200, blank=True)
    ask_at = models.DateTimeField()  # when the sweeper sends it, or asks PayPal next
    asked = models.PositiveSmallIntegerField(default=0)
    again_of = models.OneToOneField(  # one that failed or was refused is asked anew once
        "self", models.SET_NULL, null=True, blank=True, related_name="anew"
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="refund_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
        ]
        indexes = [models.Index(fields=["state", "ask_at"], name="refund_due")]

    def __str__(self) -> str:
        return f"{self.order} · {self.position}"


class RefundLine(models.Model):
    """What of a line is paid back."""

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refunded_as")
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2)

    class Meta:
        verbose_name = _("line of a refund")
        verbose_name_plural = _("lines of a refund")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refunded_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, amount__gte=0), name="refunded_line_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"


class Difference(models.Model):
    """Where our books and PayPal's disagree about an order; found at night, with what to do."""

    class Kind(models.TextChoices):
        BOOKS = "books", _("our own sums disagree")
        CAPTURED = "captured", _("PayPal took another amount")
        REFUNDED = "refunded", _("PayPal paid back another amount")
        MISSING = "missing", _("PayPal does not know the payment")

    order = models.ForeignKey(Order, models.PROTECT, related_name="differences")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    ours = models.DecimalField(_("ours"), max_digits=9, decimal_places=2)
    theirs = models.DecimalField(_("theirs"), max_digits=9, decimal_places=2)
    found_at = models.DateTimeField(_("found"))
    seen_at = models.DateTimeField(_("seen last"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolution = models.CharField(_("resolved by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(resolved_at=None),
                name="difference_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.kind}"


class Reconciliation(models.Model):
    """One nightly comparison with PayPal."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    orders = models.PositiveIntegerField(_("orders compared"), default=0)
    unanswered = models.PositiveIntegerField(_("without an answer"), default=0)
    differences = models.PositiveIntegerField(_("differences"), default=0)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
