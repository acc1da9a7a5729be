"""What the client asks of PayPal and makes of its answers: plain values in, plain values out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from orders import paypal as client
from orders.paypal import Item, PayPalError, Wish
from tests.orders.shop import PayPal

BRUSH = Item("Sonic brush", "BRUSH", Decimal("129.95"), 1)
HEADS = Item("Brush heads", "HEADS", Decimal("24.95"), 2)
WISH = Wish(
    custom_id="soocas-1",
    invoice_id="2026-000001-1",
    total=Decimal("184.80"),
    shipping=Decimal("4.95"),
    items=(BRUSH, HEADS),
    locale="nl",
    return_url="http://127.0.0.1/return",
    cancel_url="http://127.0.0.1/cancel",
)


@pytest.fixture
def taken(paypal: PayPal) -> client.Capture:
    """€ 184.80, captured."""
    made = client.create(WISH, request_id="cre-1")
    paypal.say("POST", f"orders/{made.id}/approve", {})
    [capture] = client.capture(made.id, request_id="cap-1").captures
    return capture


def test_the_parts_of_a_total_are_told(paypal: PayPal) -> None:
    wish = replace(WISH, discount=Decimal("10.00"), total=Decimal("174.80"))

    client.create(wish, request_id="cre-1")

    [unit] = paypal.orders()[0]["purchase_units"]
    parts = {name: part["value"] for name, part in unit["amount"]["breakdown"].items()}
    assert unit["amount"]["value"] == "174.80"
    assert parts == {"item_total": "179.85", "shipping": "4.95", "discount": "10.00"}
    assert [item["unit_amount"]["value"] for item in unit["items"]] == ["129.95", "24.95"]
    assert "tax" not in str(unit)


def test_parts_that_do_not_add_up_are_not_told(paypal: PayPal) -> None:
    client.create(replace(WISH, total=Decimal("184.81")), request_id="cre-1")

    [unit] = paypal.orders()[0]["purchase_units"]
    assert unit["amount"] == {"currency_code": "EUR", "value": "184.81"}
    assert "items" not in unit


def test_an_order_made_twice_under_one_id_is_one(paypal: PayPal) -> None:
    first = client.create(WISH, request_id="cre-1")
    again = client.create(WISH, request_id="cre-1")

    assert again == first
    assert len(paypal.orders()) == 1


def test_a_capture_names_its_order(taken: client.Capture) -> None:
    seen = client.get_capture(taken.id)

    assert replace(seen, order_id="") == taken  # in its order it does not name it
    assert (seen.status, seen.amount, seen.currency) == ("COMPLETED", Decimal("184.80"), "EUR")
    assert client.get(seen.order_id).captures == (taken,)


def test_a_part_is_given_back_once_however_often_it_is_said(
    paypal: PayPal, taken: client.Capture
) -> None:
    def give() -> client.RefundSeen:
        return client.refund(
            taken.id, Decimal("24.95"), request_id="ref-1", custom_id="soocas-1", note="Heads"
        )

    first, again = give(), give()

    assert again == first
    assert (first.status, first.amount, first.currency) == ("COMPLETED", Decimal("24.95"), "EUR")
    assert (first.custom_id, first.capture_id) == ("soocas-1", taken.id)
    assert client.get_refund(first.id) == first
    assert client.get_capture(taken.id).status == "PARTIALLY_REFUNDED"
    assert paypal.money() == [("capture", "184.80"), ("refund", "-24.95")]


def test_a_refund_of_all_is_seen_at_the_capture(taken: client.Capture) -> None:
    client.refund(taken.id, taken.amount, request_id="ref-1")

    assert client.get_capture(taken.id).status == "REFUNDED"


def test_a_pending_refund_is_no_refund_yet(paypal: PayPal, taken: client.Capture) -> None:
    paypal.fails("refund", "pending")

    assert client.refund(taken.id, Decimal("5.00"), request_id="ref-1").status == "PENDING"


@pytest.mark.parametrize(
    ("amount", "issue"), [("184.81", "REFUND_AMOUNT_EXCEEDED"), ("0.00", "CANNOT_BE_ZERO")]
)
def test_a_refund_paypal_refuses_is_a_definite_no(
    taken: client.Capture, amount: str, issue: str
) -> None:
    with pytest.raises(PayPalError) as caught:
        client.refund(taken.id, Decimal(amount), request_id="ref-1")

    assert caught.value.definite
    assert issue in str(caught.value)


@pytest.mark.parametrize("silence", ["commit-then-500", "commit-then-drop", "500"])
def test_a_refund_without_an_answer_may_have_happened(
    paypal: PayPal, taken: client.Capture, silence: str
) -> None:
    paypal.fails("refund", silence, times=3)
    with pytest.raises(PayPalError) as caught:
        client.refund(taken.id, Decimal("5.00"), request_id="ref-1")
    assert caught.value.outcome_unknown

    paypal.works_again()
    client.refund(taken.id, Decimal("5.00"), request_id="ref-1")

    assert paypal.money() == [("capture", "184.80"), ("refund", "-5.00")]
