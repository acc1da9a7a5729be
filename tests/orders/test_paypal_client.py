"""What the client asks of PayPal and makes of its answers: plain values in, plain values out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from pytest_django import Settings

from orders import paypal as client
from orders.paypal import Item, PayPalError, Wish, seen
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

    assert seen == taken
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


def test_an_order_shows_what_was_given_back_of_it(paypal: PayPal, taken: client.Capture) -> None:
    mine = client.refund(taken.id, Decimal("24.95"), request_id="ref-1", custom_id="mine")
    other = paypal.say("POST", f"captures/{taken.id}/refund", {"amount": "5.00"})

    seen = client.get(taken.order_id)

    assert {refund.id for refund in seen.refunds} == {mine.id, other["id"]}
    assert mine in seen.refunds
    assert {refund.capture_id for refund in seen.refunds} == {taken.id}
    assert [capture.status for capture in seen.captures] == ["PARTIALLY_REFUNDED"]


def test_all_that_is_left_is_given_back_in_its_own_currency(paypal: PayPal) -> None:
    made = client.create(WISH, request_id="cre-1")
    paypal.say("POST", f"orders/{made.id}/approve", {})
    paypal.fails("capture", "wrong-currency")
    [capture] = client.capture(made.id, request_id="cap-1").captures

    refund = client.refund(capture.id, None, request_id="ref-1")

    assert (refund.amount, refund.currency) == (Decimal("184.80"), "USD")


def test_an_order_is_changed_before_it_is_approved(paypal: PayPal) -> None:
    made = client.create(WISH, request_id="cre-1")
    cheaper = replace(WISH, items=(BRUSH,), total=Decimal("134.90"))

    for _ in range(2):
        client.patch(made.id, cheaper)

    [unit] = paypal.orders()[0]["purchase_units"]
    assert unit["amount"]["value"] == "134.90"
    assert [item["sku"] for item in unit["items"]] == ["BRUSH"]


def test_an_order_gets_and_loses_its_lines_by_a_change(paypal: PayPal) -> None:
    """Lines that do not add up are not told; PayPal replaces and removes only what is there."""
    bare = replace(WISH, total=WISH.total + 1)
    made = client.create(bare, request_id="cre-1")
    assert "items" not in paypal.orders()[0]["purchase_units"][0]

    client.patch(made.id, WISH)
    [unit] = paypal.orders()[0]["purchase_units"]
    assert len(unit["items"]) == len(WISH.items)
    assert (unit["custom_id"], unit["invoice_id"]) == (WISH.custom_id, WISH.invoice_id)

    for _ in range(2):
        client.patch(made.id, bare)
    [unit] = paypal.orders()[0]["purchase_units"]
    assert "items" not in unit
    assert unit["amount"] == {"currency_code": "EUR", "value": str(bare.total)}


def test_an_order_that_is_paid_is_not_changed(taken: client.Capture) -> None:
    with pytest.raises(PayPalError) as caught:
        client.patch(taken.order_id, WISH)

    assert caught.value.issues == ("ORDER_ALREADY_COMPLETED",)


def test_a_dispute_is_seen_by_its_codes(paypal: PayPal, taken: client.Capture) -> None:
    said = paypal.say("POST", f"captures/{taken.id}/dispute", {"amount": "24.95"})

    seen = client.get_dispute(said["dispute_id"])

    assert (seen.id, seen.resolved, seen.stage) == (said["dispute_id"], False, "INQUIRY")
    assert (seen.amount, seen.currency, seen.captures) == (Decimal("24.95"), "EUR", (taken.id,))


ORDER = {"id": "5O1", "status": "CREATED", "purchase_units": [{"payments": {"captures": []}}]}
MONEY = {"currency_code": "EUR", "value": "1.00"}


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "CREATED"},
        {"id": "5O1"},
        {**ORDER, "purchase_units": "x"},
        {**ORDER, "purchase_units": [{"payments": {"captures": [{}]}}]},
        {**ORDER, "purchase_units": [{"payments": {"captures": ["x"]}}]},
        *(
            {
                **ORDER,
                "purchase_units": [
                    {
                        "payments": {
                            "captures": [
                                {"id": "1", "status": "COMPLETED", "amount": {**MONEY, "value": v}}
                            ]
                        }
                    }
                ],
            }
            for v in ("NaN", "1e999", "-Infinity", "ten", None)
        ),
    ],
)
def test_an_answer_of_another_shape_is_not_believed(broken: dict[str, object]) -> None:
    with pytest.raises(PayPalError) as caught:
        seen.order(broken)

    assert (caught.value.kind, caught.value.outcome_unknown) == ("garbled", True)


@pytest.mark.parametrize(
    "href",
    [
        "https://www.paypal.com.example/checkoutnow",
        "https://evil.example/?https://www.paypal.com/",
        "http://www.paypal.com/checkoutnow",
        "javascript:alert(1)",
        "//www.paypal.com@evil.example/",
        "",
    ],
)
def test_the_buyer_is_sent_to_paypal_and_nowhere_else(settings: Settings, href: str) -> None:
    settings.PAYPAL_ENVIRONMENT, settings.PAYPAL_LOCAL_URL = "live", ""
    said = {**ORDER, "links": [{"rel": "payer-action", "href": href}]}

    assert seen.order(said).approve_url == ""
