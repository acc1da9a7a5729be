"""From the press of the order button to the way to PayPal, measured against a bare page.

PayPal's own time is taken off. The floor is a page of ours with one form on it and nothing from the
database, through the same middleware in the same run, so that only the ratio tells anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
import requests
from django.test import Client

from catalog.models import Variant
from orders.cart import KEY
from orders.models import Order
from tests.orders.shop import Letterbox, PayPal, Shopper, deliver
from tests.orders.test_figures import counted, fill

TIMES = 15
BARE = "/en/orders/find/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_paypal(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that each call to PayPal took; the calls themselves are made as ever."""
    took: list[float] = []
    ask = requests.Session.request

    def timed(*arguments: Any, **named: Any) -> requests.Response:
        began = time.perf_counter()
        try:
            return ask(*arguments, **named)
        finally:
            took.append(time.perf_counter() - began)

    monkeypatch.setattr(requests.Session, "request", timed)
    return took


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def floor() -> float:
    client = Client()
    client.get(BARE)
    return median(seconds(lambda: client.get(BARE)) for _ in range(TIMES))


def placing(lines: int, at_paypal: list[float]) -> tuple[float, int]:
    """The median of seconds without PayPal, and the statements of one."""
    taken, statements = [], 0
    for _ in range(TIMES):
        shopper = Shopper(Client())
        fill_again(shopper.client, lines)
        form = shopper.form()
        at_paypal.clear()
        with counted() as said:
            whole = seconds(lambda s=shopper, f=form: s.sends(f))  # type: ignore[misc]
        taken.append(whole - sum(at_paypal))
        statements = len(said)
    return median(taken), statements


def fill_again(client: Client, lines: int) -> None:
    """The same goods in another cart."""
    session = client.session
    session[KEY] = {f"THING-{lines}-{n}": 1 for n in range(lines)}
    session.save()


def test_placing_an_order(
    paypal: PayPal, at_paypal: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    bare, rows = floor(), []
    for lines in (1, 10, 50):
        fill(Client(), lines)
        Variant.objects.update(on_hand=1000)
        took, statements = placing(lines, at_paypal)
        rows.append((f"{lines} lines", took / bare, statements))

    with capsys.disabled():
        print(f"\nPlace order → redirect, floor {bare * 1000:.2f} ms (a bare page)")
        for name, ratio, statements in rows:
            print(f"  {name:>9}  {ratio:6.1f} × the floor  {statements:3} statements")
    assert [statements <= 25 for _, _, statements in rows] == [True, True, True]


def test_settling_a_webhook(
    paypal: PayPal,
    shopper: Shopper,
    letterbox: Letterbox,
    at_paypal: list[float],
    capsys: pytest.CaptureFixture[str],
) -> None:
    bare = floor()
    fill(shopper.client, 10)
    shopper.orders()
    order = Order.objects.get()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-drop", times=3)
    shopper.returns(order)
    [*_, captured] = letterbox.wait(2)
    at_paypal.clear()

    with counted() as statements:
        took = seconds(lambda: deliver(Client(), captured))

    order.refresh_from_db()
    ratio = (took - sum(at_paypal)) / bare
    with capsys.disabled():
        print(f"\nSettle a webhook: {ratio:.1f} × the floor, {len(statements)} statements")
    assert order.state == Order.State.CONFIRMED
    assert len(statements) <= 15
