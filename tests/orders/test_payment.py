"""PayPal's answers, one by one, and what the shop makes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Variant
from orders.models import Invoice, Order, OrderEvent, PaymentAttempt
from orders.tasks import sweep
from outbox.models import Message
from privacy.models import Disclosure
from tests.orders.shop import PayPal, Shopper, attempt_of

State = PaymentAttempt.State
Place = Callable[..., Order]
SILENCE = ["commit-then-500", "commit-then-502", "commit-then-drop", "500", "html-502", "drop"]
OFTEN = 3  # as often as the shop tries within one call


def kinds() -> list[str]:
    """All but the one that acknowledged the order."""
    sent = Message.objects.exclude(kind="orders/placed")
    return sorted(sent.values_list("kind", flat=True))


def alerts() -> list[str]:
    return list(OrderEvent.objects.filter(alert=True).values_list("kind", flat=True))


def later(**time: int) -> None:
    """What beat does, that much later."""
    with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
        sweep()


def test_a_guest_pays_and_is_confirmed(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    paypal.approve(order)

    answer = shopper.returns(order)

    assert answer.url == f"/en/orders/{order.token}/"
    order.refresh_from_db()
    brush.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert attempt_of(order).state == State.CAPTURED
    assert (brush.on_hand, brush.reserved) == (4, 0)
    assert paypal.money() == [("capture", "129.95")]
    assert "Thank you, Anna Jansen" in shopper.sees(order)
    assert kinds() == ["orders/confirmed"]
    assert Invoice.objects.get().name == "Anna Jansen"


def test_the_buyer_is_sent_to_paypal_with_amounts_and_without_name_or_address(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant, heads: Variant
) -> None:
    shopper.puts(heads)

    order = place()

    [seen] = paypal.orders()
    [unit] = seen["purchase_units"]
    assert unit["amount"] == {
        "currency_code": "EUR",
        "value": "154.90",
        "breakdown": {
            "item_total": {"currency_code": "EUR", "value": "154.90"},
            "shipping": {"currency_code": "EUR", "value": "0.00"},
        },
    }
    assert {item["unit_amount"]["value"] for item in unit["items"]} == {"24.95", "129.95"}
    assert (unit["custom_id"], unit["invoice_id"]) == (order.custom_id, f"{order.number}-1")
    for value in (order.email, order.phone, "Jansen", "Lindenlaan", "1015"):
        assert value not in str(seen)


def test_what_paypal_is_given_is_on_record(place: Place) -> None:
    order = place()

    told = Disclosure.objects.get()

    assert (told.recipient, told.purpose) == ("paypal", "payment")
    assert (told.email, told.about) == ("anna@example.com", f"order:{order.pk}")


def test_coming_back_twice_confirms_once(place: Place, paypal: PayPal, shopper: Shopper) -> None:
    order = place()
    paypal.approve(order)

    shopper.returns(order)
    shopper.returns(order)

    assert paypal.money() == [("capture", "129.95")]
    assert kinds() == ["orders/confirmed"]
    assert order.events.filter(kind="order_confirmed").count() == 1


def test_coming_back_unapproved_takes_nothing_and_offers_to_pay(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()

    shopper.returns(order)

    assert "Your order is not paid yet" in shopper.sees(order)
    assert paypal.money() == []
    assert kinds() == []


def test_turning_back_at_paypal_keeps_the_order_and_its_way_to_paypal(
    place: Place, shopper: Shopper, brush: Variant
) -> None:
    order = place()

    shopper.client.get(f"/en/orders/{order.token}/cancelled/?token=X")

    assert "Pay at PayPal" in shopper.sees(order)
    assert shopper.presses("pay", order).url == attempt_of(order).approve_url
    brush.refresh_from_db()
    assert brush.reserved == 1
    assert order.attempts.count() == 1


def test_a_foreign_payment_in_the_return_address_changes_nothing(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)

    for named in ("", "5O190127TN364715T", "x" * 500):
        assert shopper.returns(order, token=named).status_code == 302
    assert shopper.returns(order, token="\x00").status_code == 404

    assert attempt_of(order).state == State.REDIRECTED
    assert paypal.money() == []


def test_a_declined_card_goes_back_to_paypal_with_the_same_order(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    before = attempt_of(order)
    paypal.approve(order, "decline")

    answer = shopper.returns(order)

    assert answer.url == before.approve_url
    assert "The payment did not go through" in shopper.sees(order)
    after = attempt_of(order)
    assert (after.pk, after.paypal_id) == (before.pk, before.paypal_id)
    assert after.capture_request_id != before.capture_request_id
    assert paypal.money() == []

    paypal.approve(order)
    shopper.returns(order)

    assert paypal.money() == [("capture", "129.95")]
    assert "Thank you" in shopper.sees(order)


@pytest.mark.parametrize("issue", ["PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED"])
def test_a_payment_the_buyer_must_act_on_goes_back_to_paypal(
    place: Place, paypal: PayPal, shopper: Shopper, issue: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "issue", issue=issue)

    answer = shopper.returns(order)

    assert answer.url == attempt_of(order).approve_url
    assert attempt_of(order).state == State.REDIRECTED


@pytest.mark.parametrize(
    ("issue", "told"),
    [
        ("PAYER_CANNOT_PAY", []),
        ("TRANSACTION_REFUSED", []),
        ("COMPLIANCE_VIOLATION", []),
        ("SOMETHING_NEW", ["unknown_refusal"]),
    ],
)
def test_a_refusal_ends_the_payment_and_a_new_one_can_be_made(
    place: Place, paypal: PayPal, shopper: Shopper, issue: str, told: list[str]
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "issue", issue=issue)

    shopper.returns(order)

    first = attempt_of(order)
    assert first.state == State.DECLINED
    assert "The payment did not go through" in shopper.sees(order)
    assert alerts() == told
    later(minutes=30)
    assert paypal.money() == []

    shopper.presses("pay", order)
    second = attempt_of(order)
    assert second.position == 2
    assert second.create_request_id != first.create_request_id
    paypal.approve(order)
    shopper.returns(order)
    assert paypal.money() == [("capture", "129.95")]


def test_an_invoice_id_known_to_paypal_is_looked_up_and_replaced(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "issue", issue="DUPLICATE_INVOICE_ID")
    shopper.returns(order)

    shopper.presses("pay", order)
    paypal.approve(order)
    shopper.returns(order)

    assert [o["purchase_units"][0]["invoice_id"] for o in paypal.orders()] == [
        f"{order.number}-1",
        f"{order.number}-2",
    ]
    assert paypal.money() == [("capture", "129.95")]


@pytest.mark.parametrize("issue", ["ORDER_ALREADY_CAPTURED", "ORDER_COMPLETION_IN_PROGRESS"])
def test_a_payment_said_to_be_taken_is_looked_up_and_not_believed(
    place: Place, paypal: PayPal, shopper: Shopper, issue: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "issue", issue=issue)

    shopper.returns(order)

    assert attempt_of(order).state == State.UNKNOWN
    assert "We are checking your payment" in shopper.sees(order)
    later(minutes=5)
    assert paypal.money() == [("capture", "129.95")]
    assert "Thank you" in shopper.sees(order)


@pytest.mark.parametrize("silence", SILENCE)
def test_a_capture_without_an_answer_is_checked_and_never_made_twice(
    place: Place, paypal: PayPal, shopper: Shopper, silence: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", silence, times=OFTEN)

    shopper.returns(order)

    assert attempt_of(order).state == State.UNKNOWN
    page = shopper.sees(order)
    assert "We are checking your payment" in page
    assert f"/orders/{order.token}/pay/" not in page
    assert shopper.presses("pay", order).url == f"/en/orders/{order.token}/"
    assert order.attempts.count() == 1
    assert kinds() == []

    later(minutes=5)

    assert paypal.money() == [("capture", "129.95")]
    assert kinds() == ["orders/confirmed"]
    assert "Thank you" in shopper.sees(order)


@pytest.mark.parametrize("silence", ["500", "html-502", "drop", "404", "429"])
def test_silence_when_the_buyer_comes_back_is_checked(
    place: Place, paypal: PayPal, shopper: Shopper, silence: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("get", silence, times=-1)

    shopper.returns(order)

    page = shopper.sees(order)
    assert "We are checking your payment" in page
    assert f"/orders/{order.token}/pay/" not in page
    paypal.works_again()
    later(minutes=1)
    assert paypal.money() == [("capture", "129.95")]
    assert "Thank you" in shopper.sees(order)


def test_silence_for_a_buyer_who_did_not_approve_ends_in_the_way_to_paypal(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.fails("get", "500", times=-1)
    shopper.returns(order)
    assert "We are checking your payment" in shopper.sees(order)

    paypal.works_again()
    later(minutes=1)

    assert "Pay at PayPal" in shopper.sees(order)
    assert paypal.money() == []


def test_a_capture_that_hangs_is_checked(
    place: Place, paypal: PayPal, shopper: Shopper, settings: Settings
) -> None:
    settings.PAYPAL_TIMEOUT = (1, 0.5)
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-timeout", seconds=2)

    shopper.returns(order)

    assert attempt_of(order).state == State.UNKNOWN
    assert "We are checking your payment" in shopper.sees(order)
    later(minutes=5)
    assert paypal.money() == [("capture", "129.95")]
    assert "Thank you" in shopper.sees(order)


@pytest.mark.parametrize("silence", SILENCE)
def test_an_order_paypal_does_not_answer_about_is_kept_and_made_later(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant, silence: str
) -> None:
    paypal.fails("create", silence, times=OFTEN)

    order = place()

    page = shopper.sees(order)
    assert "PayPal does not answer yet. Your order is saved" in page
    brush.refresh_from_db()
    assert brush.reserved == 1
    later(minutes=5)
    assert len(paypal.orders()) == 1
    assert "Pay at PayPal" in shopper.sees(order)
    assert shopper.presses("pay", order).url == attempt_of(order).approve_url


def test_asking_again_for_an_unanswered_order_makes_no_second_one(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    paypal.fails("create", "commit-then-500", times=OFTEN)
    order = place()

    answer = shopper.presses("pay", order)

    assert answer.url == attempt_of(order).approve_url
    assert len(paypal.orders()) == 1
    assert order.attempts.count() == 1


def test_an_order_paypal_refuses_is_kept_and_staff_is_told(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    paypal.fails("create", "issue", issue="PAYEE_ACCOUNT_RESTRICTED")

    order = place()

    assert "The payment did not go through" in shopper.sees(order)
    assert alerts() == ["unknown_refusal"]


@pytest.mark.parametrize("fault", ["401", "429", "in-progress", "404", "500"])
def test_a_passing_fault_is_not_seen_by_the_buyer(
    place: Place, paypal: PayPal, shopper: Shopper, fault: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", fault)

    shopper.returns(order)

    assert "Thank you" in shopper.sees(order)
    assert paypal.money() == [("capture", "129.95")]


@pytest.mark.parametrize("fault", ["404", "401", "429", "in-progress"])
def test_a_lasting_fault_is_unknown_and_never_a_failure(
    place: Place, paypal: PayPal, shopper: Shopper, fault: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", fault, times=-1)

    shopper.returns(order)

    assert attempt_of(order).state == State.UNKNOWN
    assert "We are checking your payment" in shopper.sees(order)
    paypal.works_again()
    later(minutes=5)
    assert "Thank you" in shopper.sees(order)


def test_wrong_credentials_lose_nothing_and_alert_staff(
    place: Place, shopper: Shopper, settings: Settings, brush: Variant
) -> None:
    settings.PAYPAL_CLIENT_SECRET = "wrong"

    order = place()

    assert "PayPal does not answer yet" in shopper.sees(order)
    assert alerts() == ["paypal_refuses_us"]


def test_without_a_paypal_an_order_is_kept(
    place: Place, shopper: Shopper, settings: Settings
) -> None:
    settings.PAYPAL_LOCAL_URL = ""

    order = place()

    assert "PayPal does not answer yet" in shopper.sees(order)
    assert alerts() == ["paypal_refuses_us"]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_paypal_is_asked(
    paypal: PayPal, place: Place, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "slow", seconds=1.5)
    open_ones: list[int] = []

    def come_back() -> None:
        try:
            shopper.returns(order)
        finally:
            connection.close()

    buyer = threading.Thread(target=come_back)
    buyer.start()
    while buyer.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%%' AND now() - state_change > '0.3s'"
            )
            open_ones.append(cursor.fetchone()[0])
        time.sleep(0.05)
    buyer.join()

    assert len(open_ones) > 10
    assert set(open_ones) == {0}
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED


def test_a_payment_under_review_has_its_page_and_mail_and_no_second_try(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")

    shopper.returns(order)

    assert attempt_of(order).state == State.PENDING_REVIEW
    page = shopper.sees(order)
    assert "PayPal is reviewing your payment" in page
    assert f"/orders/{order.token}/pay/" not in page
    assert kinds() == ["orders/pending"]
    later(days=2)
    order.refresh_from_db()
    assert order.state == Order.State.PLACED

    paypal.decide(order, "COMPLETED")
    later(days=3)

    assert kinds() == ["orders/confirmed", "orders/pending"]
    order.refresh_from_db()
    brush.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert (brush.on_hand, brush.reserved) == (4, 0)


def test_a_payment_denied_after_review_is_declined(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)

    paypal.decide(order, "DENIED")
    later(hours=2)

    assert attempt_of(order).state == State.DECLINED
    assert "The payment did not go through" in shopper.sees(order)
    assert paypal.money() == []


def test_a_declined_capture_is_declined(place: Place, paypal: PayPal, shopper: Shopper) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "declined")

    shopper.returns(order)

    assert attempt_of(order).state == State.DECLINED
    assert "The payment did not go through" in shopper.sees(order)


@pytest.mark.parametrize("wrong", ["wrong-amount", "wrong-currency"])
def test_money_that_is_not_the_order_s_pays_nothing_and_alerts_staff(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant, wrong: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", wrong)

    shopper.returns(order)
    later(days=1)

    order.refresh_from_db()
    brush.refresh_from_db()
    assert order.state == Order.State.PLACED
    assert brush.on_hand == 5
    assert alerts() == ["wrong_amount"]
    assert kinds() == []
    page = shopper.sees(order)
    assert "does not match your order" in page
    assert f"/orders/{order.token}/pay/" not in page


def test_an_order_completed_without_a_capture_proves_nothing(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "empty-captures")

    shopper.returns(order)

    assert attempt_of(order).state == State.UNKNOWN
    assert alerts() == ["puzzling_answer"]
    assert "We are checking your payment" in shopper.sees(order)
    later(minutes=5)
    assert "Thank you" in shopper.sees(order)


def test_invoice_numbers_have_no_gap(
    paypal: PayPal, shopper: Shopper, brush: Variant, place: Place
) -> None:
    orders = [place() for _ in range(4)]
    for order in orders[::2]:
        paypal.approve(order)
        shopper.returns(order)

    year = timezone.localtime().year
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [
        f"F{year}-000001",
        f"F{year}-000002",
    ]
