from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, OrderLine


class Shipment(models.Model):
    """A parcel: some pieces of an order's lines on their way."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        PACKED = "packed", _("packed")
        SHIPPED = "shipped", _("shipped")
        DELIVERED = "delivered", _("delivered")
        LOST = "lost", _("lost")  # on the way; it may still turn up
        RETURNED = "returned", _("returned")  # it came back to us
        CANCELLED = "cancelled", _("cancelled")  # never left

    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    position = models.PositiveSmallIntegerField(_("parcel"))  # 1, 2, … within the order
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replacements"
    )
    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking = models.CharField(_("tracking code"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("created"))
    packed_at = models.DateTimeField(_("packed"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="shipment_position"),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="shipment_by_state")]

    def __str__(self) -> str:
        return f"{self.order} · {self.position}"


class ShipmentLine(models.Model):
    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipped_as")
    quantity = models.PositiveSmallIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("line of a parcel")
        verbose_name_plural = _("lines of a parcel")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipped_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shipped_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"
