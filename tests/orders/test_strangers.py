"""Nobody opens another's order, and nobody keeps another from declaring, by guessing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from orders import demo
from orders.models import Order, Return, Voucher, Withdrawal
from orders.returns import again as resend
from orders.returns import services as returns
from tests.orders.goods import arrives, own_page, statement, withdraws
from tests.orders.shop import PayPal, Shopper
from tests.people import person

Place = Callable[..., Order]


def guesses(nonce: str, thing: Variant) -> Any:
    """A stranger with a cart of his own sends its form under another's key."""
    stranger = Shopper(Client())
    stranger.puts(thing)
    return stranger.sends(stranger.form(nonce=nonce))


def sent_again(order: Order) -> Order:
    """What came broken was sent back, and comes once more."""
    [line] = order.lines.all()
    notice = returns.Notice("defect", "it hums", 1)
    back = returns.announce(order, {line.pk: 1}, notice, now=timezone.now())
    Return.objects.filter(pk=back.pk).update(state=Return.State.INSPECTED)
    back.lines.update(received=1)
    back.refresh_from_db()
    [new] = resend.send_again(back, now=timezone.now())
    return new


def test_an_order_sent_again_is_not_opened_by_counting(paid: Order, heads: Variant) -> None:
    new = sent_again(arrives(paid))
    back = Return.objects.get()

    for parcel in paid.shipments.all():
        answer = guesses(f"return-{back.pk}-{parcel.pk}", heads)
        assert answer.status_code == 200  # the form, with what is wrong
        assert new.token not in answer.content.decode()
    assert len(new.nonce) >= 32
    assert Order.objects.count() == 2


def test_an_order_of_the_demo_is_not_opened_by_its_name(paypal: PayPal, heads: Variant) -> None:
    demo.load(person(), now=timezone.now())
    before = set(Order.objects.values_list("token", "nonce"))
    assert before

    for token, nonce in before:
        answer = guesses(nonce, heads)
        assert answer.status_code == 200
        assert token not in answer.content.decode()
    assert set(Order.objects.values_list("token", "nonce")) == before


def test_who_knows_an_address_keeps_its_owner_from_nothing(paid: Order) -> None:
    cache.clear()
    arrives(paid)
    for n in range(6):
        withdraws(Client(), statement(paid, number=f"2020-{n}"))

    answer = withdraws(Client(), statement(paid))
    page = withdraws(Client(), statement(paid), own_page(paid))

    assert (answer.status_code, page.status_code) == (302, 302)
    assert Withdrawal.objects.filter(number=paid.number).count() == 2


def test_one_statement_pressed_often_uses_nothing_up(paid: Order) -> None:
    cache.clear()
    arrives(paid)

    withdraws(Client(), statement(paid), times=8)

    assert withdraws(Client(), statement(paid)).status_code == 302


def test_the_same_statement_again_and_again_is_too_often(paid: Order) -> None:
    cache.clear()
    for _ in range(5):
        assert withdraws(Client(), statement(paid)).status_code == 302

    assert withdraws(Client(), statement(paid)).status_code == 429
    assert Withdrawal.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_double_click_with_the_last_use_of_a_voucher_is_one_order_without_a_complaint(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    """The first click ends exactly between the second's look at its key and at its voucher."""
    Voucher.objects.create(code="LAST", percent=10, most_uses=1)
    shopper.puts(brush)
    shopper.redeems("LAST")
    form, other = shopper.form(), Shopper(Client())
    other.client.cookies = shopper.client.cookies
    first: list[str] = []

    def click() -> None:
        first.append(other.sends(form).url)
        close_old_connections()
        connection.close()

    def interleave(execute: Any, sql: str, *rest: Any) -> Any:
        if '"orders_voucher"' in sql and not first:
            thread = threading.Thread(target=click)
            thread.start()
            thread.join(20)
        return execute(sql, *rest)

    with connection.execute_wrapper(interleave):
        second = shopper.sends(form)

    assert second.status_code == 302
    assert second.url == first[0]
    assert Order.objects.count() == 1
    assert "The cart, the delivery" not in shopper.reads("cart/")


def test_a_tab_that_only_wants_the_total_does_not_go_to_paypal(
    place: Place, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    shopper.sends(form)
    order = Order.objects.get()

    answer = shopper.sends(form | {"refresh": "1"})

    assert answer.url == f"/en/orders/{order.token}/"
    assert "This was ordered already" in shopper.sees(order)
