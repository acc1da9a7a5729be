"""What the buyer is told when an order is placed, and when it is paid."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone, translation

from orders import totals
from orders.letters.post import address_of, send
from orders.models import Order
from orders.totals import Totals


def order_placed(order: Order, sums: Totals) -> None:
    """Acknowledge it at once (Art. 11 Directive 2000/31), with the way to pay."""
    until = _moment(order.placed_at + settings.PAYMENT_HOLD, order.language)
    send("placed", order, {**bill(order, sums), "until": until})


def order_confirmed(order: Order) -> None:
    """With a link to the invoice; its number is taken after this, so that it is locked shortly."""
    with translation.override(order.language):
        paper = reverse("orders:invoice", args=[order.token])
    link = {"invoice_url": f"{settings.SITE_URL}{paper}"}
    send("confirmed", order, bill(order, totals.of(order, order.listed())) | link)


def bill(order: Order, sums: Totals) -> dict[str, Any]:
    """What was bought, what it costs, how and where it goes. ``lines`` before the discount."""
    return {
        "lines": [
            {"title": n.title, "quantity": n.quantity, "total": str(n.gross), "sealed": n.sealed}
            for n in sums.lines
        ],
        "discount": str(sums.discount) if sums.discount else "",
        "way": order.shipping_title,
        "shipping": str(order.shipping),
        "total": str(order.total),
        "free": not order.total,
        "vat": [{"rate": _percent(rate), "vat": str(vat)} for rate, vat in sums.vat.items()],
        "address": address_of(order),
        "gift": order.gift,
    }


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}"


def _moment(moment: datetime, language: str) -> str:
    with translation.override(language):
        return formats.date_format(timezone.localtime(moment), "j F Y, H:i")
