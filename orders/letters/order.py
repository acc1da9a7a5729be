"""What the buyer is told while an order is paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from orders import totals
from orders.letters.post import address_of, send
from orders.models import Invoice, Order


def order_confirmed(order: Order, invoice: Invoice) -> None:
    with translation.override(order.language):
        paper = reverse("orders:invoice", args=[order.token])
    link = {"invoice": invoice.number, "invoice_url": f"{settings.SITE_URL}{paper}"}
    send("confirmed", order, bill(order) | link)


def bill(order: Order) -> dict[str, Any]:
    """What was bought, what it costs, where it goes."""
    sums = totals.of(order)
    return {
        "lines": [
            {"title": n.title, "quantity": n.quantity, "total": str(n.total), "sealed": n.sealed}
            for n in order.lines.order_by("pk")
        ],
        "shipping": str(order.shipping),
        "total": str(order.total),
        "vat": [{"rate": _percent(rate), "vat": str(vat)} for rate, vat in sums.vat.items()],
        "address": address_of(order),
    }


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
