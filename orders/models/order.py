from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from orders import countries

if TYPE_CHECKING:
    from accounts.models import User


def make_token() -> str:
    return secrets.token_urlsafe(24)


class OrderQuerySet(models.QuerySet["Order"]):
    def of(self, user: User) -> Self:
        return self.filter(customer=user).order_by("-placed_at")

    def unpaid_since(self, moment: datetime) -> Self:
        return self.filter(state=Order.State.PLACED, placed_at__lt=moment)


class Order(models.Model):
    """What somebody ordered, frozen when it was placed. Money is EUR, VAT included."""

    class State(models.TextChoices):
        PLACED = "placed", _("placed")
        CONFIRMED = "confirmed", _("confirmed")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    AT_PAYPAL = "soocas-"  # begins the custom_id of our orders on the account

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.CharField(max_length=40, default=make_token, unique=True, editable=False)
    nonce = models.CharField(max_length=40, unique=True, editable=False)  # one form, one order
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLACED)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    language = models.CharField(_("language"), max_length=2, default="nl")

    replaces = models.ForeignKey(  # a redelivery: free, in place of what went wrong
        "self", models.PROTECT, null=True, blank=True, related_name="replacements"
    )

    email = models.EmailField(_("e-mail address"))
    email_proved_at = models.DateTimeField(null=True, blank=True)  # opened from the mail we sent
    phone = models.CharField(_("phone number"), max_length=30, blank=True)

    delivery_name = models.CharField(_("name of the receiver"), max_length=100)
    delivery_street = models.CharField(_("street"), max_length=100)
    delivery_house_number = models.CharField(_("house number"), max_length=20)
    delivery_postcode = models.CharField(_("postcode"), max_length=10)
    delivery_city = models.CharField(_("town"), max_length=100)
    delivery_country = models.CharField(_("country"), max_length=2, choices=countries.choices)

    delivery_phone = models.CharField(_("phone number of the receiver"), max_length=30, blank=True)
    gift = models.BooleanField(_("a gift"), default=False)  # the receiver is not the buyer
    gift_note = models.TextField(_("note to the receiver"), max_length=300, blank=True)
    gift_code = models.CharField(  # on the packing slip: the receiver's way to his own data
        _("gift code"), max_length=20, unique=True, null=True, editable=False
    )

    billing_name = models.CharField(_("name on the invoice"), max_length=100)
    billing_street = models.CharField(_("street on the invoice"), max_length=100)
    billing_house_number = models.CharField(_("house number on the invoice"), max_length=20)
    billing_postcode = models.CharField(_("postcode on the invoice"), max_length=10)
    billing_city = models.CharField(_("town on the invoice"), max_length=100)
    billing_country = models.CharField(
        _("country on the invoice"), max_length=2, choices=countries.choices
    )

    shipping = models.DecimalField(_("delivery"), max_digits=9, decimal_places=2)
    shipping_vat_rate = models.DecimalField(max_digits=4, decimal_places=2)  # percent
    shipping_method = models.ForeignKey(
        "orders.ShippingMethod", models.PROTECT, null=True, related_name="+"
    )
    shipping_title = models.CharField(_("way of delivery"), max_length=80, blank=True)
    voucher = models.ForeignKey(
        "orders.Voucher", models.PROTECT, null=True, blank=True, related_name="orders"
    )
    discount = models.DecimalField(  # of all lines together
        _("discount"), max_digits=9, decimal_places=2, default=0
    )
    total = models.DecimalField(_("total"), max_digits=9, decimal_places=2)
    paid = models.DecimalField(  # captures − refunds, as we believe it
        _("paid"), max_digits=9, decimal_places=2, default=0
    )

    placed_at = models.DateTimeField(_("placed"), db_index=True)
    confirmed_at = models.DateTimeField(_("paid"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    closed_at = models.DateTimeField(
        _("closed"), null=True, blank=True, db_index=True
    )  # the retention clock
    liable_from_at = models.DateTimeField(null=True, blank=True, db_index=True)  # if it was paid

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [models.Index(Upper("email"), name="order_by_email")]  # as iexact compares
        constraints = [
            models.CheckConstraint(condition=Q(total__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(condition=Q(shipping__gte=0), name="order_shipping_not_below_0"),
            models.CheckConstraint(condition=Q(discount__gte=0), name="order_discount_not_below_0"),
            models.CheckConstraint(  # one that ended unserved waits for its refunds and disputes
                condition=Q(closed_at=None, state__in=["placed", "confirmed"])
                | Q(closed_at__isnull=False, state="closed")
                | Q(state__in=["cancelled", "expired"]),
                name="order_closed_at_fits_its_state",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def custom_id(self) -> str:
        """What PayPal keeps beside each payment, to tell whose it is."""
        return f"{self.AT_PAYPAL}{self.uuid}"

    def listed(self) -> list[OrderLine]:
        """Its lines, first to last; without a question where they were prefetched."""
        return sorted(self.lines.all(), key=lambda line: line.pk)

    @property
    def goods(self) -> Decimal:
        """What the lines come to, the discount taken off."""
        return self.total - self.shipping


class OrderLine(models.Model):
    """One thing in an order, as it was sold: nothing here follows the catalogue."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    variant = models.ForeignKey("catalog.Variant", models.PROTECT, related_name="+")
    sku = models.CharField(_("article number"), max_length=32)
    title = models.CharField(_("title"), max_length=200)  # in the order's language
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("price"), max_digits=9, decimal_places=2)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=4, decimal_places=2)  # percent
    discount = models.DecimalField(  # of the whole line
        _("discount"), max_digits=9, decimal_places=2, default=0
    )
    sealed = models.BooleanField(_("sealed for hygiene"), default=False)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "variant"], name="line_once_per_order"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("unit_price") * F("quantity")),
                name="line_discount_within_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def gross(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def total(self) -> Decimal:
        """What is to be paid for it."""
        return self.gross - self.discount
