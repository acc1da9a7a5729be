"""Whose certificate may sign PayPal's messages: chains of our own, each with one thing wrong."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.test import Client
from pytest_django import Settings

from orders.models import WebhookEvent
from orders.paypal import signature
from tests.orders.server import Server
from tests.orders.shop import PayPal, deliver

SUBJECT = "messageverificationcerts.paypal.com"
DAY = timedelta(days=1)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # one for all: keys are slow
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(name: str, issuer: str, **changed: Any) -> x509.Certificate:
    """Signed by KEY; ``ca``, ``begins``, ``ends`` in days from now, ``key``."""
    said: dict[str, Any] = {"ca": False, "begins": -1, "ends": 1, "key": KEY, **changed}
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(said["key"].public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + said["begins"] * DAY)
        .not_valid_after(now + said["ends"] * DAY)
        .add_extension(x509.BasicConstraints(ca=said["ca"], path_length=None), critical=True)
        .sign(KEY, hashes.SHA256())
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


ROOT = certificate("Root", "Root", ca=True)
Post = Callable[..., int]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def post(
    db: None, paypal: PayPal, settings: Settings, server: Server, client: Client, tmp_path: Path
) -> Post:
    """Send a signed event whose certificate is this chain, and pin this root; the answer."""

    def posted(*chain: x509.Certificate, root: x509.Certificate = ROOT) -> int:
        pinned = tmp_path / "roots.crt"
        pinned.write_bytes(pem(root))
        settings.PAYPAL_WEBHOOK_ROOTS = str(pinned)
        server.answers.setdefault("/cert", pem(*chain))
        return deliver(client, _event(server.url)).status_code

    return posted


def _event(url: str) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"id": f"WH-{uuid4()}", "event_type": "OF.NO.USE"}).encode()
    said = {"transmission-id": str(uuid4()), "transmission-time": "2026-11-24T12:00:00Z"}
    message = "|".join([*said.values(), "local", str(zlib.crc32(body))]).encode()
    signed = KEY.sign(message, padding.PKCS1v15(), hashes.SHA256())
    said |= {"transmission-sig": base64.b64encode(signed).decode()}
    said |= {"auth-algo": "SHA256withRSA", "cert-url": f"{url}/cert"}
    return {f"PAYPAL-{name.upper()}": value for name, value in said.items()}, body


def test_a_certificate_under_a_pinned_root_is_believed(post: Post) -> None:
    assert post(certificate(SUBJECT, "Root")) == 200
    assert WebhookEvent.objects.count() == 1


def test_so_is_one_under_an_authority_that_the_root_vouches_for(post: Post) -> None:
    between = certificate("Between", "Root", ca=True)

    assert post(certificate(SUBJECT, "Between"), between) == 200


LEAF = certificate(SUBJECT, "Root")
WRONG: dict[str, tuple[list[x509.Certificate], x509.Certificate]] = {
    "another subject": ([certificate("api.paypal.com", "Root")], ROOT),
    "expired": ([certificate(SUBJECT, "Root", begins=-3, ends=-1)], ROOT),
    "not yet valid": ([certificate(SUBJECT, "Root", begins=1, ends=3)], ROOT),
    "an expired root": ([LEAF], certificate("Root", "Root", ca=True, begins=-3, ends=-1)),
    "a root nobody pinned": (
        [certificate(SUBJECT, "Own"), certificate("Own", "Own", ca=True)],
        ROOT,
    ),
    "an authority that is none": (
        [certificate(SUBJECT, "Between"), certificate("Between", "Root", ca=False)],
        ROOT,
    ),
    "an authority that expired": (
        [
            certificate(SUBJECT, "Between"),
            certificate("Between", "Root", ca=True, begins=-3, ends=-1),
        ],
        ROOT,
    ),
    "a key of another kind": ([certificate(SUBJECT, "Root", key=EC_KEY)], ROOT),
}


@pytest.mark.parametrize(("chain", "root"), WRONG.values(), ids=list(WRONG))
def test_a_chain_with_one_thing_wrong_is_refused(
    post: Post, chain: list[x509.Certificate], root: x509.Certificate
) -> None:
    assert post(*chain, root=root) == 400

    assert not WebhookEvent.objects.exists()


def test_what_is_no_certificate_is_refused(post: Post, server: Server) -> None:
    server.answers["/cert"] = b"<html>"

    assert post() == 400


def test_a_certificate_is_not_looked_for_elsewhere(post: Post, server: Server) -> None:
    server.statuses["/cert"] = [302]
    server.answers["/elsewhere"] = pem(LEAF)

    assert post() == 503

    assert "/elsewhere" not in server.paths()


def test_a_certificate_that_is_too_large_is_not_read(post: Post, server: Server) -> None:
    server.answers["/cert"] = pem(LEAF) + b"\n" * signature.LARGEST

    assert post() == 503


def test_a_certificate_is_fetched_once(post: Post, server: Server) -> None:
    assert [post(LEAF), post(LEAF)] == [200, 200]

    assert server.paths().count("/cert") == 1


def test_a_certificate_that_is_kept_is_judged_anew_each_time(post: Post) -> None:
    assert post(LEAF) == 200

    assert post(LEAF, root=certificate("Other", "Other", ca=True)) == 400


def test_a_refused_certificate_is_not_kept(post: Post, server: Server) -> None:
    stranger = certificate("api.paypal.com", "Root")
    assert post(stranger) == 400
    server.answers["/cert"] = pem(LEAF)

    assert post() == 200
