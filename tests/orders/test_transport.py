"""PayPal's transport, by what was measured of the library it is built on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pytest_django import Settings

from orders import paypal as client
from orders.paypal.errors import PayPalError
from orders.paypal.transport import Transport
from tests.orders.conftest import SECRET
from tests.orders.server import TOKEN, Server
from tests.orders.shop import PayPal


@pytest.fixture
def server() -> Iterator[Server]:
    cache.clear()
    with Server() as made:
        yield made


@pytest.fixture
def transport(server: Server) -> Transport:
    return Transport(server.url, "id", "secret")


def test_ten_cold_threads_ask_for_one_token(server: Server, transport: Transport) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: transport.call("GET", "v2/x"), range(10)))

    assert server.paths().count(TOKEN) == 1


def test_processes_share_a_token_through_the_cache(server: Server) -> None:
    for _ in range(3):
        Transport(server.url, "id", "secret").call("GET", "v2/x")

    assert server.paths().count(TOKEN) == 1


def test_without_a_cache_a_process_keeps_its_own(
    server: Server, transport: Transport, settings: Settings
) -> None:
    away = {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": settings.CACHES["default"] | away}

    for _ in range(3):
        transport.call("GET", "v2/x")

    assert server.paths().count(TOKEN) == 1


@pytest.mark.parametrize(("lasts", "asked"), [(32400, 1), (121, 1), (119, 3), (0, 3)])
def test_a_token_is_renewed_before_its_end(
    server: Server, transport: Transport, lasts: int, asked: int
) -> None:
    server.answers[TOKEN] = server.answers[TOKEN].replace(b"32400", str(lasts).encode())

    for _ in range(3):
        transport.call("GET", "v2/x")

    assert server.paths().count(TOKEN) == asked


def test_a_token_that_was_taken_back_is_renewed_once(server: Server, transport: Transport) -> None:
    server.statuses["/v2/x"] = [401]

    transport.call("POST", "v2/x", {"a": 1}, "request-1")

    calls = [asked for asked in server.asked if asked[1] == "/v2/x"]
    assert {(headers["PayPal-Request-Id"], body) for _, _, headers, body in calls} == {
        ("request-1", b'{"a": 1}')
    }
    assert server.paths() == [TOKEN, "/v2/x", TOKEN, "/v2/x"]


def test_a_lasting_401_ends_after_one_renewal(server: Server, transport: Transport) -> None:
    with pytest.raises(PayPalError) as caught:
        transport.call("POST", "status/401", {}, "id-1")

    assert (caught.value.kind, caught.value.outcome_unknown) == ("auth", False)
    assert server.paths().count("/status/401") == 2
    assert server.paths().count(TOKEN) == 2


def test_the_caller_s_headers_stay_out_of_the_token_call(
    server: Server, transport: Transport
) -> None:
    transport.call("POST", "v2/x", {"a": 1}, "request-1")

    token, call = server.asked
    assert "PayPal-Request-Id" not in token[2]
    assert call[2]["PayPal-Request-Id"] == "request-1"
    assert call[3] == b'{"a": 1}'


def test_a_get_has_no_body(server: Server, transport: Transport) -> None:
    transport.call("GET", "v2/x")

    assert server.asked[-1][3] == b""
    assert server.asked[-1][2].get("Content-Length", "0") == "0"


def test_connections_are_kept(server: Server, transport: Transport) -> None:
    for _ in range(3):
        transport.call("GET", "v2/x")
        transport.call("POST", "v2/x", {}, "id-1")

    assert server.connections == 1


def test_paypal_is_given_3_seconds_to_connect_and_15_to_answer() -> None:
    assert tuple(settings.PAYPAL_TIMEOUT) == (3, 15)


def test_a_server_that_hangs_is_waited_for_so_long_only(
    server: Server, transport: Transport, settings: Settings
) -> None:
    settings.PAYPAL_TIMEOUT = (1, 0.2)

    with pytest.raises(PayPalError) as caught:
        transport.call("POST", "held", {}, "id-1")

    assert (caught.value.kind, caught.value.outcome_unknown) == ("timeout", True)
    assert server.paths().count("/held") == 1  # a further try would hold the buyer up as long


def test_the_machine_s_proxy_is_not_used(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert transport.call("GET", "v2/x") == {}


def test_a_redirect_is_not_followed(server: Server, transport: Transport) -> None:
    with pytest.raises(PayPalError):
        transport.call("GET", "status/302")

    assert "/elsewhere" not in server.paths()


@pytest.mark.parametrize("path", ["json-list", "html", "binary"])
def test_nonsense_leaves_the_outcome_unknown(transport: Transport, path: str) -> None:
    with pytest.raises(PayPalError) as caught:
        transport.call("GET", path)

    assert caught.value.kind == "garbled"
    assert caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("status", "kind", "unknown"),
    [
        (400, "garbled", True),  # without a word of PayPal's it may be a gateway's
        (403, "auth", False),
        (404, "not_found", False),
        (409, "busy", True),
        (429, "rate", True),
        (500, "server", True),
        (503, "server", True),
    ],
)
def test_a_status_becomes_one_error(
    transport: Transport, status: int, kind: str, unknown: bool
) -> None:
    with pytest.raises(PayPalError) as caught:
        transport.call("POST", f"status/{status}", {}, "id-1")

    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, unknown)
    assert not caught.value.definite


def test_what_is_not_known_yet_is_asked_for_three_times_more(
    server: Server, transport: Transport
) -> None:
    with pytest.raises(PayPalError):
        transport.call("GET", "status/404")

    assert server.paths().count("/status/404") == 4


@pytest.mark.parametrize("status", [409, 429])
@pytest.mark.parametrize("wait", ["1", "date", ""])
def test_a_paypal_that_is_busy_is_waited_for_and_asked_under_the_same_id(
    server: Server, transport: Transport, status: int, wait: str
) -> None:
    server.statuses["/v2/x"] = [status]
    soon = format_datetime(timezone.now() + timedelta(seconds=1))
    server.headers["Retry-After"] = soon if wait == "date" else wait

    assert transport.call("POST", "v2/x", {}, "id-1") == {}

    calls = [headers for _, path, headers, _ in server.asked if path == "/v2/x"]
    assert [headers["PayPal-Request-Id"] for headers in calls] == ["id-1", "id-1"]


def test_a_long_wait_is_not_waited_for_here(server: Server, transport: Transport) -> None:
    server.headers["Retry-After"] = "60"

    with pytest.raises(PayPalError) as caught:
        transport.call("POST", "status/429", {}, "id-1")

    assert (caught.value.kind, caught.value.retry_after) == ("rate", 60)
    assert server.paths().count("/status/429") == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"name": "INVALID_REQUEST", "details": [{"issue": "X"}]}', "rejected"),
        (b"<p>", "garbled"),
    ],
)
def test_a_400_is_an_error_and_not_an_answer(
    server: Server, transport: Transport, body: bytes, kind: str
) -> None:
    server.answers["/status/400"] = body

    with pytest.raises(PayPalError) as caught:
        transport.call("POST", "status/400", {}, "id-1")

    assert caught.value.kind == kind


def test_no_content_is_an_answer(transport: Transport) -> None:
    assert transport.call("PATCH", "status/204", []) == {}


def test_nobody_listening_leaves_the_outcome_unknown() -> None:
    cache.clear()
    with pytest.raises(PayPalError) as caught:
        Transport("http://127.0.0.1:1", "id", "secret").call("GET", "v2/x")

    assert (caught.value.kind, caught.value.outcome_unknown) == ("network", True)


def test_a_refusal_says_paypal_s_words(paypal: PayPal) -> None:
    paypal.fails("get", "issue", issue="SOMETHING")
    with pytest.raises(PayPalError) as caught:
        client.get("5O190127TN364715T")

    error = caught.value
    assert (error.status, error.issues, error.definite) == (422, ("SOMETHING",), True)
    assert error.debug_id
    assert error.debug_id in str(error)


def test_nothing_secret_is_logged(paypal: PayPal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for kind in ("401", "500", "html-502"):
        paypal.fails("get", kind, times=3)
        with pytest.raises(PayPalError):
            client.get("5O190127TN364715T")
        paypal.works_again()

    for secret in (SECRET, "Bearer", "Basic ", "A21AA", "access_token", "5O190127TN364715T\n"):
        assert secret not in caplog.text


LIVE_HOSTS = {"live": "https://api-m.paypal.com", "sandbox": "https://api-m.sandbox.paypal.com"}


@pytest.mark.parametrize(("environment", "host"), LIVE_HOSTS.items())
def test_paypal_s_own_hosts_are_the_current_ones(
    settings: Settings, environment: str, host: str
) -> None:
    settings.PAYPAL_ENVIRONMENT, settings.PAYPAL_LOCAL_URL = environment, ""

    assert client.endpoint() == host


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ("live", "http://127.0.0.1:8001"),
        ("sandbox", "http://localhost:8001"),
        ("local", ""),
        ("local", "https://api-m.paypal.com"),
        ("local", "http://10.0.0.8:8001"),
        ("local", "http://127.0.0.1.evil.example"),
        ("production", ""),
    ],
)
def test_an_environment_refuses_an_address_that_is_not_its_own(
    settings: Settings, environment: str, url: str
) -> None:
    settings.PAYPAL_ENVIRONMENT, settings.PAYPAL_LOCAL_URL = environment, url

    with pytest.raises(ImproperlyConfigured):
        client.endpoint()


def test_the_check_names_a_live_shop_that_speaks_to_this_machine(settings: Settings) -> None:
    settings.PAYPAL_ENVIRONMENT = "live"
    settings.PAYPAL_LOCAL_URL = "http://127.0.0.1:8001"

    assert [message.id for message in run_checks(tags=["orders"])] == ["orders.E001"]
