from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from tests.pages import Page

TITLES = {
    ("404", "nl"): "Deze pagina is er niet",
    ("404", "en"): "This page is not here",
    ("403", "nl"): "Deze pagina is niet voor jou",
    ("403", "en"): "This page is not yours to see",
    ("400", "nl"): "Dat konden we niet lezen",
    ("400", "en"): "We could not read that",
    ("500", "nl"): "Er ging bij ons iets stuk",
    ("500", "en"): "Something broke on our side",
}
PATHS = {"404": "nowhere/", "403": "forbids/", "400": "suspects/", "500": "breaks/"}


@pytest.fixture(autouse=True)
def _broken(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.soocas.broken_urls"


def ask(path: str, **headers: str) -> tuple[int, Page]:
    answer = Client(raise_request_exception=False).get(path, headers=headers)
    return answer.status_code, Page(answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("status", ["400", "403", "404"])
def test_an_error_is_a_page_of_the_shop_in_the_language_of_the_address(
    status: str, language: str
) -> None:
    code, page = ask(f"/{language}/{PATHS[status]}")

    assert code == int(status)
    assert page.said("h1") == [TITLES[status, language]]
    assert page.all("html")[0]["lang"] == language
    assert page.inline() == []
    assert f"/{language}/" in [link["href"] for link in page.all("a")]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_fault_of_ours_is_a_page_that_asks_no_database(language: str) -> None:
    code, page = ask(f"/{language}/breaks/")  # this test may not reach one

    assert code == 500
    assert page.said("h1") == [TITLES["500", language]]
    assert page.all("html")[0]["lang"] == language
    assert page.inline() == []
    assert "on purpose" not in page.text


def test_a_fault_outside_the_languages_is_told_in_dutch() -> None:
    code, page = ask("/breaks/", **{"accept-language": "en"})

    assert code == 500
    assert page.said("h1") == [TITLES["500", "nl"]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/de/", "/xx/shop/", "/nl/nowhere/at/all", "/nl/%00/", "/nope.php"]
)
def test_an_unknown_language_or_page_is_a_good_404(path: str) -> None:
    code, page = ask(path)

    assert code == 404
    assert len(page.all("h1")) == 1
    assert page.all("form") != []


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_so_and_not_taken() -> None:
    answer = Client(enforce_csrf_checks=True).post("/nl/takes/", {"name": "Anna"})

    page = Page(answer.content.decode())
    assert answer.status_code == 403
    assert page.said("h1") == ["Dit formulier is verlopen"]
    assert "taken" not in page.text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_too_many_tries_are_asked_to_wait(language: str) -> None:
    with translation.override(language):
        page = Page(render_to_string("429.html"))

    assert page.said("h1") == [
        {"nl": "Iets langzamer, graag", "en": "A little slower, please"}[language]
    ]
    assert page.inline() == []
