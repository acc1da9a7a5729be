"""Two at the same moment: money goes back once, and a parcel leaves or an order ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from catalog.models import Variant
from orders.models import Order, Refund, Shipment
from orders.parcels import services as parcels
from orders.parcels.services import NotPossible
from orders.refunds import cancelling, external, sending, services
from orders.refunds.services import NotRefundable
from outbox.models import Message
from tests.orders.backwards import Bought, asks, paid_sum, states
from tests.orders.shop import PayPal, attempt_of
from tests.people import staff_member

pytestmark = pytest.mark.django_db(transaction=True)
REFUSALS = (NotRefundable, NotPossible)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Each in a thread of its own, all begun together; what they came to, a refusal included."""
    start = threading.Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return deed()
        except REFUSALS as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


@pytest.fixture(params=range(3))
def often(request: pytest.FixtureRequest) -> int:
    """A race is run several times."""
    return request.param  # type: ignore[no-any-return]


def test_two_who_ask_at_once_never_ask_for_more_than_is_left(bought: Bought) -> None:
    order = bought()

    came = at_once(*[lambda: asks(order, "50.00") for _ in range(6)])

    assert sum(isinstance(one, Refund) for one in came) == 3
    assert states(order) == [("requested", "50.00")] * 3


def test_two_who_give_all_of_it_back_give_it_back_once(bought: Bought) -> None:
    order = bought()

    at_once(*[lambda: services.whole(order, reason="lost", now=timezone.now()) for _ in range(4)])

    assert states(order) == [("requested", "179.85")]


def test_two_who_approve_at_once_send_it_once(bought: Bought, paypal: PayPal) -> None:
    order = bought()
    first, second = staff_member(), staff_member()
    refund = asks(order, "50.00", by=first)

    won = at_once(
        lambda: services.approve(refund, by=first, now=timezone.now()),
        lambda: services.approve(refund, by=second, now=timezone.now()),
    )

    assert sorted(won) == [False, True]
    refund.refresh_from_db()
    at_once(*[lambda: sending.send(refund, now=timezone.now()) for _ in range(3)])
    assert [kind for kind, _ in paypal.money()] == ["capture", "refund"]


def test_who_approves_and_who_refuses_at_once_do_one_of_them(bought: Bought, often: int) -> None:
    refund = asks(bought(), "50.00", by=staff_member())
    one, other = staff_member(), staff_member()

    won = at_once(
        lambda: services.approve(refund, by=one, now=timezone.now()),
        lambda: services.refuse(refund, by=other, now=timezone.now()),
    )

    assert sorted(won) == [False, True]
    refund.refresh_from_db()
    assert (refund.state == "refused") == (refund.approved_by == other)


def test_all_who_hear_of_a_refund_at_once_book_it_once(bought: Bought, paypal: PayPal) -> None:
    order = bought()
    paypal.refund_externally(order, "20.00")
    from orders import paypal as client

    told = client.get(str(attempt_of(order).paypal_id)).refunds

    at_once(*[lambda: external.seen(attempt_of(order), told, now=timezone.now()) for _ in range(4)])

    assert states(order) == [("external", "20.00")]
    assert paid_sum(order) == Decimal("159.85")
    assert Message.objects.filter(kind="orders/refunded").count() == 1


def test_a_parcel_leaves_or_its_order_is_cancelled(
    bought: Bought, brush: Variant, often: int
) -> None:
    order = bought()
    parcel = order.shipments.get()

    at_once(
        lambda: cancelling.cancel_paid(order, now=timezone.now()),
        lambda: parcels.ship(parcel, now=timezone.now(), tracking="3S"),
    )

    order.refresh_from_db()
    parcel.refresh_from_db()
    brush.refresh_from_db()
    outcome = (order.state, parcel.state, states(order), brush.on_hand)
    assert outcome in [
        (Order.State.CANCELLED, Shipment.State.CANCELLED, [("requested", "179.85")], 5),
        (Order.State.CONFIRMED, Shipment.State.SHIPPED, [], 4),
    ]
    told = {"orders/cancelled", "orders/shipped"}
    assert Message.objects.filter(kind__in=told).count() == 1


def test_a_parcel_being_packed_is_stopped_or_never_packed(bought: Bought, often: int) -> None:
    order = bought()
    parcel = order.shipments.get()

    at_once(
        lambda: parcels.pack(parcel, now=timezone.now()),
        lambda: cancelling.cancel_paid(order, now=timezone.now()),
    )

    order.refresh_from_db()
    parcel.refresh_from_db()
    assert (order.state, parcel.state) == (Order.State.CANCELLED, Shipment.State.CANCELLED)


def test_two_who_cancel_at_once_cancel_once(bought: Bought, brush: Variant) -> None:
    order = bought()

    won = at_once(*[lambda: cancelling.cancel_paid(order, now=timezone.now()) for _ in range(3)])

    assert sorted(won) == [False, False, True]
    brush.refresh_from_db()
    assert brush.on_hand == 5
    assert states(order) == [("requested", "179.85")]
    assert Message.objects.filter(kind="orders/cancelled").count() == 1
