"""Money that goes back: how much, once, and on record before PayPal hears of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.models import Order, Refund
from orders.refunds import services
from orders.refunds.services import NotRefundable
from outbox.models import Message
from tests.orders.backwards import Bought, asks, paid_sum, sent, states
from tests.orders.shop import PayPal

State = Refund.State


def line(order: Order, sku: str) -> int:
    return order.lines.get(sku=sku).pk


def test_an_amount_goes_back_and_lowers_what_is_paid(bought: Bought, paypal: PayPal) -> None:
    order = bought()

    refund = sent(asks(order, "10.00"))

    assert refund.state == State.COMPLETED
    assert refund.paypal_id is not None
    assert paypal.money() == [("capture", "179.85"), ("refund", "-10.00")]
    assert paid_sum(order) == Decimal("169.85")


def test_a_refund_is_mailed_once_in_the_order_s_language(bought: Bought) -> None:
    order = bought()
    refund = sent(asks(order, "10.00"))
    sent(refund)

    [mail] = Message.objects.filter(kind="orders/refunded")

    assert (mail.about, mail.language) == (f"refund:{refund.pk}", "en")
    assert mail.context["amount"] == "10.00"


def test_pieces_of_a_line_go_back_at_their_price(bought: Bought, paypal: PayPal) -> None:
    order = bought()

    refund = sent(asks(order, reason="returned", lines={line(order, "HEADS-4"): 1}))

    assert refund.amount == Decimal("24.95")
    assert [(row.quantity, row.amount) for row in refund.lines.all()] == [(1, Decimal("24.95"))]
    assert paypal.money()[1:] == [("refund", "-24.95")]


def test_the_last_refund_is_exactly_what_is_left(bought: Bought, paypal: PayPal) -> None:
    order = bought()
    sent(asks(order, "10.00"))
    sent(asks(order, reason="returned", lines={line(order, "HEADS-4"): 2}))

    refund = sent(asks(order, reason="returned", lines={line(order, "BRUSH-INK"): 1}))

    assert refund.amount == Decimal("119.95")
    assert paid_sum(order) == Decimal("0.00")
    assert paypal.say("GET", "ledger")["totals"] == {"EUR": "0.00"}


def test_the_whole_of_an_order_goes_back_with_its_lines(bought: Bought) -> None:
    order = bought()
    sent(asks(order, reason="returned", lines={line(order, "HEADS-4"): 1}))

    refund = services.whole(order, reason="cancelled", now=timezone.now())

    assert refund is not None
    assert refund.amount == Decimal("154.90")
    assert sum(row.quantity for row in refund.lines.all()) == 2
    assert services.whole(order, reason="cancelled", now=timezone.now()) is None


@pytest.mark.parametrize("amount", ["179.86", "0.00", "-5.00", "0.001", "NaN", "Infinity"])
def test_no_amount_beyond_what_is_left(bought: Bought, paypal: PayPal, amount: str) -> None:
    order = bought()

    with pytest.raises(NotRefundable):
        asks(order, amount)

    assert states(order) == []
    assert paypal.money() == [("capture", "179.85")]


def test_what_is_under_way_cannot_be_asked_for_again(bought: Bought) -> None:
    order = bought()
    asks(order, "100.00")

    with pytest.raises(NotRefundable, match=r"79\.85"):
        asks(order, "79.86")
    with pytest.raises(NotRefundable):
        asks(order, lines={line(order, "HEADS-4"): 3})

    assert states(order) == [("requested", "100.00")]
    assert services.open_for(order)


def test_an_unpaid_order_has_nothing_to_give_back(place: Callable[..., Order]) -> None:
    order = place()

    with pytest.raises(NotRefundable, match="Nothing was paid"):
        asks(order, "5.00")
    assert services.whole(order, reason="cancelled", now=timezone.now()) is None
    assert not services.open_for(order)
