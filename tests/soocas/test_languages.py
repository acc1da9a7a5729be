from __future__ import annotations

import pytest
from django.test import Client

from tests.pages import Page

pytestmark = pytest.mark.usefixtures("shelves")
SAME = {"sec-fetch-site": "same-origin"}


def test_the_bare_address_leads_to_dutch(client: Client) -> None:
    assert client.get("/", headers={"accept-language": "en"})["Location"] == "/nl/"


def test_the_bare_address_leads_to_the_language_chosen_before(client: Client) -> None:
    client.cookies["language"] = "en"

    assert client.get("/")["Location"] == "/en/"


def test_the_bare_address_does_not_follow_a_made_up_language(client: Client) -> None:
    client.cookies["language"] = "//evil.example"

    assert client.get("/")["Location"] == "/nl/"


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/nl/", "/en/"),
        ("/nl/product/stil-pro/?sku=STILPRO-CLAY", "/en/product/stil-pro/?sku=STILPRO-CLAY"),
        ("/en/search/?q=travel", "/nl/search/?q=travel"),
        ("/nl/nowhere/", "/en/"),
    ],
)
def test_the_language_changes_and_the_page_stays(client: Client, path: str, other: str) -> None:
    page = Page(client.get(path).content.decode())
    asked = [i["value"] for i in page.all("input") if i.get("name") == "next"][-1]
    (language,) = [b["value"] for b in page.all("button") if b.get("name") == "language"]

    answer = client.post("/language", {"next": asked, "language": language}, headers=SAME)

    assert answer["Location"] == other
    assert language == other[1:3]


def test_a_page_names_its_twin_to_search_engines(client: Client) -> None:
    page = Page(client.get("/en/product/stil/").content.decode())

    twins = {a["hreflang"]: a["href"] for a in page.all("link") if a.get("rel") == "alternate"}
    assert twins == {"nl": "/nl/product/stil/", "en": "/en/product/stil/"}


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "\x00"],
)
def test_a_choice_never_leads_to_another_site(client: Client, address: str) -> None:
    answer = client.post("/language", {"next": address, "language": "en"}, headers=SAME)

    assert answer["Location"] == "/en/"


def test_a_language_we_do_not_speak_becomes_dutch(client: Client) -> None:
    answer = client.post("/language", {"next": "/en/shop/", "language": "xx"}, headers=SAME)

    assert answer["Location"] == "/nl/shop/"


def test_another_site_cannot_choose(client: Client) -> None:
    answer = client.post(
        "/language", {"next": "/nl/", "language": "en"}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "language" not in answer.cookies


def test_search_engines_are_shown_the_shelves_alone(client: Client) -> None:
    robots = client.get("/robots.txt").content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()

    assert "Disallow: /nl/account/" in robots
    assert "/sitemap.xml" in robots
    assert "/en/product/stil-pro/" in sitemap
    assert "/nl/shop/kids/" in sitemap
    assert "account" not in sitemap
