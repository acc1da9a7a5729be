"""What comes up after an order was closed stops its retention clock, and sets it anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from orders import disputes
from orders.models import Order, Return
from orders.paypal import DisputeSeen
from orders.returns import services
from orders.tasks import sweep
from privacy import erasure, retention
from privacy.subjects import Subject
from tests.orders.goods import arrives, own_page

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ANNA = Subject(emails=frozenset({"anna@example.com"}))


@pytest.fixture
def closed(paid: Order) -> Order:
    arrives(paid)
    with time_machine.travel(timezone.now() + 30 * DAY, tick=False):
        sweep()
    Order.objects.update(email_proved_at=timezone.now())
    paid.refresh_from_db()
    assert paid.state == Order.State.CLOSED
    return paid


def clock(order: Order) -> datetime:
    order.refresh_from_db()
    assert order.closed_at
    return order.closed_at


def purged(order: Order, moment: datetime) -> bool:
    """Whether the address is gone after that night."""
    retention.purge(moment)
    order.refresh_from_db()
    return order.email == ""


def sends_back(order: Order) -> Return:
    """A piece that does not work, as its page takes it."""
    form = {
        f"line_{order.lines.earliest('pk').pk}": 1,
        "reason": "defect",
        "words": "It hums no more.",
    }
    Client().post(f"/en/{own_page(order, 'send-back/')}", form | {"position": 1})
    return order.returns.get()


def is_disputed(order: Order, *, resolved: bool = False) -> None:
    said = DisputeSeen(
        id="PP-D-1",
        resolved=resolved,
        stage="CHARGEBACK",
        reason="MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED",
        outcome="RESOLVED_SELLER_FAVOUR" if resolved else "",
        amount=order.total,
        currency="EUR",
        opened_at=timezone.now(),
        captures=(),
    )
    disputes.keep(order.attempts.get(), said, now=timezone.now())


def calls_off(order: Order) -> None:
    services.cancel(order.returns.get(), now=timezone.now())


def loses_the_dispute(order: Order) -> None:
    is_disputed(order, resolved=True)


@pytest.mark.parametrize(
    ("begins", "ends"), [(sends_back, calls_off), (is_disputed, loses_the_dispute)]
)
def test_a_closed_order_is_kept_while_something_is_open_and_as_long_again_afterwards(
    closed: Order, begins: Callable[[Order], object], ends: Callable[[Order], None]
) -> None:
    over = clock(closed)
    with time_machine.travel(over + 85 * DAY, tick=False):
        begins(closed)
    assert not purged(closed, over + 120 * DAY)
    erasure.erase(ANNA, over + 121 * DAY)
    closed.refresh_from_db()
    assert closed.email == "anna@example.com"

    with time_machine.travel(over + 125 * DAY, tick=False):
        ends(closed)

    assert clock(closed) == closed.liable_from_at == over + 125 * DAY
    assert not purged(closed, over + 214 * DAY)
    assert purged(closed, over + 217 * DAY)


def test_without_any_the_clock_runs_out_as_before(closed: Order) -> None:
    over = clock(closed)

    assert not purged(closed, over + 89 * DAY)
    assert purged(closed, over + 92 * DAY)


def test_its_page_names_no_day_while_something_is_on_its_way_back(closed: Order) -> None:
    def kept() -> str:
        page = Client().get(f"/en/orders/{closed.token}/").content.decode()
        return page.split('id="k"')[1].split("</section>")[0]

    said = "as long as our contract with you runs"
    with time_machine.travel(clock(closed) + DAY, tick=False):
        assert said not in kept()
        sends_back(closed)

        assert said in kept()
