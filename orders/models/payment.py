from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order

# A payment that may still take money: never two for one order, and no order ends beside one.
LIVE = ["created", "redirected", "approved", "capturing", "pending_review", "unknown"]


class PaymentAttempt(models.Model):
    """One order at PayPal, created for one of ours. Its ids, state and amounts; never a card."""

    class State(models.TextChoices):
        CREATED = "created", _("created")
        REDIRECTED = "redirected", _("at PayPal")
        APPROVED = "approved", _("approved")
        CAPTURING = "capturing", _("capturing")
        CAPTURED = "captured", _("captured")
        PENDING_REVIEW = "pending_review", _("under review at PayPal")
        DECLINED = "declined", _("declined")
        UNKNOWN = "unknown", _("unknown")
        ABANDONED = "abandoned", _("abandoned")

    order = models.ForeignKey(Order, models.PROTECT, related_name="attempts")
    position = models.PositiveSmallIntegerField()  # 1, 2, … within the order
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.CREATED)
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2)  # EUR
    create_request_id = models.CharField(max_length=108, unique=True)
    capture_request_id = models.CharField(max_length=108, unique=True)
    captures_tried = models.PositiveSmallIntegerField(default=1)  # definite declines + 1
    paypal_id = models.CharField(_("PayPal's order"), max_length=36, null=True, unique=True)
    approve_url = models.URLField(max_length=500, blank=True)
    capture_id = models.CharField(_("PayPal's capture"), max_length=36, null=True, unique=True)
    captured = models.DecimalField(_("captured"), max_digits=9, decimal_places=2, null=True)
    currency = models.CharField(  # of what was captured; only euro count as paid
        _("currency"), max_length=3, default="EUR"
    )
    problem = models.CharField(_("PayPal's answer"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))
    ask_at = models.DateTimeField()  # when the sweeper asks PayPal next
    asked = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="attempt_position"),
            models.UniqueConstraint(
                fields=["order"],
                name="attempt_one_live",
                condition=Q(state__in=LIVE),
            ),
        ]
        indexes = [models.Index(fields=["state", "ask_at"], name="attempt_due")]

    def __str__(self) -> str:
        return f"{self.order} · {self.position}"
