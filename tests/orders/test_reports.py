"""What each kind of event makes the shop look up, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.test import Client

from orders.models import Dispute, Order, OrderEvent, PaymentAttempt, WebhookEvent
from tests.orders.backwards import asks, sent
from tests.orders.conftest import SECRET
from tests.orders.shop import Letterbox, PayPal, Shopper, attempt_of, deliver, key

State = PaymentAttempt.State
Place = Callable[..., Order]


class Post:
    """Hands on what PayPal posts, the newest first tried."""

    def __init__(self, client: Client, box: Letterbox) -> None:
        self.client, self.box, self.read = client, box, 0

    def skip(self, count: int) -> None:
        """What came is known or lost on the way."""
        self.box.wait(self.read + count)
        self.read += count

    def deliver(self) -> int:
        """The next one, and what the shop answers."""
        self.read += 1
        letter = self.box.wait(self.read)[self.read - 1]
        return deliver(self.client, letter).status_code


@pytest.fixture
def post(client: Client, letterbox: Letterbox) -> Post:
    return Post(client, letterbox)


@pytest.fixture
def paid(place: Place, paypal: PayPal, shopper: Shopper, post: Post) -> Order:
    order = place()
    paypal.approve(order)
    shopper.returns(order)
    post.skip(3)  # approved, completed, captured
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    return order


def alerts() -> list[tuple[str, str]]:
    return list(OrderEvent.objects.filter(alert=True).values_list("kind", "detail"))


def taken_elsewhere(paypal: PayPal, custom_id: str) -> dict[str, Any]:
    """Money that the account took for an order this shop's database does not know."""

    def say(path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Prefer": "return=representation"}
        return requests.post(f"{paypal.url}{path}", json=body, headers=headers, timeout=10).json()

    token = requests.post(
        f"{paypal.url}/v1/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=("local", SECRET),
        timeout=10,
    ).json()["access_token"]
    unit = {"custom_id": custom_id, "amount": {"currency_code": "EUR", "value": "10.00"}}
    made = say("/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [unit]})
    paypal.say("POST", f"orders/{made['id']}/approve", {})
    said = say(f"/v2/checkout/orders/{made['id']}/capture", {})
    capture: dict[str, Any] = said["purchase_units"][0]["payments"]["captures"][0]
    return capture


@pytest.mark.parametrize("kind", ["CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.COMPLETED"])
def test_an_order_s_event_is_looked_up(place: Place, paypal: PayPal, post: Post, kind: str) -> None:
    order = place()
    paypal.approve(order)
    post.skip(1)

    paypal.reports(kind, {"id": key(order)})

    assert post.deliver() == 200
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED


@pytest.mark.parametrize("how", ["related", "link", "neither"])
def test_a_capture_s_event_leads_to_its_order(
    place: Place, paypal: PayPal, shopper: Shopper, post: Post, how: str
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-500", times=3)
    shopper.returns(order)
    post.skip(3)
    resource: dict[str, Any] = {"id": paypal.capture(order)}
    if how == "related":
        resource["supplementary_data"] = {"related_ids": {"order_id": key(order)}}
    if how == "link":
        href = f"{paypal.url}/v2/checkout/orders/{key(order)}"
        resource["links"] = [{"rel": "up", "href": href}]

    paypal.reports("PAYMENT.CAPTURE.COMPLETED", resource)

    assert post.deliver() == 200
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED


def test_a_payment_under_review_is_decided_by_its_event(
    place: Place, paypal: PayPal, shopper: Shopper, post: Post
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)
    post.skip(3)
    assert attempt_of(order).state == State.PENDING_REVIEW

    paypal.decide(order, "DENIED")

    assert post.deliver() == 200
    assert attempt_of(order).state == State.DECLINED


def test_an_approval_that_paypal_calls_off_ends_the_payment(
    place: Place, paypal: PayPal, shopper: Shopper, post: Post
) -> None:
    order = place()
    paypal.approve(order)
    post.skip(1)

    paypal.reverse_approval(order)

    assert post.deliver() == 200
    assert attempt_of(order).state == State.DECLINED
    assert paypal.money() == []
    assert "The payment did not go through" in shopper.sees(order)
    assert shopper.presses("pay", order).url == attempt_of(order).approve_url
    assert attempt_of(order).position == 2


def test_an_approval_that_lapsed_asks_the_buyer_again(
    place: Place, paypal: PayPal, shopper: Shopper, post: Post
) -> None:
    order = place()
    paypal.approve(order)
    post.skip(1)
    order.attempts.update(state=State.APPROVED)  # seen so, and then the shop was down
    paypal.lapse(order)

    paypal.reports("CHECKOUT.PAYMENT-APPROVAL.REVERSED", {"order_id": key(order)})

    assert post.deliver() == 200
    assert attempt_of(order).state == State.REDIRECTED
    assert "Your order is not paid yet" in shopper.sees(order)
    assert paypal.money() == []


def test_a_refund_made_at_paypal_is_put_on_record_once(
    paid: Order, paypal: PayPal, post: Post
) -> None:
    said = paypal.refund_externally(paid, "29.95")

    assert post.deliver() == 200
    paypal.reports("PAYMENT.CAPTURE.REFUNDED", said)
    assert post.deliver() == 200

    assert [(r.state, r.amount) for r in paid.refunds.all()] == [("external", Decimal("29.95"))]
    paid.refresh_from_db()
    assert paid.paid == Decimal("100.00")


def test_money_that_paypal_takes_back_is_put_on_record(
    paid: Order, paypal: PayPal, post: Post
) -> None:
    paypal.reverse(paid)

    assert post.deliver() == 200

    paid.refresh_from_db()
    assert paid.paid == Decimal("0.00")
    assert paid.refunds.get().state == "external"
    page = Client().get(f"/en/orders/{paid.token}/").content.decode()
    assert "The payment went back" in page
    assert "Handed to the carrier" not in page
    assert "Being packed" not in page
    assert "on its way to our packers" not in page


def test_a_refund_s_event_tells_how_it_ended(paid: Order, paypal: PayPal, post: Post) -> None:
    paypal.fails("refund", "pending")
    refund = sent(asks(paid, "10.00"))
    assert refund.state == "pending"
    post.skip(1)

    paypal.settle_refund(str(refund.paypal_id), "FAILED")

    assert post.deliver() == 200
    refund.refresh_from_db()
    assert refund.state == "failed"


def test_an_order_refunded_in_part_before_we_heard_that_it_is_paid_is_paid(
    place: Place, paypal: PayPal, shopper: Shopper, post: Post
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-500", times=3)
    shopper.returns(order)
    post.skip(3)
    paypal.refund_externally(order, "5.00")

    assert post.deliver() == 200

    order.refresh_from_db()
    assert (order.state, order.paid) == (Order.State.CONFIRMED, Decimal("124.95"))


def test_a_dispute_is_kept_and_staff_is_told(paid: Order, paypal: PayPal, post: Post) -> None:
    dispute = paypal.open_dispute(paid, amount="24.95", reason="OTHER")

    assert post.deliver() == 200

    row = Dispute.objects.get()
    assert (row.attempt, row.paypal_id) == (attempt_of(paid), dispute)
    assert (row.state, row.stage, row.reason) == ("open", "INQUIRY", "OTHER")
    assert (row.amount, row.outcome, row.resolved_at) == (Decimal("24.95"), "", None)
    assert alerts() == [("dispute_opened", "OTHER")]


def test_a_dispute_told_of_twice_is_one(paid: Order, paypal: PayPal, post: Post) -> None:
    dispute = paypal.open_dispute(paid)
    post.deliver()

    paypal.reports("CUSTOMER.DISPUTE.CREATED", {"dispute_id": dispute})

    assert post.deliver() == 200
    assert Dispute.objects.count() == 1
    assert len(alerts()) == 1


@pytest.mark.parametrize("outcome", ["RESOLVED_SELLER_FAVOUR", "RESOLVED_BUYER_FAVOUR"])
def test_a_dispute_ends_as_paypal_decides(
    paid: Order, paypal: PayPal, post: Post, outcome: str
) -> None:
    dispute = paypal.open_dispute(paid)
    post.deliver()
    paypal.update_dispute(dispute, stage="CHARGEBACK")
    post.deliver()
    assert Dispute.objects.get().stage == "CHARGEBACK"

    paypal.resolve_dispute(dispute, outcome)
    post.skip(outcome == "RESOLVED_BUYER_FAVOUR")  # the reversal's own event
    assert post.deliver() == 200

    row = Dispute.objects.get()
    assert (row.state, row.outcome) == ("resolved", outcome)
    assert row.resolved_at is not None
    assert ("dispute_resolved", outcome) in alerts()


def test_the_events_of_a_dispute_may_come_in_any_order(
    paid: Order, paypal: PayPal, post: Post, letterbox: Letterbox, client: Client
) -> None:
    dispute = paypal.open_dispute(paid)
    paypal.resolve_dispute(dispute, "RESOLVED_SELLER_FAVOUR")
    created, resolved = letterbox.wait(5)[3:]

    for letter in (resolved, created):
        assert deliver(client, letter).status_code == 200

    assert Dispute.objects.get().state == "resolved"
    assert sorted(kind for kind, _ in alerts()) == ["dispute_opened", "dispute_resolved"]


def test_nothing_is_kept_of_what_a_buyer_writes_or_who_he_is(
    paid: Order, paypal: PayPal, post: Post
) -> None:
    paypal.open_dispute(paid)
    post.deliver()

    kept = str(Dispute.objects.values().get()) + str(WebhookEvent.objects.values())
    assert "Test Buyer" not in kept
    assert "buyer@" not in kept


def test_a_dispute_of_another_shop_s_money_is_not_ours(
    db: None, paypal: PayPal, post: Post
) -> None:
    capture = taken_elsewhere(paypal, "another-shop-17")
    post.skip(3)
    paypal.say("POST", f"captures/{capture['id']}/dispute", {})

    assert post.deliver() == 200

    assert not Dispute.objects.exists()


def test_money_of_ours_that_is_not_here_yet_is_to_be_reported_again(
    db: None, paypal: PayPal, post: Post
) -> None:
    capture = taken_elsewhere(paypal, f"soocas-{uuid4()}")
    post.skip(3)
    paypal.say("POST", f"captures/{capture['id']}/dispute", {})
    paypal.say("POST", f"captures/{capture['id']}/refund", {"amount": "1.00"})

    assert [post.deliver(), post.deliver()] == [503, 503]

    assert not Dispute.objects.exists()
    assert not WebhookEvent.objects.exclude(handled_at=None).exists()


@pytest.mark.parametrize("on", ["get_dispute", "get"])
def test_a_dispute_paypal_does_not_show_is_to_be_reported_again(
    paid: Order, paypal: PayPal, post: Post, letterbox: Letterbox, client: Client, on: str
) -> None:
    paypal.open_dispute(paid)
    paypal.fails(on, "500", times=-1)

    assert post.deliver() == 503

    paypal.works_again()
    assert deliver(client, letterbox.letters[-1]).status_code == 200
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("BILLING.SUBSCRIPTION.CREATED", {"id": "I-1", "subscriber": {"name": "Anna Jansen"}}),
        ("CUSTOMER.MERCHANT-INTEGRATION.X", {"email_address": "anna@example.com"}),
        ("", {}),
        ("payment\x00capture", {"id": "1"}),
    ],
)
def test_a_kind_that_is_of_no_use_is_kept_as_seen_without_a_word_of_it(
    db: None, paypal: PayPal, post: Post, kind: str, resource: dict[str, Any]
) -> None:
    paypal.reports(kind, resource)
    for asked in ("get", "get_capture", "get_dispute"):  # nobody is
        paypal.fails(asked, "500", times=-1)

    assert post.deliver() == 200

    row = WebhookEvent.objects.get()
    assert row.handled_at is not None
    assert "nna" not in str(WebhookEvent.objects.values().get())


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("CHECKOUT.ORDER.APPROVED", {}),
        ("CHECKOUT.ORDER.APPROVED", {"id": 17}),
        ("CHECKOUT.ORDER.APPROVED", {"id": "\x00"}),
        ("PAYMENT.CAPTURE.COMPLETED", {"links": "x", "supplementary_data": []}),
        ("PAYMENT.CAPTURE.REFUNDED", {"links": [None, {"rel": "up", "href": 1}]}),
        ("PAYMENT.REFUND.FAILED", {}),
        ("CUSTOMER.DISPUTE.CREATED", {"dispute_id": None}),
    ],
)
def test_an_event_that_names_nothing_is_only_kept(
    db: None, paypal: PayPal, post: Post, kind: str, resource: dict[str, Any]
) -> None:
    paypal.reports(kind, resource)

    assert post.deliver() == 200
    assert WebhookEvent.objects.get().kind == kind


@pytest.mark.parametrize("resource", [[], "x", None, 3])
def test_an_event_without_a_resource_is_only_kept(
    db: None, paypal: PayPal, post: Post, resource: Any
) -> None:
    paypal.reports("CHECKOUT.ORDER.APPROVED", resource)

    assert post.deliver() == 200


def test_half_an_address_in_a_link_breaks_nothing(
    paid: Order, paypal: PayPal, post: Post, client: Client
) -> None:
    resource = {"id": "R-1", "links": [{"rel": "up", "href": "http://[bad"}]}
    paypal.reports("PAYMENT.CAPTURE.REFUNDED", resource)

    assert post.deliver() in {200, 503}
