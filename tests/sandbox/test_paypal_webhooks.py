"""Webhooks as a shop meets them: it pins the root and trusts nothing else."""

from __future__ import annotations

import base64
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tests.sandbox.paypal import PayPal
from tests.sandbox.process import Process, Start

HOST = "messageverificationcerts.paypal.com"
Delivery = tuple[dict[str, str], bytes]


class Shop:
    """A web server that keeps what is delivered to it, refusing the first ones if told."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.refuse = 0
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                refused = shop.refuse > 0
                shop.refuse -= refused
                if not refused:
                    shop.deliveries.append(({k.upper(): v for k, v in self.headers.items()}, raw))
                self.send_response(503 if refused else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/paypal/webhook"

    @property
    def kinds(self) -> list[str]:
        return [json.loads(raw)["event_type"] for _, raw in self.deliveries]

    def waits_for(self, count: int) -> None:
        wait_until(lambda: len(self.deliveries) >= count)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def wait_until(done: Callable[[], bool]) -> None:
    for _ in range(200):
        if done():
            return
        time.sleep(0.05)
    pytest.fail("it never came")


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture
def paypal(start: Start, shop: Shop) -> PayPal:
    return PayPal(start("paypal", "--webhook-url", shop.url, "--webhook-id", "WH-1"))


def events(paypal: PayPal) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{paypal.url}/control/webhooks", timeout=5).json()
    return found


def check(delivery: Delivery, root: bytes) -> None:
    """What the shop does: chain to the pinned root, then the signature over the raw body."""
    headers, raw = delivery
    pem = requests.get(headers["PAYPAL-CERT-URL"], timeout=5).content
    leaf, *middle = x509.load_pem_x509_certificates(pem)
    store = Store([x509.load_pem_x509_certificate(root)])
    PolicyBuilder().store(store).build_server_verifier(x509.DNSName(HOST)).verify(leaf, middle)
    names = ("TRANSMISSION-ID", "TRANSMISSION-TIME")
    parts = [headers[f"PAYPAL-{name}"] for name in names] + ["WH-1", str(zlib.crc32(raw))]
    signature = base64.b64decode(headers["PAYPAL-TRANSMISSION-SIG"])
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, "|".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())


def root(paypal: PayPal) -> bytes:
    return requests.get(f"{paypal.url}/control/root.pem", timeout=5).content


def ask_paypal(paypal: PayPal, delivery: Delivery, **changed: Any) -> str:
    headers, raw = delivery
    body = {
        "auth_algo": headers["PAYPAL-AUTH-ALGO"],
        "cert_url": headers["PAYPAL-CERT-URL"],
        "transmission_id": headers["PAYPAL-TRANSMISSION-ID"],
        "transmission_sig": headers["PAYPAL-TRANSMISSION-SIG"],
        "transmission_time": headers["PAYPAL-TRANSMISSION-TIME"],
        "webhook_id": "WH-1",
        "webhook_event": json.loads(raw),
    }
    answer = paypal.post("/v1/notifications/verify-webhook-signature", body | changed)
    status: str = answer.json()["verification_status"]
    return status


def test_the_approval_is_told_before_the_browser_returns(paypal: PayPal, shop: Shop) -> None:
    key = paypal.approved()

    [(_, raw)] = shop.deliveries
    event = json.loads(raw)
    assert event["event_type"] == "CHECKOUT.ORDER.APPROVED"
    assert event["resource"]["id"] == key


def test_every_delivery_is_signed_by_a_chain_to_the_root(paypal: PayPal, shop: Shop) -> None:
    key = paypal.approved()
    paypal.capture(key)
    shop.waits_for(3)

    assert shop.kinds == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.COMPLETED",
    ]
    for delivery in shop.deliveries:
        check(delivery, root(paypal))
        assert delivery[0]["PAYPAL-AUTH-ALGO"] == "SHA256withRSA"
        assert ask_paypal(paypal, delivery) == "SUCCESS"
    resource = json.loads(shop.deliveries[1][1])["resource"]
    assert resource["supplementary_data"]["related_ids"]["order_id"] == key


def test_a_changed_body_or_a_wrong_webhook_id_does_not_verify(paypal: PayPal, shop: Shop) -> None:
    paypal.approved()
    [(headers, raw)] = shop.deliveries

    with pytest.raises(InvalidSignature):
        check((headers, raw.replace(b"APPROVED", b"COMPLETE")), root(paypal))
    changed = json.loads(raw) | {"event_type": "PAYMENT.CAPTURE.COMPLETED"}
    assert ask_paypal(paypal, (headers, raw), webhook_event=changed) == "FAILURE"
    assert ask_paypal(paypal, (headers, raw), webhook_id="WH-2") == "FAILURE"
    assert ask_paypal(paypal, (headers, raw), transmission_sig="no base64") == "FAILURE"


def test_a_forged_signature_fails_at_the_shop(paypal: PayPal, shop: Shop) -> None:
    paypal.fault(on="webhook", kind="forged")
    paypal.approved()

    with pytest.raises(InvalidSignature):
        check(shop.deliveries[0], root(paypal))


def test_a_forged_chain_fails_at_the_pinned_root(paypal: PayPal, shop: Shop) -> None:
    paypal.fault(on="webhook", kind="forged-chain")
    paypal.approved()

    with pytest.raises(VerificationError):
        check(shop.deliveries[0], root(paypal))


def test_a_foreign_certificate_address_can_be_sent(paypal: PayPal, shop: Shop) -> None:
    paypal.fault(on="webhook", kind="foreign-host")
    paypal.approved()

    address = shop.deliveries[0][0]["PAYPAL-CERT-URL"]
    assert address.startswith("https://paypal.com.example/")


def test_an_event_that_the_shop_refused_comes_again(paypal: PayPal, shop: Shop) -> None:
    shop.refuse = 2

    paypal.approved()

    assert shop.deliveries == []
    shop.waits_for(1)
    [event] = events(paypal)
    wait_until(lambda: events(paypal)[0]["state"] == "delivered")
    assert event["id"] == json.loads(shop.deliveries[0][1])["id"]


def test_held_events_come_when_released_in_either_order(paypal: PayPal, shop: Shop) -> None:
    paypal.fault(on="webhook", kind="held", times=-1)
    paypal.capture(paypal.approved())
    assert [event["state"] for event in events(paypal)] == ["held"] * 3
    assert shop.deliveries == []

    address = f"{paypal.url}/control/webhooks/release"
    answer = requests.post(address, json={"reverse": True}, timeout=5)

    assert answer.json() == {"released": 3}
    shop.waits_for(3)
    assert shop.kinds[1:] == ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"]


def test_a_reordered_event_comes_after_the_next_one(paypal: PayPal, shop: Shop) -> None:
    key = paypal.create().json()["id"]
    paypal.fault(on="webhook", kind="reordered", seconds=30)

    requests.post(f"{paypal.url}/checkoutnow?token={key}", data={"choice": "close"}, timeout=10)
    paypal.capture(key)
    shop.waits_for(3)

    assert sorted(shop.kinds) == [
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.COMPLETED",
    ]
    assert shop.kinds[0] == "PAYMENT.CAPTURE.COMPLETED"


def test_an_event_can_come_twice_and_be_sent_again(paypal: PayPal, shop: Shop) -> None:
    paypal.fault(on="webhook", kind="duplicated")
    paypal.approved()
    shop.waits_for(2)
    [event] = events(paypal)

    requests.post(f"{paypal.url}/control/webhooks/{event['id']}/resend", timeout=5)
    shop.waits_for(3)

    assert {json.loads(raw)["id"] for _, raw in shop.deliveries} == {event["id"]}


def test_a_denied_review_is_told(paypal: PayPal, shop: Shop) -> None:
    paypal.fault(on="capture", kind="pending", then="DENIED", seconds=0.1)
    paypal.capture(paypal.approved())

    shop.waits_for(4)

    assert shop.kinds == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.PENDING",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.DENIED",
    ]


def test_the_target_can_be_set_while_running(start: Start, shop: Shop) -> None:
    paypal = PayPal(start("paypal"))
    target = {"url": shop.url, "id": "WH-1"}

    assert requests.put(f"{paypal.url}/control/webhook", json=target, timeout=5).json() == target
    paypal.approved()

    check(shop.deliveries[0], root(paypal))


def test_the_pinned_root_and_undelivered_events_survive_a_restart(
    start: Start, shop: Shop, tmp_path: Path
) -> None:
    options = ("--webhook-url", shop.url, "--webhook-id", "WH-1", "--state", str(tmp_path))
    shop.refuse = 1
    first = PayPal(start("paypal", *options))
    pinned = root(first)
    first.approved()
    first.process.stop()

    second: Process = start("paypal", *options, port=first.process.port)
    shop.waits_for(1)

    assert (tmp_path / "root.pem").read_bytes() == pinned
    check(shop.deliveries[-1], pinned)
    assert second.popen.poll() is None
