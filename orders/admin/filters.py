"""The lists that staff works through: which orders wait for something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.models import Dispute, Order, OrderEvent, Refund, Return, Shipment, Withdrawal
from orders.unfinished import undecided

OF_ORDER = OuterRef("pk")

WORK: dict[str, tuple[Any, Callable[[], Q | Exists]]] = {
    "look": (
        _("needs a look"),
        lambda: Exists(OrderEvent.objects.filter(order=OF_ORDER, alert=True)),
    ),
    "pack": (
        _("to pack"),
        lambda: Exists(Shipment.objects.filter(order=OF_ORDER, state="open")),
    ),
    "ship": (
        _("to ship"),
        lambda: Exists(Shipment.objects.filter(order=OF_ORDER, state="packed")),
    ),
    "refund": (
        _("refund waiting"),
        lambda: Exists(
            Refund.objects.filter(order=OF_ORDER, state__in=[*Refund.UNDER_WAY, "failed"])
        ),
    ),
    "return": (
        _("return open"),
        lambda: Exists(Return.objects.filter(undecided(), order=OF_ORDER)),
    ),
    "withdrawal": (
        _("withdrawal to decide"),
        lambda: Exists(Withdrawal.objects.filter(order=OF_ORDER, handled_at=None)),
    ),
    "unpaid": (_("unpaid"), lambda: Q(state=Order.State.PLACED)),
    "dispute": (
        _("disputed"),
        lambda: Exists(Dispute.objects.filter(attempt__order=OF_ORDER, state="open")),
    ),
}


class WorkFilter(admin.SimpleListFilter):
    title = _("what waits")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, words) for key, (words, _rows) in WORK.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        chosen = WORK.get(self.value() or "")
        return queryset.filter(chosen[1]()) if chosen else queryset
