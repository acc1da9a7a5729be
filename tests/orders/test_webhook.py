"""PayPal's messages: believed for their signature, and then only as a reason to ask."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from uuid import uuid4

import pytest
import requests
from django.db import connection
from django.test import Client
from pytest_django import Settings

from orders.models import Order, PaymentAttempt, WebhookEvent
from outbox.models import Message
from tests.orders.conftest import SECRET
from tests.orders.server import Server
from tests.orders.shop import Letterbox, PayPal, Shopper, attempt_of, deliver

State = PaymentAttempt.State
Place = Callable[..., Order]


def created_elsewhere(paypal: PayPal, custom_id: str) -> str:
    """An order on the same PayPal account that this shop's database does not know."""
    token = requests.post(
        f"{paypal.url}/v1/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=("local", SECRET),
        timeout=10,
    ).json()["access_token"]
    made = requests.post(
        f"{paypal.url}/v2/checkout/orders",
        json={
            "intent": "CAPTURE",
            "purchase_units": [
                {
                    "custom_id": custom_id,
                    "invoice_id": "2026-999999-1",
                    "amount": {"currency_code": "EUR", "value": "10.00"},
                }
            ],
        },
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).json()
    paypal.say("POST", f"orders/{made['id']}/approve", {})
    return str(made["id"])


def test_a_buyer_who_closed_the_window_after_approving_has_paid(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    order = place()
    paypal.approve(order)

    answer = deliver(client, letterbox.wait()[0])

    assert answer.status_code == 200
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert paypal.money() == [("capture", "129.95")]


def test_webhook_and_return_confirm_once(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    approved = letterbox.wait()[0]

    deliver(client, approved)
    shopper.returns(order)
    completed = letterbox.wait(2)[1]
    for letter in (completed, approved, completed, approved):
        assert deliver(client, letter).status_code == 200

    assert paypal.money() == [("capture", "129.95")]
    assert [m.kind for m in Message.objects.order_by("pk")] == ["orders/placed", "orders/confirmed"]
    assert WebhookEvent.objects.count() == 2
    assert order.events.filter(kind="order_confirmed").count() == 1


def test_messages_out_of_order_end_the_same(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    shopper.returns(order)
    approved, completed, _ = letterbox.wait(3)

    assert deliver(client, completed).status_code == 200
    assert deliver(client, approved).status_code == 200

    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert paypal.money() == [("capture", "129.95")]


FORGERIES = {
    "another signature": {"transmission_sig": "AAAA" * 86},
    "no base64": {"transmission_sig": "%%%"},
    "not even ASCII": {"transmission_sig": "é"},
    "another time": {"transmission_time": "2020-01-01T00:00:00Z"},
    "another id": {"transmission_id": "00000000-0000-0000-0000-000000000000"},
    "a weak algorithm": {"auth_algo": "SHA1withRSA"},
    "no signature": {"transmission_sig": ""},
    "no certificate": {"cert_url": ""},
    "a certificate elsewhere": {"cert_url": "https://paypal.com.example/cert"},
    "a look-alike": {"cert_url": "https://evil.example\\.paypal.com/cert"},
    "a name in the user part": {"cert_url": "https://api.paypal.com@evil.example/cert"},
    "a fragment": {"cert_url": "https://evil.example/#.paypal.com/cert"},
    "plain http": {"cert_url": "http://api.paypal.com/cert"},
    "a file": {"cert_url": "file:///etc/passwd"},
    "another port": {"cert_url": "https://api.paypal.com:8443/cert"},
}


@pytest.mark.parametrize("changed", FORGERIES.values(), ids=list(FORGERIES))
def test_a_forged_message_is_refused_and_nothing_is_kept(
    place: Place,
    paypal: PayPal,
    letterbox: Letterbox,
    client: Client,
    changed: dict[str, str],
) -> None:
    order = place()
    paypal.approve(order)

    answer = deliver(client, letterbox.wait()[0], **changed)

    assert answer.status_code == 400
    assert attempt_of(order).state == State.REDIRECTED
    assert not WebhookEvent.objects.exists()


def test_a_changed_body_is_refused(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    order = place()
    paypal.approve(order)
    headers, body = letterbox.wait()[0]

    for changed in (body + b" ", body.replace(b"EUR", b"USD"), b"", b"{", b"[]"):
        assert deliver(client, (headers, changed)).status_code == 400

    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("forgery", ["forged", "forged-chain", "foreign-host"])
def test_a_message_signed_by_another_is_refused(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client, forgery: str
) -> None:
    order = place()
    paypal.fails("webhook", forgery)
    paypal.approve(order)

    assert deliver(client, letterbox.wait()[0]).status_code == 400

    assert attempt_of(order).state == State.REDIRECTED
    assert not WebhookEvent.objects.exists()


def test_a_message_for_another_webhook_is_refused(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client, settings: Settings
) -> None:
    order = place()
    paypal.approve(order)
    settings.PAYPAL_WEBHOOK_ID = "8PT597110X687430L"

    assert deliver(client, letterbox.wait()[0]).status_code == 400


@pytest.mark.parametrize("environment", ["live", "sandbox"])
def test_outside_a_checkout_a_certificate_of_this_machine_is_refused_unfetched(
    place: Place,
    paypal: PayPal,
    letterbox: Letterbox,
    client: Client,
    settings: Settings,
    environment: str,
) -> None:
    order = place()
    paypal.approve(order)
    letter = letterbox.wait()[0]
    with Letterbox() as trap:
        settings.PAYPAL_ENVIRONMENT, settings.PAYPAL_LOCAL_URL = environment, ""

        assert deliver(client, letter).status_code == 400
        assert deliver(client, letter, cert_url=f"{trap.url}cert").status_code == 400

        assert trap.letters == []


def test_a_certificate_that_cannot_be_had_is_neither_true_nor_forged(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    order = place()
    paypal.approve(order)
    letter = letterbox.wait()[0]

    answer = deliver(client, letter, cert_url=f"{paypal.url}/v1/notifications/certs/GONE")

    assert answer.status_code == 503
    assert not WebhookEvent.objects.exists()


def test_made_up_messages_do_not_hold_up_the_shop(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    """Each names another certificate that never comes: a few threads wait for it, no more."""
    order = place()
    paypal.approve(order)
    letter = letterbox.wait()[0]
    with Server() as mute, ThreadPoolExecutor(8) as pool:

        def forge(_: int) -> int:
            try:
                return deliver(Client(), letter, cert_url=f"{mute.url}/mute").status_code
            finally:
                connection.close()

        calls = as_completed([pool.submit(forge, n) for n in range(8)], timeout=8)
        first = [next(calls).result() for _ in range(6)]
        waiting = mute.paths().count("/mute")
        mute.over.set()
        list(calls)

    assert first == [503] * 6
    assert waiting == 2


def test_paypal_silent_when_its_message_comes_is_asked_for_it_again(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    order = place()
    paypal.approve(order)
    letter = letterbox.wait()[0]
    paypal.fails("get", "500", times=-1)

    assert deliver(client, letter).status_code == 503

    paypal.works_again()
    assert deliver(client, letter).status_code == 200
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED


def test_an_order_of_another_shop_on_the_account_is_not_ours(
    db: None, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    created_elsewhere(paypal, "another-shop-17")

    assert deliver(client, letterbox.wait()[0]).status_code == 200

    assert paypal.money() == []


def test_an_order_of_ours_that_is_not_here_yet_is_to_be_reported_again(
    db: None, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    created_elsewhere(paypal, f"soocas-{uuid4()}")

    assert deliver(client, letterbox.wait()[0]).status_code == 503

    assert paypal.money() == []


def test_an_order_whose_making_was_not_answered_is_known_by_its_message(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    paypal.fails("create", "commit-then-drop", times=3)
    order = place()
    assert attempt_of(order).paypal_id is None
    [seen] = paypal.orders()
    paypal.say("POST", f"orders/{seen['id']}/approve", {})

    assert deliver(client, letterbox.wait()[0]).status_code == 200

    assert attempt_of(order).paypal_id == seen["id"]
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED


def test_the_inbox_keeps_no_content(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    order = place()
    paypal.approve(order)
    letter = letterbox.wait()[0]
    assert b"buyer@example.test" in letter[1]

    deliver(client, letter)

    row = WebhookEvent.objects.values().get()
    assert row["event_id"] == json.loads(letter[1])["id"]
    assert "buyer" not in str(row)


def test_only_posts_are_taken(client: Client) -> None:
    assert client.get("/paypal/webhook").status_code == 405


def test_an_event_that_was_handled_is_not_asked_about_again(
    place: Place, paypal: PayPal, letterbox: Letterbox, client: Client
) -> None:
    paypal.approve(place())
    letter = letterbox.wait()[0]
    assert deliver(client, letter).status_code == 200
    paypal.fails("get", "500", times=-1)

    assert deliver(client, letter).status_code == 200
