"""What the buyer is mailed while he waits: each once per payment, in his language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from orders.models import Order, PaymentAttempt
from orders.tasks import sweep
from outbox.models import Message
from outbox.tasks import send
from tests.orders.shop import PayPal, Shopper, attempt_of

State = PaymentAttempt.State
Place = Callable[..., Order]


def kinds() -> list[str]:
    return [
        m.kind.removeprefix("orders/")
        for m in Message.objects.exclude(kind="orders/placed").order_by("pk")
    ]


def later(**time: float) -> None:
    with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
        sweep()


def test_a_payment_that_stays_unknown_is_told_of_once(
    place: Place, paypal: PayPal, shopper: Shopper, settings: Settings
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("get", "slow", seconds=0.3, times=-1)
    settings.PAYPAL_TIMEOUT = (1, 0.1)
    shopper.returns(order)
    assert kinds() == []  # most answers come before anybody need know

    later(seconds=11)
    assert kinds() == ["checking"]
    later(minutes=5)
    later(hours=1)

    assert kinds() == ["checking"]
    paypal.works_again()
    settings.PAYPAL_TIMEOUT = (3, 15)
    later(hours=3)
    assert kinds() == ["checking", "confirmed"]


def test_a_payment_that_is_settled_at_the_first_question_is_not_told_of(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-500", times=3)
    shopper.returns(order)

    later(seconds=11)

    assert kinds() == ["confirmed"]


def test_a_review_is_told_of_once_and_its_end(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)
    shopper.returns(order)
    later(hours=2)

    paypal.decide(order, "DENIED")
    later(hours=5)

    assert kinds() == ["pending", "declined"]
    assert "The payment did not go through" in shopper.sees(order)
    later(hours=7)  # there is time to pay in another way
    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    later(hours=9)
    order.refresh_from_db()
    assert order.state == Order.State.EXPIRED


def test_each_payment_that_is_declined_is_told_of(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    for _ in range(2):
        paypal.approve(order)
        paypal.fails("capture", "issue", issue="TRANSACTION_REFUSED")
        shopper.returns(order)
        shopper.presses("pay", order)

    assert kinds() == ["declined", "declined"]
    assert attempt_of(order).position == 3


def test_who_was_sent_back_to_paypal_to_choose_again_gets_no_mail(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order, "decline")

    shopper.returns(order)

    assert kinds() == []


WORDS = {
    ("checking", "nl"): "we controleren je betaling",
    ("checking", "en"): "we are checking your payment",
    ("pending", "nl"): "PayPal bekijkt je betaling",
    ("pending", "en"): "PayPal is reviewing your payment",
    ("declined", "nl"): "de betaling is niet gelukt",
    ("declined", "en"): "the payment did not go through",
}


@pytest.mark.parametrize(("kind", "language"), WORDS)
def test_it_is_written_in_the_order_s_language(
    place: Place, paypal: PayPal, shopper: Shopper, mailoutbox: Any, kind: str, language: str
) -> None:
    shopper.language = language
    order = place()
    paypal.approve(order)
    faults = {"checking": ("500", ""), "pending": ("pending", ""), "declined": ("issue", "X")}
    fault, issue = faults[kind]
    paypal.fails("capture", fault, issue=issue, times=-1)
    shopper.returns(order)
    later(seconds=11)

    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        send(Message.objects.exclude(kind="orders/placed").get().pk)

    [mail] = mailoutbox
    assert mail.subject == f"{_order(language)} {order.number}: {WORDS[kind, language]}"
    assert "129,95" in mail.body if language == "nl" else "129.95" in mail.body
    assert f"/{language}/orders/{order.token}/" in mail.body
    html = mail.alternatives[0][0]
    assert f"/{language}/orders/{order.token}/" in html


def _order(language: str) -> str:
    return "Bestelling" if language == "nl" else "Order"


def test_the_page_of_a_review_is_its_own_and_offers_no_second_payment(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)

    page = shopper.sees(order)

    assert "At PayPal for review" in page
    assert "We are checking your payment" not in page
    assert f"/orders/{order.token}/pay/" not in page
    assert shopper.presses("pay", order).url == f"/en/orders/{order.token}/"
    assert order.attempts.count() == 1
