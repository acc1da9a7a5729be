"""Our own books: what an order says is paid is what its payments took less what went back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from orders.models import Difference, Order, PaymentAttempt, Refund
from orders.reconciliation import differences
from orders.reconciliation.differences import Kind, Pair

MONEY: DecimalField[Decimal, Decimal] = DecimalField(max_digits=12, decimal_places=2)


def compare(*, now: datetime) -> int:
    """All orders there are, in one statement; only those that disagree are touched."""
    wrong = disagreeing()
    standing = Difference.objects.filter(kind=Kind.BOOKS, resolved_at=None)
    for pk in wrong.keys() | set(standing.values_list("order_id", flat=True)):
        differences.note(pk, {Kind.BOOKS: wrong.get(pk)}, now=now)
    return len(wrong)


def disagreeing() -> dict[int, Pair]:
    """By order: what it says is paid, and Σ captures − Σ refunds, where that differs. Only euro."""
    taken = PaymentAttempt.objects.filter(state="captured", currency="EUR")
    back = Refund.objects.filter(state__in=Refund.RETURNED_STATES, attempt__currency="EUR")
    moved = Order.objects.annotate(moved=_sum(taken, "captured") - _sum(back, "amount"))
    found = moved.exclude(paid=F("moved")).values_list("pk", "paid", "moved")
    return {pk: (paid, sum_) for pk, paid, sum_ in found}


def _sum(rows: QuerySet[Any], column: str) -> Coalesce:
    mine = rows.filter(order=OuterRef("pk")).order_by().values("order")
    summed = Subquery(mine.annotate(sum=Sum(column)).values("sum"), output_field=MONEY)
    return Coalesce(summed, Value(Decimal(0)), output_field=MONEY)
