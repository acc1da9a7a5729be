"""Parcels: packed, split, sent, delivered, lost; each once, never more than was sold."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations import RunSQL
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from orders.models import Order, PaymentAttempt, Refund, Shipment, ShipmentLine
from orders.parcels import services
from orders.parcels.services import NotPossible
from orders.refunds.cancelling import cancel_paid
from outbox.models import Message
from privacy.models import Disclosure
from tests.orders.parcels import ADMIN, Buy, Staff, buy, parcel_of, parcels_of, staff, worker

__all__ = ["buy", "staff"]


def words(page: object) -> str:
    return str(page.content.decode())  # type: ignore[attr-defined]


def test_a_paid_order_waits_in_one_open_parcel_with_all_of_it(buy: Buy) -> None:
    order = buy()

    assert parcels_of(order) == [("open", {"BRUSH-INK": 2, "HEADS-4": 3})]


def test_an_unpaid_order_has_no_parcel(buy: Buy, shopper: object, brush: Variant) -> None:
    order = buy()
    Order.objects.filter(pk=order.pk).update(state="placed", confirmed_at=None)

    with pytest.raises(NotPossible):
        services.ship(parcel_of(order), now=timezone.now())

    assert parcel_of(order).state == "open"


def test_each_step_of_a_parcel_leaves_an_event(buy: Buy, staff: Staff) -> None:
    order = buy()
    parcel = parcel_of(order)

    staff.does("pack", parcel)
    staff.does("unpack", parcel)
    staff.does("pack", parcel)
    staff.ships(parcel, code_0="3SSOOC0000001")
    staff.does("deliver", parcel)

    parcel.refresh_from_db()
    assert parcel.state == "delivered"
    assert (parcel.carrier, parcel.tracking) == ("PostNL", "3SSOOC0000001")
    assert parcel.packed_at
    assert parcel.shipped_at
    assert parcel.delivered_at
    kinds = order.events.filter(kind__startswith="shipment_").order_by("pk")
    assert [e.kind.removeprefix("shipment_") for e in kinds] == [
        *("packed", "open", "packed", "shipped", "delivered")
    ]
    assert {e.detail for e in kinds} == {"1"}


def test_a_parcel_is_split_by_quantity_and_the_rest_stays_open(buy: Buy, staff: Staff) -> None:
    order = buy()

    staff.splits(parcel_of(order), BRUSH_INK=1, HEADS_4=3)
    first = order.shipments.get(position=1)
    staff.ships(first, code_0="3SSOOC0000001")

    assert parcels_of(order) == [
        ("shipped", {"BRUSH-INK": 1}),
        ("open", {"BRUSH-INK": 1, "HEADS-4": 3}),
    ]


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ({}, "Choose at least one piece"),
        ({"BRUSH_INK": 0}, "Choose at least one piece"),
        ({"BRUSH_INK": 3}, "less than or equal to 2"),
        ({"BRUSH_INK": -1}, "greater than or equal to 0"),
        ({"BRUSH_INK": 2, "HEADS_4": 3}, "must stay in this parcel"),
        ({"BRUSH_INK": "x"}, "whole number"),
        ({"BRUSH_INK": "1\x00"}, "whole number"),
        ({"BRUSH_INK": 10**30}, "less than or equal to 2"),
    ],
)
def test_a_wrong_split_is_refused_in_words(
    buy: Buy, staff: Staff, pieces: dict[str, int], said: str
) -> None:
    order = buy()

    page = staff.splits(parcel_of(order), **pieces)

    assert said in words(page)
    assert len(parcels_of(order)) == 1


def test_a_packed_parcel_is_not_split(buy: Buy, staff: Staff) -> None:
    order = buy()
    parcel = parcel_of(order)
    staff.does("pack", parcel)

    page = staff.splits(parcel, BRUSH_INK=1)

    assert "Only an open parcel can be split" in words(page)
    assert len(parcels_of(order)) == 1


@pytest.mark.django_db(transaction=True)
def test_splitting_at_once_never_makes_more_pieces_than_were_sold(buy: Buy) -> None:
    order = buy()
    parcel = parcel_of(order)
    lines = {line.sku: line.pk for line in order.lines.all()}

    def split(n: int) -> bool:
        try:
            services.split(
                Shipment.objects.select_related("order").get(pk=parcel.pk),
                {lines["BRUSH-INK"]: 1, lines["HEADS-4"]: 1 + n % 2},
                now=timezone.now(),
            )
        except NotPossible:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        won = sum(pool.map(split, range(6)))

    assert won in {1, 2}
    counted = ShipmentLine.objects.values_list("line__sku").annotate(n=Sum("quantity"))
    assert dict(counted) == {"BRUSH-INK": 2, "HEADS-4": 3}
    assert sorted(order.shipments.values_list("position", flat=True)) == [*range(1, won + 2)]


@pytest.mark.django_db(transaction=True)
def test_a_parcel_sent_by_many_at_once_leaves_once_with_one_mail(buy: Buy) -> None:
    order = buy()
    parcel, client = parcel_of(order), worker()

    def ship(n: int) -> int:
        try:
            fields = {"ids": str(parcel.pk), f"code-{parcel.pk}": f"3SSOOC000000{n}"}
            other = Client()
            other.cookies = client.cookies
            return int(other.post(f"{ADMIN}ship/", fields).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(ship, range(4)))

    assert answers == [200, 200, 200, 302]
    assert order.events.filter(kind="shipment_shipped").count() == 1
    assert Message.objects.filter(kind="orders/shipped").count() == 1
    assert Disclosure.objects.filter(recipient="carrier").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_parcel_leaves_or_its_order_is_cancelled_never_both(buy: Buy) -> None:
    for n in range(6):
        order = buy(brushes=1, sets=0)
        parcel = parcel_of(order)

        def ship(parcel: Shipment = parcel) -> bool:
            try:
                return services.ship(parcel, now=timezone.now())
            except NotPossible:
                return False
            finally:
                connection.close()

        def cancel(order: Order = order) -> bool:
            try:
                return cancel_paid(order, now=timezone.now())
            finally:
                connection.close()

        deeds: list[Callable[[], bool]] = [ship, cancel] if n % 2 else [cancel, ship]
        with ThreadPoolExecutor(2) as pool:
            done = [job.result() for job in [pool.submit(deed) for deed in deeds]]

        assert sorted(done) == [False, True]
        order.refresh_from_db()
        stands = (order.state, parcel_of(order).state)
        assert stands in {("confirmed", "shipped"), ("cancelled", "cancelled")}


class TestWhatMayNotLeave:
    @pytest.mark.parametrize("state", ["placed", "cancelled", "expired"])
    def test_nothing_of_an_order_that_is_not_confirmed(
        self, buy: Buy, staff: Staff, state: str
    ) -> None:
        order = buy()
        Order.objects.filter(pk=order.pk).update(state=state)

        page = words(staff.ships(parcel_of(order), code_0="3SSOOC0000001"))
        staff.does("pack", parcel_of(order))

        assert f"The order is {state}" in page
        assert 'value="3SSOOC0000001"' in page
        assert parcel_of(order).state == "open"
        assert not Message.objects.filter(kind="orders/shipped").exists()
        assert not Disclosure.objects.filter(recipient="carrier").exists()

    def test_nothing_while_paypal_reviews_a_payment(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        order.attempts.update(state=PaymentAttempt.State.PENDING_REVIEW)

        page = words(staff.ships(parcel_of(order), code_0="3SSOOC0000001"))

        assert "PayPal is still reviewing" in page
        assert parcel_of(order).state == "open"

    def test_nothing_of_an_order_whose_money_is_on_its_way_back(
        self, buy: Buy, staff: Staff
    ) -> None:
        order = buy()
        now = timezone.now()
        Refund.objects.create(
            order=order,
            attempt=order.attempts.get(),
            position=1,
            reason="goodwill",
            amount=order.total,
            requested_at=now,
            ask_at=now,
        )

        page = words(staff.ships(parcel_of(order), code_0="3SSOOC0000001"))

        assert "went back, or is about to" in page
        assert parcel_of(order).state == "open"


class TestLostAndFound:
    def test_a_lost_parcel_may_still_turn_up(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        parcel = parcel_of(order)
        staff.ships(parcel, code_0="3SSOOC0000001")

        staff.does("lose", parcel)
        page = words(staff.opens(parcel))
        staff.does("deliver", parcel)

        assert f"{ADMIN}{parcel.pk}/redeliver/" in page
        assert f"/admin/orders/order/{order.pk}/change/" in page
        assert parcel_of(order).state == "delivered"

    def test_what_came_back_goes_on_the_shelf_as_far_as_it_is_fit(
        self, buy: Buy, staff: Staff, brush: Variant, heads: Variant
    ) -> None:
        order = buy()
        parcel = parcel_of(order)
        staff.ships(parcel, code_0="3SSOOC0000001")
        fields = {f"line-{line.pk}": 1 for line in order.lines.all()}

        for _ in range(2):
            staff.does("came-back", parcel, **fields)

        assert parcel_of(order).state == "returned"
        for variant, left in ((brush, 20 - 2 + 1), (heads, 20 - 3 + 1)):
            variant.refresh_from_db()
            assert (variant.on_hand, variant.reserved) == (left, 0)

    def test_more_than_was_in_it_does_not_come_back(
        self, buy: Buy, staff: Staff, brush: Variant
    ) -> None:
        order = buy()
        parcel = parcel_of(order)
        staff.ships(parcel, code_0="3SSOOC0000001")
        key = order.lines.get(sku="BRUSH-INK").pk

        page = staff.does("came-back", parcel, **{f"line-{key}": 3})

        assert page.status_code == 200
        brush.refresh_from_db()
        assert brush.on_hand == 18
        assert parcel_of(order).state == "shipped"


def test_pieces_are_kept_back_before_they_leave(buy: Buy, staff: Staff) -> None:
    order = buy()
    staff.splits(parcel_of(order), BRUSH_INK=1)
    staff.ships(order.shipments.get(position=2), code_0="3SSOOC0000001")
    lines = {line.sku: line.pk for line in order.lines.all()}

    kept = services.take_out(
        order, {lines["BRUSH-INK"]: 2, lines["HEADS-4"]: 3}, now=timezone.now()
    )

    assert kept == {lines["BRUSH-INK"]: 1, lines["HEADS-4"]: 3}
    assert parcels_of(order) == [("cancelled", {}), ("shipped", {"BRUSH-INK": 1})]


@pytest.mark.parametrize("deed", ["pack", "unpack", "deliver", "lose"])
def test_a_button_pressed_by_address_or_twice_changes_nothing(
    buy: Buy, staff: Staff, deed: str
) -> None:
    order = buy()
    parcel = parcel_of(order)

    assert staff.opens(parcel, deed).status_code == 405
    for _ in range(2):
        staff.does(deed, parcel)

    assert parcel_of(order).state == ("packed" if deed == "pack" else "open")
    assert order.events.filter(kind__startswith="shipment_").count() == (deed == "pack")


@pytest.mark.parametrize("deed", ["pack", "split", "redeliver", "came-back", "deliver"])
def test_who_may_only_look_does_nothing(buy: Buy, deed: str) -> None:
    order = buy()
    looker = Staff(worker(may="^view"))
    parcel = parcel_of(order)

    assert looker.opens(parcel).status_code == 200
    assert looker.does(deed, parcel).status_code == 403
    assert looker.ships(parcel, code_0="3SSOOC0000001").status_code == 403
    assert parcel_of(order).state == "open"


@pytest.mark.parametrize("key", ["x", "0", "9" * 30, "-1", "1\x00"])
def test_a_parcel_that_is_none_is_not_found(staff: Staff, key: str) -> None:
    for path in ("change/", "pack/", "split/", "redeliver/"):
        asked = staff.client.get(f"{ADMIN}{key}/{path}", follow=True)
        done = staff.client.post(f"{ADMIN}{key}/{path}", follow=True)

        assert {asked.status_code, done.status_code} <= {403, 404, 405}


def test_what_was_paid_before_there_were_parcels_gets_one(buy: Buy) -> None:
    waiting, there = buy(), buy()
    Order.objects.filter(pk=there.pk).update(delivered_at=timezone.now())
    ShipmentLine.objects.all().delete()
    Shipment.objects.all().delete()
    module = import_module("orders.migrations.0005_lost_parcels")
    made = next(op for op in module.Migration.operations if isinstance(op, RunSQL))

    for _ in range(2):
        with connection.cursor() as cursor:
            for statement in made.sql:
                cursor.execute(str(statement))

    everything = {"BRUSH-INK": 2, "HEADS-4": 3}
    assert parcels_of(waiting) == [("open", everything)]
    assert parcels_of(there) == [("delivered", everything)]
