"""What leaves for the browser: decided by the guard, whatever set it."""

from __future__ import annotations

import logging
import time

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from cookies.consent import Choice
from cookies.inventory import VERSION
from cookies.middleware import CookieGuard, UndeclaredCookie
from tests.cookies.conftest import Visitor

NOW = 1_795_000_000_000  # milliseconds


def through(
    *names: str, request: HttpRequest | None = None, gone: tuple[str, ...] = ()
) -> HttpResponse:
    """An answer that sets and deletes cookies, after the guard."""

    def page(_: HttpRequest) -> HttpResponse:
        response = HttpResponse("page")
        for name in names:
            response.set_cookie(name, "value", max_age=60)
        for name in gone:
            response.delete_cookie(name)
        return response

    return CookieGuard(page)(request or RequestFactory().get("/nl/"))


def having(choice: Choice | None = None, **cookies: str) -> HttpRequest:
    request = RequestFactory().get("/nl/", SERVER_NAME="www.shop.test")
    request.COOKIES |= cookies | ({"choice": choice.as_cookie()} if choice else {})
    return request


def accepted(*groups: str, version: int = VERSION) -> Choice:
    return Choice(version, int(time.time() * 1000) - 1000, frozenset(groups))


def test_what_is_strictly_necessary_leaves_without_a_choice() -> None:
    response = through("sessionid", "csrftoken", "choice")

    assert set(response.cookies) == {"sessionid", "csrftoken", "choice"}


def test_an_undeclared_cookie_raises_in_tests() -> None:
    with pytest.raises(UndeclaredCookie, match="tracker"):
        through("tracker")


def test_an_undeclared_cookie_never_leaves_and_is_logged_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.COOKIES_STRICT = False
    guard = CookieGuard(lambda _: page_with_tracker())
    everything = having(accepted("functional", "analytics", "advertising", "social"))

    with caplog.at_level(logging.ERROR):
        responses = [guard(everything) for _ in range(3)]

    assert [list(response.cookies) for response in responses] == [[], [], []]
    assert [record.cookie for record in caplog.records] == ["tracker"]  # type: ignore[attr-defined]


def page_with_tracker() -> HttpResponse:
    response = HttpResponse("page")
    response.set_cookie("tracker", "value")
    return response


def test_an_optional_cookie_waits_for_its_own_group(measured: None) -> None:
    assert list(through("_ga_x1", "language").cookies) == []
    assert list(through("_ga_x1", request=having(accepted("functional"))).cookies) == []
    assert list(through("_ga_x1", request=having(accepted("analytics"))).cookies) == ["_ga_x1"]


def test_a_yes_to_an_older_notice_counts_no_more(measured: None, new_notice: None) -> None:
    response = through("_ga", request=having(accepted("analytics", version=VERSION)))

    assert list(response.cookies) == []


def test_a_deletion_always_leaves(settings: Settings) -> None:
    settings.COOKIES_STRICT = False

    assert list(through(gone=("tracker", "language")).cookies) == ["tracker", "language"]


def test_what_was_refused_is_taken_back_from_the_host_and_its_domains(
    measured: None, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["www.shop.test"]
    response = through(request=having(accepted(), _ga="1", _ga_x1="2", unknown="3"))

    deleted = {(m.key, m["domain"]) for m in response.cookies.values()}
    domains = ("", "www.shop.test", "shop.test")
    assert deleted == {(name, domain) for name in ("_ga", "_ga_x1") for domain in domains}
    assert {str(morsel["max-age"]) for morsel in response.cookies.values()} == {"0"}


def test_a_strange_host_is_refused_and_not_an_error(visitor: Visitor) -> None:
    visitor.cookies["language"] = "nl"

    assert visitor.get("/nl/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "junk",
    [
        "analytics=zzz",
        "analytics=1",
        "version=1|at=abc|functional=1|analytics=1|advertising=1|social=1",
        f"version=99|at={NOW}|functional=1|analytics=1|advertising=1|social=1",
        f"version=1|at={NOW}|functional=1|analytics=yes|advertising=1|social=1",
        f"version=1|at={NOW}|functional=1|analytics=1|advertising=1|social=1|more=1",
        "version=1|at=1|functional=1|analytics=1|advertising=1|social=1",
        "version=1|at=999999999999999|functional=1|analytics=1|advertising=1|social=1",
        "version=１|at=１|functional=1|analytics=1|advertising=1|social=1",
        f"version=1|at={NOW}|functional=1|analytics=1|advertising=1|social=1|id=../..",
        "|||===",
        "\x00" * 50,
        "x" * 5000,
        "",
    ],
)
def test_junk_is_no_consent_and_no_error(measured: None, junk: str) -> None:
    request = having()
    request.COOKIES["choice"] = junk

    response = through("_ga", request=request)

    assert response.status_code == 200
    assert "_ga" not in response.cookies


def test_nothing_is_set_before_a_choice(visitor: Visitor) -> None:
    for page in ("/nl/", "/en/privacy/cookies/", "/nl/shop/", "/nowhere"):
        assert list(visitor.get(page, follow=True).cookies) == []
    assert list(visitor.cookies) == []


def test_pages_vary_by_cookie_and_signal(visitor: Visitor) -> None:
    varies = visitor.get("/nl/").headers["Vary"]

    assert "Cookie" in varies
    assert "Sec-GPC" in varies
