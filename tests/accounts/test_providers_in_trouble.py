"""A provider that is silent, broken or talks nonsense; and two answers at once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.conf import settings
from django.db import connection

from accounts import social
from accounts.models import User
from tests.accounts.visitor import Visitor, chosen_at, words

EMAIL = "noor@example.test"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


@pytest.fixture
def nonsense(request: Any) -> Iterator[str]:
    """A server that answers everything with one status and body."""
    status, body = request.param

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST  # noqa: N815  (the name that http.server calls)

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def identity(**claims: Any) -> tuple[int, str]:
    """What Google's address hands out; it comes by TLS, so that no signature is looked at."""
    now = int(time.time())
    common = {
        "iss": settings.GOOGLE_URL,
        "aud": "local",
        "sub": "7",
        "iat": now,
        "exp": now + 86_400,
    }
    token = jwt.encode(common | claims, "0" * 32, algorithm="HS256")
    return 200, json.dumps({"access_token": "x", "id_token": token})


def comes_back(provider: str) -> tuple[Visitor, Any]:
    visitor = Visitor()
    state = parse_qs(urlsplit(visitor.leaves_for(provider)).query)["state"][0]
    return visitor, visitor.get(f"/account/{provider}/login/callback/?code=x&state={state}")


def refused(visitor: Visitor, answer: Any) -> bool:
    page = answer.content.decode()
    return answer.status_code == 401 and "/account/login/" in page and visitor.nobody


@pytest.mark.django_db
@pytest.mark.parametrize(("provider", "adapter"), [("google", "Google"), ("facebook", "Facebook")])
def test_a_provider_that_cannot_be_reached_is_a_clear_page(
    monkeypatch: pytest.MonkeyPatch, provider: str, adapter: str
) -> None:
    monkeypatch.setattr(getattr(social, adapter), "access_token_url", NOWHERE)

    visitor, answer = comes_back(provider)

    assert refused(visitor, answer)
    assert "lukte niet" in words(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("provider", ["google", "facebook"])
@pytest.mark.parametrize(
    "nonsense",
    [
        (500, "broken"),
        (200, ""),
        (200, "null"),
        (200, "[]"),
        (200, "3"),
        (200, "<html>"),
        (200, '{"access_token": null}'),
        (200, '{"access_token": ["x"], "expires_in": "soon"}'),
        (200, '{"access_token": "x", "id_token": "not.a.token"}'),
        (200, '{"access_token": "x", "id_token": 7, "id": 7}'),
        (200, '{"access_token": "x", "id": null, "email": 5}'),
    ],
    indirect=True,
)
def test_nonsense_from_a_provider_is_a_clear_page(
    monkeypatch: pytest.MonkeyPatch, nonsense: str, provider: str
) -> None:
    for adapter in (social.Google, social.Facebook):
        monkeypatch.setattr(adapter, "access_token_url", nonsense)
    monkeypatch.setattr(social.Google, "identity_url", nonsense)
    monkeypatch.setattr("allauth.socialaccount.providers.facebook.flows.GRAPH_API_URL", nonsense)

    visitor, answer = comes_back(provider)

    assert refused(visitor, answer)
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("nonsense", "enters"),
    [
        (identity(email=EMAIL, email_verified=True, hd="example.test"), True),
        (identity(email=EMAIL, email_verified=True), False),
        (identity(email=EMAIL, email_verified="false", hd="example.test"), False),
        (identity(email=EMAIL, hd="example.test"), False),
    ],
    indirect=["nonsense"],
)
def test_an_account_is_entered_where_google_hosts_the_domain_and_vouches(
    monkeypatch: pytest.MonkeyPatch, nonsense: str, enters: bool
) -> None:
    owner = Visitor().joins(EMAIL)
    monkeypatch.setattr(social.Google, "access_token_url", nonsense)

    visitor, _ = comes_back("google")

    assert visitor.user == (owner if enters else None)
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("nonsense", [identity(email=EMAIL, email_verified="false")], indirect=True)
def test_a_verified_that_says_false_in_words_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, nonsense: str
) -> None:
    monkeypatch.setattr(social.Google, "access_token_url", nonsense)

    visitor, _ = comes_back("google")

    assert visitor.nobody
    assert not User.objects.get().proved


@pytest.mark.django_db
@pytest.mark.parametrize("provider", ["amazon", "paypal", "openid", "x"])
def test_a_provider_that_is_not_set_up_is_not_there(provider: str) -> None:
    assert Visitor().get(f"/nl/account/{provider}/login/").status_code == 404
    assert Visitor().get(f"/account/{provider}/login/callback/").status_code == 404


@pytest.mark.django_db
def test_a_provider_without_a_client_id_is_not_offered(settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert "Google" not in Visitor().reads("login/")
    assert Visitor().post("/nl/account/google/login/").status_code == 404
    assert Visitor().get("/account/google/login/callback/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_one_person_coming_back_in_two_browsers_at_once_is_one_account(google: str) -> None:
    visitors = [Visitor(), Visitor(), Visitor()]
    ways = [chosen_at(visitor.leaves_for("google"), EMAIL) for visitor in visitors]

    def come_back(visitor: Visitor, way: str) -> int:
        try:
            return visitor.get(way).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(come_back, visitors, ways))

    assert set(answers) == {302}
    assert User.objects.count() == 1
