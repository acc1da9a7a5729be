from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import countries
from orders.models.order import Order

# What the content of every paper has: see orders.paper
FROZEN = ["seller", "order", "supplied_on", "country", "oss", "capture"]
FROZEN += ["lines", "shipping", "discount", "vat"]


class Counter(models.Model):
    """Gapless numbers: the row is locked by the transaction that takes one."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class Invoice(models.Model):
    """What the tax law has us keep of a paid order, never changed, on a clock of its own."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="invoice")
    number = models.CharField(_("invoice number"), max_length=20, unique=True)
    issued_at = models.DateTimeField(_("issued"), db_index=True)
    name = models.CharField(_("name"), max_length=100)
    street = models.CharField(_("street"), max_length=100)
    house_number = models.CharField(_("house number"), max_length=20)
    postcode = models.CharField(_("postcode"), max_length=10)
    city = models.CharField(_("town"), max_length=100)
    country = models.CharField(_("country"), max_length=2, choices=countries.choices)
    total = models.DecimalField(_("total"), max_digits=9, decimal_places=2)
    language = models.CharField(_("language"), max_length=2, default="nl")
    content = models.JSONField(_("lines and VAT"), default=dict)  # see orders.paper

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.CheckConstraint(
                condition=Q(content__has_keys=FROZEN), name="invoice_content_complete"
            )
        ]

    def __str__(self) -> str:
        return self.number


class CreditNote(models.Model):
    """The invoice's counterpart for a refund: the same law, the same clock."""

    refund = models.OneToOneField("orders.Refund", models.PROTECT, related_name="credit_note")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    number = models.CharField(_("number of the credit note"), max_length=20, unique=True)
    issued_at = models.DateTimeField(_("issued"), db_index=True)
    name = models.CharField(_("name"), max_length=100)
    street = models.CharField(_("street"), max_length=100)
    house_number = models.CharField(_("house number"), max_length=20)
    postcode = models.CharField(_("postcode"), max_length=10)
    city = models.CharField(_("town"), max_length=100)
    country = models.CharField(_("country"), max_length=2, choices=countries.choices)
    total = models.DecimalField(_("total"), max_digits=9, decimal_places=2)  # positive
    language = models.CharField(_("language"), max_length=2, default="nl")
    content = models.JSONField(_("lines and VAT"), default=dict)  # see orders.paper

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        constraints = [
            models.CheckConstraint(
                condition=Q(content__has_keys=[*FROZEN, "invoice", "refund"]),
                name="credit_note_content_complete",
            )
        ]

    def __str__(self) -> str:
        return self.number


class OrderEvent(models.Model):
    """What happened to an order, in codes: no personal values."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=40)
    detail = models.CharField(_("detail"), max_length=200, blank=True)  # PayPal's codes
    alert = models.BooleanField(_("needs a look"), default=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["order", "at"], name="event_of_order")]

    def __str__(self) -> str:
        return self.kind


class Lookup(models.Model):
    """Somebody looks for an order by its number and address: gone once that was worked off."""

    order_key = models.BigIntegerField()  # 0: none fits. No foreign key: checking one takes time
    asked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class WebhookEvent(models.Model):
    """A message PayPal delivered, once: its id and kind, never its content."""

    event_id = models.CharField(max_length=60, primary_key=True)
    kind = models.CharField(max_length=60)
    received_at = models.DateTimeField(db_index=True)
    handled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
