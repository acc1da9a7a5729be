"""What a buyer gets in writing when he withdraws, sends back, or looks for his order."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from orders import days
from orders.letters.post import send
from orders.models import Order, Return, Withdrawal
from orders.returns.period import SEND_WITHIN
from outbox.services import Letter, queue


def withdrawal_received(said: Withdrawal) -> None:
    """The receipt (Art. 11a(4) Directive 2011/83): what was declared, when; whoever declared it.

    It says nothing that he did not type: it goes to any address, whether an order is found or not.
    """
    with translation.override(said.language):
        page = reverse("orders:withdrawn", args=[said.nonce])
        moment = days.moment(said.received_at)
    letter = Letter(
        "orders/withdrawal",
        to=said.email,
        language=said.language,
        about=f"withdrawal:{said.pk}",
        context={
            "number": said.number,
            "name": said.name,
            "email": said.email,
            "whole": said.whole,
            "lines": said.content.get("lines", []),
            "words": said.content.get("words", ""),
            "moment": moment,
            "url": f"{settings.SITE_URL}{page}",
        },
    )
    queue(letter)


def return_announced(back: Return) -> None:
    """Where to send what, and for a withdrawal by when."""
    lines = list(back.lines.select_related("line").order_by("pk"))
    by = back.announced_at + SEND_WITHIN
    with translation.override(back.order.language):
        day = days.day(by)
    context = {
        "label": back.label,
        "lines": [{"title": row.line.title, "quantity": row.quantity} for row in lines],
        "sealed": any(row.line.sealed for row in lines),
        "withdrawn": back.reason == Return.Reason.WITHDRAWAL,
        "by": day,
    }
    send("return_announced", back.order, context, about=f"return:{back.pk}")


def return_received(back: Return) -> None:
    lines = back.lines.filter(received__gt=0).select_related("line").order_by("pk")
    context = {
        "lines": [{"title": row.line.title, "quantity": row.received} for row in lines],
        "withdrawn": back.reason == Return.Reason.WITHDRAWAL,
    }
    send("return_received", back.order, context, about=f"return:{back.pk}")


def order_link(order: Order, *, now: datetime) -> None:
    """At most one an hour, however often it is asked for."""
    send("link", order, {}, about=f"order:{order.pk}:{now:%Y%m%d%H}")
