"""Refunds that PayPal tells of: ours known again, others' put on record, each booked once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from orders.models import CreditNote, Order, Refund
from orders.paypal import RefundSeen
from orders.refunds import external
from outbox.models import Message
from tests.orders.backwards import Bought, alerts, asks, later, paid_sum, sent, states
from tests.orders.shop import Letterbox, PayPal, attempt_of, deliver

State = Refund.State
OFTEN = 3  # as often as the shop tries within one call


@pytest.fixture
def tells(letterbox: Letterbox, client: Client) -> Any:
    """Hand over all that PayPal has posted by now, so often."""

    def told(count: int, *, times: int = 1) -> list[int]:
        letters = letterbox.wait(count)
        return [deliver(client, one).status_code for one in letters for _ in range(times)]

    return told


def seen(order: Order, amount: str, **changed: str) -> RefundSeen:
    """As PayPal would tell of a refund."""
    said = {"id": "REFUND1", "status": "COMPLETED", "currency": "EUR", "custom_id": ""} | changed
    capture = str(attempt_of(order).capture_id)
    return RefundSeen(amount=Decimal(amount), capture_id=capture, **said)


def test_a_refund_made_at_paypal_is_booked_once(bought: Bought, paypal: PayPal, tells: Any) -> None:
    order = bought()
    paypal.refund_externally(order, "20.00")

    assert set(tells(3, times=2)) == {200}
    later(minutes=5)

    [refund] = order.refunds.all()
    assert (refund.state, refund.reason) == (State.EXTERNAL, Refund.Reason.EXTERNAL)
    assert (refund.request_id, refund.requested_by) == (None, None)
    assert str(paid_sum(order)) == "159.85"
    assert alerts() == ["refund_made_at_paypal"]
    assert Message.objects.filter(kind="orders/refunded").count() == 1
    assert str(CreditNote.objects.get().total) == "20.00"


def test_our_own_refund_told_by_webhook_is_not_somebody_s(
    bought: Bought, paypal: PayPal, tells: Any
) -> None:
    order = bought()
    sent(asks(order, "20.00"))

    tells(3)

    assert states(order) == [("completed", "20.00")]
    assert str(paid_sum(order)) == "159.85"
    assert alerts() == []


def test_a_webhook_settles_the_refund_whose_answer_was_lost(
    bought: Bought, paypal: PayPal, tells: Any
) -> None:
    order = bought()
    paypal.fails("refund", "commit-then-drop", times=OFTEN)
    sent(asks(order, "20.00"))
    assert states(order) == [("unknown", "20.00")]

    tells(3)

    assert states(order) == [("completed", "20.00")]
    later(minutes=5)
    assert [amount for kind, amount in paypal.money() if kind == "refund"] == ["-20.00"]
    assert str(paid_sum(order)) == "159.85"


@pytest.mark.parametrize(
    ("status", "becomes", "left"),
    [("COMPLETED", State.COMPLETED, "159.85"), ("FAILED", State.FAILED, "179.85")],
)
def test_a_webhook_settles_a_pending_refund(
    bought: Bought, paypal: PayPal, tells: Any, status: str, becomes: str, left: str
) -> None:
    order = bought()
    paypal.fails("refund", "pending")
    refund = sent(asks(order, "20.00"))
    tells(4)
    assert states(order) == [("pending", "20.00")]

    paypal.settle_refund(str(refund.paypal_id), status)
    tells(5)

    assert states(order) == [(becomes, "20.00")]
    assert str(paid_sum(order)) == left


def test_webhooks_of_refunds_in_any_order_and_twice_book_each_once(
    bought: Bought, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    order = bought()
    sent(asks(order, "20.00"))
    paypal.refund_externally(order, "30.00")
    sent(asks(order, "40.00"))

    for one in [*reversed(letterbox.wait(5)), *letterbox.wait(5)]:
        assert deliver(client, one).status_code == 200

    assert sorted(states(order)) == [
        ("completed", "20.00"),
        ("completed", "40.00"),
        ("external", "30.00"),
    ]
    assert str(paid_sum(order)) == "89.85"
    assert Message.objects.filter(kind="orders/refunded").count() == 3


def test_our_unknown_refund_and_one_by_hand_of_the_same_amount_are_two(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    paypal.refund_externally(order, "20.00")
    paypal.fails("refund", "commit-then-drop", times=OFTEN)
    sent(asks(order, "20.00"))

    later(minutes=5)

    assert states(order) == [("completed", "20.00"), ("external", "20.00")]
    assert str(paid_sum(order)) == "139.85"
    assert len([1 for kind, _ in paypal.money() if kind == "refund"]) == 2


def test_a_refund_without_our_name_is_ours_if_the_amount_of_an_unknown_one_fits(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    paypal.fails("refund", "500", times=OFTEN)
    refund = sent(asks(order, "20.00"))

    external.seen(attempt_of(order), [seen(order, "20.00")], now=timezone.now())
    external.seen(attempt_of(order), [seen(order, "20.00")], now=timezone.now())

    refund.refresh_from_db()
    assert (refund.state, refund.paypal_id) == (State.COMPLETED, "REFUND1")
    assert states(order) == [("completed", "20.00")]
    assert str(paid_sum(order)) == "159.85"
    later(minutes=5)
    assert [kind for kind, _ in paypal.money()] == ["capture"]


def test_what_may_be_the_one_just_being_sent_is_looked_at_when_that_is_done(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    made = paypal.refund_externally(order, "20.00")
    refund = asks(order, "20.00")
    Refund.objects.update(state=State.SENDING)
    external.seen(attempt_of(order), [seen(order, "20.00", id=made["id"])], now=timezone.now())
    assert states(order) == [("sending", "20.00")]  # neither booked nor taken for this one

    Refund.objects.update(state=State.UNKNOWN, ask_at=timezone.now())
    paypal.forget_request_id()
    later(seconds=1)

    refund.refresh_from_db()
    assert refund.state == State.COMPLETED
    assert str(paid_sum(order)) == "159.85"
    assert len([1 for kind, _ in paypal.money() if kind == "refund"]) == 1


@pytest.mark.django_db(transaction=True)
def test_one_made_by_hand_while_ours_is_being_sent_is_booked_afterwards(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    refund = asks(order, "20.00")
    made = paypal.refund_externally(order, "20.00")
    paypal.fails("refund", "slow", seconds=1.5)
    worker = threading.Thread(target=closing, args=[sent, refund])
    worker.start()
    while states(order) != [("sending", "20.00")]:
        time.sleep(0.05)

    external.seen(attempt_of(order), [seen(order, "20.00", id=made["id"])], now=timezone.now())
    assert states(order) == [("sending", "20.00")]
    worker.join()

    assert states(order) == [("completed", "20.00"), ("external", "20.00")]
    assert str(paid_sum(order)) == "139.85"
    refund.refresh_from_db()
    assert refund.paypal_id != made["id"]


def closing(work: Callable[[Refund], Any], refund: Refund) -> None:
    try:
        work(refund)
    finally:
        connection.close()


def test_a_pending_refund_made_at_paypal_counts_once_it_is_done(bought: Bought) -> None:
    order = bought()
    attempt = attempt_of(order)

    external.seen(attempt, [seen(order, "20.00", status="PENDING")], now=timezone.now())
    assert states(order) == [("pending", "20.00")]
    assert str(paid_sum(order)) == "179.85"
    external.seen(attempt, [seen(order, "20.00")], now=timezone.now())

    assert states(order) == [("external", "20.00")]
    assert str(paid_sum(order)) == "159.85"


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_a_refund_that_failed_at_paypal_by_hand_is_nothing(bought: Bought, status: str) -> None:
    order = bought()

    external.seen(attempt_of(order), [seen(order, "20.00", status=status)], now=timezone.now())

    assert states(order) == []
    assert alerts() == []


def test_a_payment_that_paypal_takes_back_lowers_what_is_paid(
    bought: Bought, paypal: PayPal, tells: Any
) -> None:
    order = bought()
    paypal.reverse(order)

    tells(3)

    assert states(order) == [("external", "179.85")]
    assert str(paid_sum(order)) == "0.00"
    assert alerts() == ["refund_made_at_paypal"]


def test_paypal_s_word_about_the_amount_counts(bought: Bought) -> None:
    order = bought()
    refund = asks(order, "20.00")
    Refund.objects.update(state=State.SENDING)
    refund.refresh_from_db()

    external.settle(refund, seen(order, "19.00"), now=timezone.now())

    assert states(order) == [("completed", "19.00")]
    assert str(paid_sum(order)) == "160.85"
    assert alerts() == ["refund_of_other_amount"]


def test_a_refund_called_failed_that_paypal_made_after_all_is_money_back(bought: Bought) -> None:
    order = bought()
    refund = asks(order, "20.00")
    Refund.objects.update(state=State.FAILED)
    named = f"{order.custom_id}-ref-1"

    told = seen(order, "20.00", custom_id=named)
    external.seen(attempt_of(order), [told], now=timezone.now())

    refund.refresh_from_db()
    assert refund.state == State.COMPLETED
    assert str(paid_sum(order)) == "159.85"


def test_more_back_than_was_taken_is_told(bought: Bought) -> None:
    order = bought()
    sent(asks(order, "179.85"))

    external.seen(attempt_of(order), [seen(order, "5.00")], now=timezone.now())

    assert alerts() == ["refund_made_at_paypal", "refunded_too_much"]


def test_refunds_of_a_payment_we_do_not_know_to_be_taken_wait(place: Any, paypal: PayPal) -> None:
    order = place()

    external.seen(attempt_of(order), [seen(order, "5.00")], now=timezone.now())

    assert states(order) == []
    assert str(paid_sum(order)) == "0.00"
