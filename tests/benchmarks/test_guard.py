"""What the guard of the erased costs: the same UPDATE of orders with its triggers and without.

The floor is the table without them, in the same run and by turns, so that only the ratio tells.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median

import pytest
from django.db import connection, transaction
from django.db.models import F

from orders.models import Order
from privacy import guard
from tests.orders.rows import make_order

ORDERS = int(os.environ.get("BENCH_ORDERS", "200"))
TURNS = 9
pytestmark = pytest.mark.django_db


def crowd() -> None:
    order = make_order()
    fields = [f for f in Order._meta.concrete_fields if not f.primary_key]
    different = {"number": "'n' || n", "nonce": "'n' || n", "token": "'n' || n"}
    different |= {"uuid": "gen_random_uuid()", "gift_code": "gift_code"}
    names = ", ".join(f'"{f.column}"' for f in fields)
    values = ", ".join(different.get(f.name, f'"{f.column}"') for f in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO orders_order ({names}) SELECT {values} FROM orders_order,"
            " generate_series(2, %s) AS n WHERE id = %s",
            [ORDERS, order.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ANALYZE orders_order")


def state() -> None:
    """As orders move on: nothing personal is in the statement."""
    Order.objects.update(state=F("state"), confirmed_at=F("confirmed_at"))


def watched() -> None:
    """A column that the guard watches, of orders of which none was erased."""
    Order.objects.update(gift_note="Tot zondag")


def seconds(work: Callable[[], None], *, bare: bool) -> float:
    """Of one run of it, undone afterwards."""
    with transaction.atomic():
        if bare:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE orders_order DISABLE TRIGGER privacy_guard_update")
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took


def calls() -> int:
    """How often the guard's trigger ran for orders that move on, as PostgreSQL counts it."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) UPDATE orders_order SET state = state, paid = paid"
        )
        [plan] = cursor.fetchone()[0]
        transaction.set_rollback(True)
    triggers = {one["Trigger Name"]: one["Calls"] for one in plan["Triggers"]}
    return int(triggers.get("privacy_guard_update", 0))


@pytest.mark.parametrize("work", [state, watched])
def test_updating_orders(work: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    crowd()
    assert guard.stale() == []

    turns = [(seconds(work, bare=True), seconds(work, bare=False)) for _ in range(TURNS)]

    bare, kept = median(b for b, _ in turns), median(k for _, k in turns)
    with capsys.disabled():
        print(
            f"\nUPDATE of {ORDERS} orders, {work.__name__}: {bare * 1000:.0f} ms without the guard,"
            f" {kept * 1000:.0f} ms with it, {kept / bare:.2f} ×"
        )
    assert calls() == 0
    assert Order.objects.count() == ORDERS
