from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from catalog.models import Category, Product, Variant
from orders import paypal as client
from orders.models import Order
from tests.broker import dead_broker, jobs
from tests.mailbox import inbox, mailbox
from tests.orders.shop import Letterbox, PayPal, Shopper, pays

__all__ = ["dead_broker", "inbox", "jobs", "mailbox"]

ROOT = Path(__file__).parents[2]
SECRET = "s3cret-of-the-shop"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def paypal_process() -> Iterator[str]:
    """The stand-in for PayPal, as a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "sandbox.paypal", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--client-secret", SECRET], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def paypal(paypal_process: str, settings: Settings) -> Iterator[PayPal]:
    settings.PAYPAL_ENVIRONMENT = "local"
    settings.PAYPAL_LOCAL_URL = paypal_process
    settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET = "local", SECRET
    settings.PAYPAL_WEBHOOK_ID = "local"
    cache.clear()
    client._made.cache_clear()  # what this process remembers of it
    stand_in = PayPal(paypal_process)
    stand_in.reset()
    yield stand_in
    stand_in.webhook_to("")


@pytest.fixture
def letterbox(paypal: PayPal) -> Iterator[Letterbox]:
    """Where PayPal delivers its messages, to be handed to the shop as they came."""
    with Letterbox() as box:
        paypal.webhook_to(box.url)
        yield box


@pytest.fixture
def brush(db: None) -> Variant:
    return make_variant("BRUSH-INK", "129.95", on_hand=5)


@pytest.fixture
def heads(db: None) -> Variant:
    return make_variant("HEADS-4", "24.95", on_hand=3, sealed=True)


def make_variant(sku: str, price: str, *, on_hand: int, sealed: bool = False) -> Variant:
    category, _ = Category.objects.get_or_create(
        slug="things", defaults={"name_nl": "Dingen", "name_en": "Things"}
    )
    product = Product.objects.create(
        category=category, slug=sku.lower(), name_nl=f"Ding {sku}", name_en=f"Thing {sku}"
    )
    return Variant.objects.create(
        product=product,
        sku=sku,
        ean=f"{8700000000000 + product.pk}",
        price=Decimal(price),
        on_hand=on_hand,
        sealed=sealed,
    )


@pytest.fixture
def shopper(client: Client) -> Shopper:
    return Shopper(client)


@pytest.fixture
def place(paypal: PayPal, shopper: Shopper, brush: Variant) -> Callable[..., Order]:
    """An order of one brush, its buyer now at PayPal."""

    def placed(**changed: Any) -> Order:
        shopper.puts(brush)
        shopper.orders(**changed)
        return Order.objects.latest("pk")

    return placed


@pytest.fixture
def paid(place: Callable[..., Order], paypal: PayPal, shopper: Shopper) -> Order:
    """One brush, paid a moment ago."""
    return pays(place(), paypal, shopper)


@pytest.fixture
def two_lines(paypal: PayPal, shopper: Shopper, brush: Variant, heads: Variant) -> Order:
    """A brush and two sets of sealed brush heads, paid a moment ago."""
    shopper.puts(brush)
    shopper.puts(heads, 2)
    shopper.orders()
    return pays(Order.objects.latest("pk"), paypal, shopper)


@pytest.fixture
def bought(
    place: Callable[..., Order], paypal: PayPal, shopper: Shopper, heads: Variant
) -> Callable[..., Order]:
    """Makes a paid order of one brush and two sets of heads, 179.85 with free delivery."""

    def ordered(**changed: Any) -> Order:
        shopper.puts(heads, 2)
        return pays(place(**changed), paypal, shopper)

    return ordered
