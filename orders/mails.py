"""The mails of an order, by their kind, in the words of who works here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "orders/cancelled": _("Order cancelled"),
    "orders/refunded": _("Refund made"),
    "orders/placed": _("Order received"),
    "orders/confirmed": _("Order confirmed"),
    "orders/checking": _("Payment being checked"),
    "orders/declined": _("Payment declined"),
    "orders/pending": _("Payment under review"),
    "orders/shipped": _("Parcel on its way"),
    "orders/delivered": _("Order delivered"),
    "orders/redelivery": _("Sent again"),
    "orders/withdrawal": _("Receipt of a withdrawal"),
    "orders/return_announced": _("How to send it back"),
    "orders/return_received": _("Return received"),
    "orders/link": _("Link to the order"),
}
