from __future__ import annotations

import pytest
from django.test import Client

from catalog.models import Product
from tests.pages import Page

pytestmark = pytest.mark.usefixtures("shelves")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_front_page_stands_in_both_languages(client: Client, language: str) -> None:
    answer = client.get(f"/{language}/")

    page = Page(answer.content.decode())
    links = [link["href"] for link in page.all("a")]
    assert answer.status_code == 200
    assert page.all("html")[0]["lang"] == language
    assert len(page.all("h1")) == 1
    assert page.inline() == []
    assert [address for address in page.fetched() if not address.startswith("/")] == []
    assert f"/{language}/product/stil-pro/" in links
    assert f"/{language}/shop/toothbrushes/" in links


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

    language = other[1:3]
    assert [a["href"] for a in page.all("a") if a.get("hreflang") == language] == [other]


def test_the_front_page_stands_without_the_product_it_praises(client: Client) -> None:
    Product.objects.filter(slug="stil-pro").update(active=False)

    answer = client.get("/nl/")

    assert answer.status_code == 200
    assert "/nl/product/stil-pro/" not in answer.content.decode()


def test_a_reader_can_skip_to_the_content(client: Client) -> None:
    page = Page(client.get("/nl/").content.decode())

    assert page.all("a")[0]["href"] == "#main"
    assert page.all("main")[0]["id"] == "main"
