"""Rarer answers of PayPal's, and under which ids it is spoken to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from orders import paypal as client
from orders.models import Order, OrderEvent, PaymentAttempt
from orders.paypal import PayPalError
from orders.settlement import settle
from orders.tasks import sweep
from outbox.models import Message
from tests.orders.shop import PayPal, Shopper, attempt_of, key
from tests.orders.test_paypal_client import WISH

State = PaymentAttempt.State
Place = Callable[..., Order]
DUPLICATE = "DUPLICATE_INVOICE_ID"


def later(**time: float) -> None:
    with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
        sweep()


def alerts() -> list[str]:
    return list(OrderEvent.objects.filter(alert=True).values_list("kind", flat=True))


def invoice_ids(paypal: PayPal) -> list[str]:
    return [order["purchase_units"][0]["invoice_id"] for order in paypal.orders()]


# what is captured


def test_money_for_another_order_pays_nothing_and_alerts_staff(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    Order.objects.filter(pk=order.pk).update(uuid=uuid4())  # PayPal's custom_id is another now
    paypal.approve(order)

    shopper.returns(order)

    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    assert alerts() == ["wrong_order"]
    assert "does not match your order" in shopper.sees(order)
    assert not Message.objects.filter(kind="orders/confirmed").exists()


def test_a_capture_in_a_state_nobody_knows_is_asked_after_and_staff_is_told(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    order.attempts.update(state=State.CAPTURING)
    capture = client.Capture("C1", "HALF_DONE", order.total, "EUR", order.custom_id)
    seen = client.Seen(key(order), "COMPLETED", order.custom_id, "", "", (capture,))

    settle(attempt_of(order), seen, now=timezone.now())

    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    assert order.paid == 0
    assert attempt_of(order).state == State.UNKNOWN
    assert alerts() == ["puzzling_answer"]


def test_a_new_answer_and_a_repeated_one_say_the_same(paypal: PayPal) -> None:
    made = client.create(WISH, request_id="cre-1")
    paypal.say("POST", f"orders/{made.id}/approve", {})

    first = client.capture(made.id, request_id="cap-1")  # 201
    again = client.capture(made.id, request_id="cap-1")  # 200

    assert again == first
    assert len(paypal.money()) == 1


# invoice ids that PayPal knows


def test_an_invoice_id_known_at_the_start_is_replaced_at_once(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    paypal.fails("create", "issue", issue=DUPLICATE)

    order = place()

    assert attempt_of(order).state == State.REDIRECTED
    assert invoice_ids(paypal) == [f"{order.number}-2"]
    assert attempt_of(order).create_request_id.endswith("-cre-2")
    assert alerts() == []
    assert not Message.objects.exclude(kind="orders/placed").exists()


def test_invoice_ids_that_are_all_known_end_in_a_new_try_for_the_buyer(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    paypal.fails("create", "issue", issue=DUPLICATE, times=-1)

    order = place()

    assert order.attempts.count() == 3
    assert "The payment did not go through" in shopper.sees(order)


def test_an_order_paid_under_a_known_invoice_id_gets_no_second_payment(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    first = attempt_of(order)
    paypal.fails("capture", "commit-then-500", times=3)
    shopper.returns(order)
    order.attempts.update(state=State.ABANDONED)  # given up by mistake: PayPal took the money
    paypal.fails("create", "issue", issue=DUPLICATE)

    shopper.presses("pay", order)

    order.refresh_from_db()
    first.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert first.state == State.CAPTURED
    assert invoice_ids(paypal) == [f"{order.number}-1"]
    assert paypal.money() == [("capture", "129.95")]


def test_no_new_payment_is_made_while_an_earlier_one_cannot_be_looked_up(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-500", times=3)
    shopper.returns(order)
    order.attempts.update(state=State.ABANDONED)
    paypal.fails("create", "issue", issue=DUPLICATE)
    paypal.fails("get", "500", times=-1)

    shopper.presses("pay", order)

    assert [a.state for a in order.attempts.order_by("position")] == ["abandoned", "created"]
    assert invoice_ids(paypal) == [f"{order.number}-1"]


# sent back to PayPal


def test_another_way_of_paying_is_chosen_at_paypal(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "issue", issue="REDIRECT_PAYER_FOR_ALTERNATE_FUNDING")

    assert shopper.returns(order).url == attempt_of(order).approve_url


def test_an_approval_that_lapsed_after_three_hours_is_given_again(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.clock_forward(3 * 3600 + 1)

    shopper.returns(order)

    assert attempt_of(order).state == State.REDIRECTED
    assert "Your order is not paid yet" in shopper.sees(order)
    assert shopper.presses("pay", order).url == attempt_of(order).approve_url
    assert paypal.money() == []


@pytest.mark.parametrize("newer", [True, False])
def test_the_buyer_s_link_is_followed_by_its_new_and_its_old_name(
    paypal: PayPal, monkeypatch: pytest.MonkeyPatch, newer: bool
) -> None:
    if not newer:
        whole = client.asked.order
        monkeypatch.setattr(
            client.asked, "order", lambda wish: {**whole(wish), "payment_source": None}
        )

    made = client.create(WISH, request_id="cre-1")

    relations = [link["rel"] for link in paypal.orders()[0]["links"]]
    assert ("payer-action" if newer else "approve") in relations
    assert made.approve_url == f"{paypal.url}/checkoutnow?token={made.id}"


# ids


def test_ids_say_which_environment_which_order_and_what(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    attempt = attempt_of(order)

    assert attempt.create_request_id == f"local-{order.uuid}-cre-1"
    assert attempt.capture_request_id == f"local-{order.uuid}-cap-1-1"
    assert all(re.fullmatch(r"[\w-]{1,108}", i) for i in (attempt.capture_request_id,))


def test_an_id_is_kept_until_a_definite_answer_and_then_replaced(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    before = attempt_of(order).capture_request_id
    paypal.fails("capture", "500", times=3)

    shopper.returns(order)
    assert attempt_of(order).capture_request_id == before

    paypal.fails("capture", "issue", issue="INSTRUMENT_DECLINED")
    shopper.returns(order)
    assert attempt_of(order).capture_request_id == f"local-{order.uuid}-cap-1-2"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", ["create", "capture"])
def test_what_is_about_to_happen_is_on_record_before_paypal_hears_of_it(
    place: Place, paypal: PayPal, shopper: Shopper, call: str
) -> None:
    """Another connection sees it while PayPal has not answered yet."""
    order = place()
    if call == "create":
        order.attempts.update(state=State.DECLINED)
        go: Callable[[], Any] = lambda: shopper.presses("pay", order)  # noqa: E731
    else:
        paypal.approve(order)
        go = lambda: shopper.returns(order)  # noqa: E731
    paypal.fails(call, "slow", seconds=1.5)

    def buyer() -> None:
        try:
            go()
        finally:
            connection.close()

    thread = threading.Thread(target=buyer)
    thread.start()
    seen = set()
    while thread.is_alive():
        attempt = attempt_of(order)
        seen.add((attempt.state, attempt.create_request_id, attempt.capture_request_id))
        thread.join(0.05)

    number = 2 if call == "create" else 1
    ids = f"local-{order.uuid}-cre-{number}", f"local-{order.uuid}-cap-{number}-1"
    assert ("created" if call == "create" else "capturing", *ids) in seen


def test_after_paypal_forgot_the_id_it_is_asked_before_anything_is_said_again(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-500", times=3)
    shopper.returns(order)
    paypal.forget_request_id()

    later(hours=7)

    assert paypal.money() == [("capture", "129.95")]
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED


# waiting


def test_paypal_is_asked_again_no_sooner_than_it_wants(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    from orders.refusals import unanswered

    order = place()
    order.attempts.update(state=State.CAPTURING)
    error, now = PayPalError("rate", 429), timezone.now()
    error.retry_after = 120

    unanswered(attempt_of(order), error, now=now)

    assert attempt_of(order).ask_at == now + timedelta(seconds=120)


def test_wrong_credentials_alert_staff_once_until_somebody_looks(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.fails("get", "401", times=-1)
    for minutes in (11, 30, 60):
        later(minutes=minutes)
    assert alerts() == ["paypal_refuses_us"]

    OrderEvent.objects.update(alert=False)
    later(hours=2)

    assert alerts() == ["paypal_refuses_us"]
    assert key(order)


def test_a_token_that_cannot_be_had_loses_nothing(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    paypal.fails("token", "500", times=-1)

    order = place()

    assert "PayPal does not answer yet" in shopper.sees(order)
    paypal.works_again()
    later(minutes=5)
    assert "Pay at PayPal" in shopper.sees(order)
