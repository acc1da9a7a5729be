"""PayPal's transport, by what was measured of the library it is built on."""

from __future__ import annotations

import logging
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from orders import paypal as client
from orders.paypal.errors import PayPalError
from orders.paypal.transport import Transport
from tests.orders.conftest import SECRET
from tests.orders.shop import PayPal

ANSWERS = {
    "/v1/oauth2/token": b'{"access_token": "T", "token_type": "Bearer", "expires_in": 32400}',
    "/json-list": b"[]",
    "/html": b"<html>",
    "/binary": b"\xff\xfe\x00",
    "/nothing": b"",
}


class Server:
    """Keeps what it was asked, and answers what the path says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = (self.command, self.path, dict(self.headers), body)
                outer.asked.append(asked)
                said = self.path.removeprefix("/status/")
                status = int(said) if said.isdigit() else 200
                content = ANSWERS.get(self.path, b"{}")
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer  # noqa: N815  # the server's names

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.asked]


@pytest.fixture
def server() -> object:
    cache.clear()
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def transport(server: Server) -> Transport:
    return Transport(server.url, "id", "secret")


def test_ten_cold_threads_ask_for_one_token(server: Server, transport: Transport) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: transport.call("GET", "v2/x"), range(10)))

    assert server.paths().count("/v1/oauth2/token") == 1


def test_processes_share_a_token_through_the_cache(server: Server) -> None:
    for _ in range(3):
        Transport(server.url, "id", "secret").call("GET", "v2/x")

    assert server.paths().count("/v1/oauth2/token") == 1


def test_without_a_cache_a_process_keeps_its_own(
    server: Server, transport: Transport, settings: Settings
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    for _ in range(3):
        transport.call("GET", "v2/x")

    assert server.paths().count("/v1/oauth2/token") == 1


def test_a_lasting_401_ends_after_one_renewal(server: Server, transport: Transport) -> None:
    with pytest.raises(PayPalError) as caught:
        transport.call("POST", "status/401", {}, "id-1")

    assert (caught.value.kind, caught.value.outcome_unknown) == ("auth", False)
    assert server.paths().count("/status/401") == 2
    assert server.paths().count("/v1/oauth2/token") == 2


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
    transport.call("GET", "v2/x")
    with warnings.catch_warnings():
        first = transport._session()
        transport.call("GET", "v2/x")

    assert transport._session() is first


def test_the_machine_s_proxy_is_not_used(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

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
