"""The shop sells, signs in and out and takes requests while its cache is dead or hangs."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import Session
from catalog.models import Variant
from privacy.models import Request
from tests.accounts.visitor import PASSWORD, Visitor
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_cache")]
HERE = {"sec-fetch-site": "same-origin"}
EMAIL = "noor@example.test"


@pytest.fixture(params=["dead", "hanging"])
def no_cache(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1] if request.param == "hanging" else 1
        away = {"LOCATION": f"redis://127.0.0.1:{port}/0"}
        settings.CACHES = {"default": settings.CACHES["default"] | away}
        yield


def test_the_cart_is_filled(client: Client, shelves: None) -> None:
    variant = Variant.objects.all()[0]

    answer = client.post("/nl/cart/add/", {"sku": variant.sku, "quantity": 1}, headers=HERE)

    assert answer.status_code == 302
    assert variant.sku in client.get("/nl/cart/").content.decode()


def test_someone_signs_up_for_the_newsletter(client: Client) -> None:
    assert client.post("/nl/newsletter/", {"email": EMAIL}, headers=HERE).status_code == 302


def test_a_privacy_request_is_taken(client: Client) -> None:
    client.post("/en/privacy/request/", {"kind": "erasure", "email": EMAIL})

    assert Request.objects.count() == 1


def test_people_sign_in_and_out_by_the_database_alone() -> None:
    visitor, noor = Visitor(), person(email=EMAIL, password=PASSWORD)

    visitor.signs_in(EMAIL)
    assert visitor.user == noor
    visitor.signs_out()

    assert visitor.nobody
    assert not Session.objects.filter(user=noor).exists()


def test_the_log_says_it_once(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "soocas.cache"):
        for number in range(3):
            cache.set(f"{number}", 1)
            assert cache.get(f"{number}", "nothing") == "nothing"
            assert cache.get_many([f"{number}"]) == {}
            assert cache.delete(f"{number}") is False

    assert len([r for r in caplog.records if r.name == "soocas.cache"]) == 1
