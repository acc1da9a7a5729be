"""What the privacy page shows of much: true counts, and the latest of each source."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from orders.models import Order, OrderEvent
from privacy import export, subjects
from privacy.latest import latest
from tests.privacy.test_requests_own_data import make_order

PAGE = "/en/account/privacy/"


def many(anna: User, orders: int) -> None:
    for n in range(orders):
        order = make_order(f"2026-{n:06}")
        OrderEvent.objects.create(
            order=order, kind="placed", at=timezone.now(), detail=f"step {n}."
        )
    Order.objects.update(customer=anna)


def test_counts_are_those_of_all_rows_and_the_rows_are_the_latest(anna: User) -> None:
    many(anna, 7)
    Order.objects.filter(number="2026-000000").update(
        closed_at=timezone.now() + timedelta(days=9), liable_from_at=None
    )

    seen, whole = latest(subjects.of(anna)), export.collect(subjects.of(anna))

    assert {s["model"]: s["count"] for s in seen["sections"]} == {
        s["model"]: len(s["rows"]) for s in whole["sections"]
    }
    for section in seen["sections"]:
        [all_of_it] = [s for s in whole["sections"] if s["model"] == section["model"]]
        assert section["rows"] == all_of_it["rows"][-3:]
        said = {p["until"] for r in all_of_it["rows"] for d in r["data"] for p in d["purposes"]}
        told = {p["until"] for one in section["reasons"] for p in one["purposes"]}
        running = any(p["running"] for one in section["reasons"] for p in one["purposes"])
        assert running or max(filter(None, told)) == max(filter(None, said))


def test_the_page_takes_as_many_statements_for_many_orders_as_for_few(
    signed_in: Client, anna: User
) -> None:
    many(anna, 4)
    signed_in.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        signed_in.get(PAGE)
    for n in range(4, 30):
        make_order(f"2026-{n:06}")
    Order.objects.update(customer=anna)

    with CaptureQueriesContext(connection) as lots:
        page = signed_in.get(PAGE).content.decode()

    assert len(lots) == len(few)
    assert "Order 2026-000029" in page
    assert "Order 2026-000026" not in page
    assert "27 more" in page
