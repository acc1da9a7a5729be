"""Orders of any number, for benchmarks and drills: as if the shop had been open for three years.

``plans`` says what happened to the n-th order, always the same; ``rows`` and ``aftermath`` write
it down in bulk, with every constraint kept and every sum right. Nothing is mailed, and no PayPal
knows of them: their payments carry no id of PayPal's.
"""

from __future__ import annotations

from datetime import datetime

from orders.bulk import plans, rows
from orders.bulk.plans import NONCE, Shop
from orders.models import Order

AT_ONCE = 500  # orders in one transaction


def load(count: int, *, now: datetime) -> int:
    """See to it that there are so many of them; how many were missing."""
    there = set(
        Order.objects.filter(nonce__startswith=NONCE).values_list("nonce", flat=True).iterator()
    )
    missing = [n for n in range(1, count + 1) if f"{NONCE}{n}" not in there]
    missing.sort(key=lambda n: plans.placed_at(n, now))  # invoices are numbered as time passes
    shop = Shop.as_it_is()
    for start in range(0, len(missing), AT_ONCE):
        numbers = missing[start : start + AT_ONCE]
        rows.write([plans.plan(n, shop, now=now) for n in numbers], shop)
    return len(missing)
