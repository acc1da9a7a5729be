"""While PayPal is left alone, nothing new is begun and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Variant
from orders import paypal as client
from orders.models import Order, PaymentAttempt
from orders.paypal.breaker import REST, SILENCES
from orders.paypal.errors import PayPalError
from orders.tasks import SWEEPING, sweep
from tests.orders.shop import PayPal, Shopper, attempt_of

State = PaymentAttempt.State
Place = Callable[..., Order]
SHORT = (1, 0.1)  # seconds: what hangs is soon given up
AWAY = "Payment is unavailable right now"


def fall_silent(paypal: PayPal) -> None:
    """It hangs, for three calls and from then on."""
    paypal.fails("any", "slow", seconds=0.3, times=-1)
    with override_settings(PAYPAL_TIMEOUT=SHORT):
        for _ in range(SILENCES):
            with pytest.raises(PayPalError):
                client.get("5O190127TN364715T")
    assert not client.available()


def after_the_rest() -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=REST + 1), tick=False)


def test_the_checkout_says_so_and_keeps_the_cart(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    assert AWAY not in shopper.client.get(shopper.url("checkout/")).content.decode()
    fall_silent(paypal)

    page = shopper.sends(form | {"delivery_name": "Anna van Dijk"})

    assert page.status_code == 200
    assert AWAY in page.content.decode()
    assert "Anna van Dijk" in page.content.decode()
    assert AWAY in shopper.client.get(shopper.url("checkout/")).content.decode()
    assert not Order.objects.exists()
    brush.refresh_from_db()
    assert brush.reserved == 0
    assert shopper.client.session["cart"] == {"BRUSH-INK": 1}


def test_it_is_tried_again_after_a_while(paypal: PayPal, shopper: Shopper, brush: Variant) -> None:
    shopper.puts(brush)
    fall_silent(paypal)
    paypal.works_again()

    with after_the_rest():
        answer = shopper.orders()

    assert answer.url == attempt_of(Order.objects.get()).approve_url


def test_an_order_made_before_waits_and_can_be_paid_later(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    order.attempts.update(state=State.DECLINED)
    fall_silent(paypal)

    answer = shopper.presses("pay", order)

    assert answer.url == f"/en/orders/{order.token}/"
    page = shopper.sees(order)
    assert "PayPal does not answer yet. Your order is saved" in page
    assert "You can also pay later, from this page" in page
    assert f"/orders/{order.token}/pay/" in page
    paypal.works_again()
    with after_the_rest():
        assert shopper.presses("pay", order).url == attempt_of(order).approve_url


def test_a_buyer_who_comes_back_meanwhile_is_told_that_it_is_checked(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    fall_silent(paypal)

    shopper.returns(order)

    assert "We are checking your payment" in shopper.sees(order)
    paypal.works_again()
    with after_the_rest():
        sweep()
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED


def test_the_sweeper_leaves_it_alone_too_and_forgets_nobody(
    place: Place, paypal: PayPal, settings: Settings
) -> None:
    orders = [place() for _ in range(SILENCES + 2)]
    for order in orders:
        paypal.approve(order)
    paypal.fails("get", "slow", seconds=0.3, times=-1)
    settings.PAYPAL_TIMEOUT = SHORT
    before = PaymentAttempt.objects.filter(asked=0).count()

    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert sweep()["asked"] == SILENCES
        assert PaymentAttempt.objects.filter(asked=0).count() == before - SILENCES
        assert sweep()["asked"] == 0
    paypal.works_again()
    settings.PAYPAL_TIMEOUT = (3, 15)
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        sweep()

    assert Order.objects.filter(state=Order.State.CONFIRMED).count() == len(orders)


def test_one_sweep_runs_at_a_time(place: Place, paypal: PayPal) -> None:
    order = place()
    paypal.approve(order)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        cache.add(SWEEPING, True, 60)
        assert sweep() == {}
        cache.delete(SWEEPING)

        assert sweep()["asked"] == 1
        assert cache.get(SWEEPING) is None


def test_a_silence_that_lasts_does_not_fill_the_book(
    place: Place, paypal: PayPal, settings: Settings
) -> None:
    order = place()
    fall_silent(paypal)
    settings.PAYPAL_TIMEOUT = SHORT

    for minutes in range(0, 6 * 60, 20):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            sweep()

    assert order.events.filter(kind="no_answer").count() <= 12
    order.refresh_from_db()
    assert order.state == Order.State.PLACED


def test_unpaid_orders_that_paypal_holds_nothing_of_end_while_it_is_silent(
    place: Place, paypal: PayPal, brush: Variant
) -> None:
    order = place()
    order.attempts.update(state=State.DECLINED)
    fall_silent(paypal)

    with time_machine.travel(timezone.now() + timedelta(hours=4), tick=False):
        sweep()

    order.refresh_from_db()
    brush.refresh_from_db()
    assert (order.state, brush.reserved) == (Order.State.EXPIRED, 0)


def test_an_unpaid_order_ends_when_its_time_is_over_and_not_an_hour_later(
    place: Place, paypal: PayPal
) -> None:
    order = place()
    for minutes in range(0, 180, 20):
        with time_machine.travel(order.placed_at + timedelta(minutes=minutes), tick=False):
            sweep()

    with time_machine.travel(order.placed_at + timedelta(minutes=181), tick=False):
        sweep()

    order.refresh_from_db()
    assert order.state == Order.State.EXPIRED
