"""What happens when nobody comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine
from django.utils import timezone

from catalog.models import Variant
from orders.models import Order, OrderEvent, PaymentAttempt
from orders.tasks import sweep
from outbox.models import Message
from tests.orders.shop import PayPal, Shopper, attempt_of

State = PaymentAttempt.State
Place = Callable[..., Order]


def later(**time: int) -> None:
    with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
        sweep()


def state(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def reserved(variant: Variant) -> int:
    return Variant.objects.get(pk=variant.pk).reserved


def test_a_buyer_who_approved_and_never_came_back_has_paid(place: Place, paypal: PayPal) -> None:
    order = place()
    paypal.approve(order)

    later(minutes=11)

    assert state(order) == Order.State.CONFIRMED
    assert paypal.money() == [("capture", "129.95")]


def test_an_order_nobody_paid_expires_and_frees_its_stock(
    place: Place, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    assert reserved(brush) == 1

    later(hours=2)
    assert state(order) == Order.State.PLACED
    later(hours=4)

    assert state(order) == Order.State.EXPIRED
    assert reserved(brush) == 0
    order.refresh_from_db()
    assert order.closed_at is not None
    assert "This order has expired" in shopper.sees(order)
    assert {m.kind for m in Message.objects.all()} == {"orders/placed"}


def test_an_approval_after_the_end_takes_no_money(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    later(hours=4)
    paypal.approve(order)

    shopper.returns(order)
    later(hours=5)

    assert state(order) == Order.State.EXPIRED
    assert paypal.money() == []
    assert "This order has expired" in shopper.sees(order)


def test_an_order_approved_in_the_last_moment_is_paid_instead_of_ended(
    place: Place, paypal: PayPal
) -> None:
    order = place()
    paypal.approve(order)

    later(hours=4)

    assert state(order) == Order.State.CONFIRMED


def test_an_order_does_not_end_while_paypal_is_silent(
    place: Place, paypal: PayPal, brush: Variant
) -> None:
    order = place()
    paypal.fails("get", "500", times=-1)

    later(hours=4)
    later(days=2)

    assert state(order) == Order.State.PLACED
    assert reserved(brush) == 1
    paypal.works_again()
    later(days=3)
    assert state(order) == Order.State.EXPIRED


def test_an_order_with_a_payment_in_doubt_never_ends_by_itself(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "500", times=-1)
    shopper.returns(order)
    paypal.fails("get", "500", times=-1)

    for day in range(1, 15):
        later(days=day)

    assert state(order) == Order.State.PLACED
    assert attempt_of(order).state == State.UNKNOWN
    assert reserved(brush) == 1
    assert OrderEvent.objects.filter(kind="long_unknown", alert=True).count() == 1


def test_an_order_paypal_has_forgotten_ends(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    paypal.forget(order)
    shopper.returns(order)

    for hour in range(4, 10):
        later(hours=hour)

    assert state(order) == Order.State.EXPIRED
    assert reserved(brush) == 0


def test_an_order_that_never_reached_paypal_ends(
    place: Place, paypal: PayPal, brush: Variant
) -> None:
    paypal.fails("create", "500", times=-1)
    order = place()

    later(minutes=10)
    later(hours=4)

    assert state(order) == Order.State.EXPIRED
    assert reserved(brush) == 0


def test_a_capture_cut_short_by_a_crash_is_looked_up(place: Place, paypal: PayPal) -> None:
    order = place()
    paypal.approve(order)
    order.attempts.update(state=State.CAPTURING)

    later(minutes=11)

    assert state(order) == Order.State.CONFIRMED
    assert paypal.money() == [("capture", "129.95")]


def test_a_payment_that_arrives_after_the_end_is_honoured_if_there_is_stock(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)
    order.attempts.update(state=State.ABANDONED)  # as if given up by mistake
    later(hours=4)
    assert (state(order), reserved(brush)) == (Order.State.EXPIRED, 0)

    order.attempts.update(state=State.PENDING_REVIEW)
    paypal.decide(order, "COMPLETED")
    later(hours=6)

    assert state(order) == Order.State.CONFIRMED
    order.refresh_from_db()
    assert order.closed_at is None
    assert Variant.objects.get(pk=brush.pk).on_hand == 4


def test_a_payment_that_arrives_when_all_is_sold_goes_back_by_itself(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)
    order.attempts.update(state=State.ABANDONED)
    later(hours=4)
    Variant.objects.update(on_hand=0)

    order.attempts.update(state=State.PENDING_REVIEW)
    paypal.decide(order, "COMPLETED")
    later(hours=6)

    assert state(order) == Order.State.EXPIRED
    assert attempt_of(order).state == State.CAPTURED
    assert paypal.money() == [("capture", "129.95"), ("refund", "-129.95")]
    assert Order.objects.get(pk=order.pk).paid == 0
    assert not OrderEvent.objects.filter(alert=True).exists()
