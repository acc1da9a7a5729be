"""The mails of an order, by their kind, in the words of who works here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.personal_data.purposes import HANDLING, IN_WRITING
from outbox import kinds

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
# What the law wants in writing, or what the person needs to use a right: a restriction holds none.
OWED = ("placed", "confirmed", "cancelled", "refunded", "withdrawal", "return_announced")


def introduce() -> None:
    """Tell the outbox their names, and for what each is sent."""
    kinds.name(NAMES)
    kinds.serve(HANDLING.key, *NAMES)
    kinds.serve(IN_WRITING.key, *(f"orders/{name}" for name in OWED))
