"""What a buyer takes back, sends back or disputes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, OrderLine
from orders.models.payment import PaymentAttempt


class Withdrawal(models.Model):
    """A declaration of withdrawal (Art. 11a Directive 2011/83), kept as it was made."""

    order = models.ForeignKey(  # None: it names no order of ours; staff looks
        Order, models.PROTECT, null=True, blank=True, related_name="withdrawals"
    )
    nonce = models.CharField(max_length=40, unique=True, editable=False)  # one form, one statement
    number = models.CharField(_("order number as given"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, default="nl")
    whole = models.BooleanField(_("the whole order"), default=True)
    content = models.JSONField(_("statement"), default=dict)  # {"lines": [{"title", "quantity"}]}
    received_at = models.DateTimeField(_("received"), db_index=True)
    taken_up_at = models.DateTimeField(  # looked up; what could be done by itself is done
        _("taken up"), null=True, blank=True
    )
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)  # else staff decides

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        indexes = [models.Index(Upper("email"), name="withdrawal_by_email")]  # as iexact compares

    def __str__(self) -> str:
        return self.number


class Return(models.Model):
    """Goods on their way back: received, inspected, put back on the shelf or not."""

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("announced")
        SENT = "sent", _("sent")  # the buyer showed that he sent it
        RECEIVED = "received", _("received")
        INSPECTED = "inspected", _("inspected")
        CANCELLED = "cancelled", _("cancelled")

    class Reason(models.TextChoices):
        WITHDRAWAL = "withdrawal", _("withdrawal")
        DEFECT = "defect", _("does not work")
        WRONG = "wrong", _("not what was ordered")
        DAMAGED = "damaged", _("arrived damaged")

    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    withdrawal = models.ForeignKey(  # staff may let it have its effect piece by piece
        Withdrawal, models.PROTECT, null=True, blank=True, related_name="goods"
    )
    position = models.PositiveSmallIntegerField(_("return"))  # 1, 2, … within the order
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ANNOUNCED)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    words = models.TextField(_("what is wrong"), max_length=1000, blank=True)  # the buyer's
    tracking = models.CharField(_("tracking code"), max_length=60, blank=True)
    refund = models.OneToOneField(
        "orders.Refund", models.PROTECT, null=True, blank=True, related_name="goods"
    )
    announced_at = models.DateTimeField(_("announced"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    inspected_at = models.DateTimeField(_("inspected"), null=True, blank=True)
    settled_at = models.DateTimeField(  # refund, redelivery or neither was decided
        _("decided"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="return_position"),
        ]
        indexes = [models.Index(fields=["state", "announced_at"], name="return_by_state")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What stands on the parcel."""
        return f"{self.order} · R{self.position}"


class ReturnLine(models.Model):
    class Condition(models.TextChoices):
        AS_NEW = "as_new", _("as new")
        USED = "used", _("used")
        UNSEALED = "unsealed", _("seal broken")
        DEFECT = "defect", _("does not work")

    goods_return = models.ForeignKey(
        Return, models.CASCADE, related_name="lines", verbose_name=_("return")
    )
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returned_as")
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    received = models.PositiveSmallIntegerField(_("received"), default=0)
    restocked = models.PositiveSmallIntegerField(_("back on the shelf"), default=0)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, blank=True)

    class Meta:
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of a return")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["goods_return", "line"], name="returned_line_once"),
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=1, received__lte=F("quantity"), restocked__lte=F("received")
                ),
                name="returned_quantities_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"


class Dispute(models.Model):
    """What a buyer disputes at PayPal: its id, state, codes and amount, never its texts."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        RESOLVED = "resolved", _("resolved")

    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, related_name="disputes")
    paypal_id = models.CharField(_("PayPal's dispute"), max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    stage = models.CharField(_("stage"), max_length=40, blank=True)  # PayPal's codes
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    outcome = models.CharField(_("outcome"), max_length=60, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2)  # EUR
    opened_at = models.DateTimeField(_("opened"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")

    def __str__(self) -> str:
        return self.paypal_id
