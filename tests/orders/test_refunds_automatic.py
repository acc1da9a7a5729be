"""Money that no order stands for: it goes back by itself, or staff is offered to give it back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.models import Variant
from orders.models import CreditNote, Order, PaymentAttempt, Refund, Voucher
from orders.refunds import limits, services
from orders.tasks import sweep
from outbox.models import Message
from tests.orders.backwards import Place, alerts, asks, later, paid_sum, sent, states
from tests.orders.shop import PayPal, Shopper, attempt_of, pays
from tests.people import staff_member

State = Refund.State


def reasons(order: Order) -> list[str]:
    return list(order.refunds.values_list("reason", flat=True))


def paid_late(place: Place, paypal: PayPal, shopper: Shopper) -> Order:
    """An order that ended while its payment was under review; PayPal completes that now."""
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)
    order.attempts.update(state=PaymentAttempt.State.ABANDONED)
    later(hours=4)
    order.attempts.update(state=PaymentAttempt.State.PENDING_REVIEW)
    paypal.decide(order, "COMPLETED")
    return order


def paid_twice(place: Place, paypal: PayPal, shopper: Shopper) -> Order:
    """Two payments of one order, both taken at PayPal."""
    order = place()
    first = attempt_of(order)
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)
    order.attempts.update(state=PaymentAttempt.State.ABANDONED)
    shopper.presses("pay", order)
    pays(order, paypal, shopper)
    first.refresh_from_db()
    capture = paypal.say("GET", "orders")[0]["purchase_units"][0]["payments"]["captures"][0]
    paypal.say("POST", f"captures/{capture['id']}", {"status": "COMPLETED"})
    order.attempts.filter(pk=first.pk).update(state=PaymentAttempt.State.PENDING_REVIEW)
    return order


def test_a_late_payment_confirms_only_if_the_stock_can_be_had_again(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = paid_late(place, paypal, shopper)

    later(hours=6)

    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert reasons(order) == []
    brush.refresh_from_db()
    assert (brush.on_hand, brush.reserved) == (4, 0)


def test_a_late_payment_of_what_is_sold_out_goes_back_by_itself(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = paid_late(place, paypal, shopper)
    Variant.objects.update(on_hand=0)

    later(hours=6)

    order.refresh_from_db()
    assert order.state == Order.State.EXPIRED
    assert (reasons(order), states(order)) == (["late"], [("completed", "129.95")])
    assert paid_sum(order) == 0
    assert Message.objects.filter(kind="orders/refunded").count() == 1
    assert not CreditNote.objects.exists()
    assert alerts() == []


def test_the_clock_of_an_ended_order_waits_until_its_money_went_back(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = paid_late(place, paypal, shopper)
    Variant.objects.update(on_hand=0)
    paypal.fails("refund", "pending")

    later(hours=6)
    order.refresh_from_db()
    assert order.closed_at is None
    paypal.settle_refund(str(order.refunds.get().paypal_id), "COMPLETED")
    later(days=1)

    order.refresh_from_db()
    assert order.closed_at is not None


def test_the_second_payment_of_an_order_goes_back_whole_and_is_on_no_credit_note(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = paid_twice(place, paypal, shopper)

    later(hours=3)

    assert (reasons(order), states(order)) == (["double"], [("completed", "129.95")])
    order.refresh_from_db()
    assert (order.state, str(order.paid)) == (Order.State.CONFIRMED, "129.95")
    assert paypal.say("GET", "ledger")["totals"] == {"EUR": "129.95"}
    assert not CreditNote.objects.exists()
    assert str(limits.left(order)) == "129.95"


def test_after_a_double_payment_the_order_s_own_money_can_still_go_back(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = paid_twice(place, paypal, shopper)
    later(hours=3)

    sent(asks(order, "129.95"))

    assert paid_sum(order) == 0
    assert paypal.say("GET", "ledger")["totals"] == {"EUR": "0.00"}
    assert str(CreditNote.objects.get().total) == "129.95"


def test_of_a_second_payment_only_goes_back_what_did_not_go_back_at_paypal(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = paid_twice(place, paypal, shopper)
    first = paypal.say("GET", "orders")[0]["purchase_units"][0]["payments"]["captures"][0]["id"]
    paypal.say("POST", f"captures/{first}/refund", {"amount": "29.95", "note": ""})

    later(hours=3)

    assert states(order) == [("external", "29.95"), ("completed", "100.00")]
    assert paypal.say("GET", "ledger")["totals"] == {"EUR": "129.95"}
    assert str(paid_sum(order)) == "129.95"


def test_what_failed_to_go_back_by_itself_alerts_and_staff_asks_for_it_anew(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = paid_twice(place, paypal, shopper)
    paypal.fails("refund", "issue", issue="REFUND_FAILED_INSUFFICIENT_FUNDS")
    later(hours=3)
    assert (states(order), alerts()) == ([("failed", "129.95")], ["refund_not_made"])

    new = services.again(order.refunds.get(), by=staff_member(), now=timezone.now())
    services.approve(new, by=staff_member(), now=timezone.now())
    sent(new)

    assert states(order) == [("failed", "129.95"), ("completed", "129.95")]
    order.refresh_from_db()
    assert (order.state, str(order.paid)) == (Order.State.CONFIRMED, "129.95")
    with pytest.raises(services.NotRefundable):
        services.again(order.refunds.earliest("pk"), by=staff_member(), now=timezone.now())


@pytest.mark.parametrize("fault", ["wrong-amount", "wrong-currency"])
def test_a_payment_that_does_not_fit_is_offered_to_staff_and_not_sent(
    place: Place, paypal: PayPal, shopper: Shopper, fault: str
) -> None:
    order = place()
    paypal.fails("capture", fault)

    pays(order, paypal, shopper)
    later(days=1)

    assert order.state == Order.State.PLACED
    assert reasons(order) == ["wrong"]
    assert order.refunds.get().approved_at is None
    assert [kind for kind, _ in paypal.money()] == ["capture"]
    assert alerts() == ["wrong_amount"]


@pytest.mark.parametrize(
    ("fault", "totals", "paid"),
    [
        ("wrong-amount", {"EUR": "0.00"}, "128.95"),
        ("wrong-currency", {"USD": "0.00"}, "0.00"),
    ],
)
def test_the_offer_approved_gives_all_of_it_back_and_ends_the_order(
    place: Place,
    paypal: PayPal,
    shopper: Shopper,
    brush: Variant,
    fault: str,
    totals: dict[str, str],
    paid: str,
) -> None:
    order = place()
    paypal.fails("capture", fault)
    pays(order, paypal, shopper)
    assert str(paid_sum(order)) == paid
    services.approve(order.refunds.get(), by=staff_member(), now=timezone.now())
    sent(order.refunds.get())

    assert paypal.say("GET", "ledger")["totals"] == totals
    order.refresh_from_db()
    assert (order.state, str(order.paid)) == (Order.State.CANCELLED, "0.00")
    brush.refresh_from_db()
    assert (brush.on_hand, brush.reserved) == (5, 0)
    assert Message.objects.filter(kind="orders/refunded").count() == 1
    sweep()
    order.refresh_from_db()
    assert order.closed_at is not None


def test_a_payment_given_back_before_we_saw_it_leaves_nothing_paid(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-drop", times=3)
    shopper.returns(order)
    assert attempt_of(order).state == PaymentAttempt.State.UNKNOWN
    paypal.refund_externally(order)

    later(minutes=10)

    order.refresh_from_db()
    assert (order.state, str(order.paid)) == (Order.State.CANCELLED, "0.00")
    assert states(order) == [("external", "129.95")]


def test_a_voucher_is_not_used_up_by_a_payment_that_did_not_fit(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    Voucher.objects.create(code="ONCE", percent=10, most_uses=1)
    shopper.puts(brush)
    shopper.redeems("ONCE")
    shopper.orders()
    order = Order.objects.get()
    paypal.fails("capture", "wrong-amount")
    pays(order, paypal, shopper)
    assert Voucher.objects.get().uses == 1

    services.approve(order.refunds.get(), by=staff_member(), now=timezone.now())
    sent(order.refunds.get())

    order.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert Voucher.objects.get().uses == 0


def test_the_page_of_a_payment_that_does_not_fit_promises_only_what_happens(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.fails("capture", "wrong-amount")
    pays(order, paypal, shopper)

    page = shopper.sees(order)

    assert "Someone here looks at the payment" in page
    assert "Waiting for PayPal" not in page
    assert "We ask again" not in page
