from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

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


def test_the_front_page_stands_without_the_product_it_praises(client: Client) -> None:
    Product.objects.filter(slug="stil-pro").update(active=False)

    answer = client.get("/nl/")

    assert answer.status_code == 200
    assert "/nl/product/stil-pro/" not in answer.content.decode()


def test_a_reader_can_skip_to_the_content(client: Client) -> None:
    page = Page(client.get("/nl/").content.decode())

    assert page.all("a")[0]["href"] == "#main"
    assert page.all("main")[0]["id"] == "main"


def test_every_page_says_who_sells_as_the_settings_have_it(
    client: Client, settings: Settings
) -> None:
    settings.SELLER = {
        "name": "Soocas B.V.",
        "street": "Kade 1",
        "place": "1011 AA Amsterdam",
        "kvk": "12345678",
        "vat": "NL123456789B01",
    }

    page = Page(client.get("/nl/").content.decode())

    assert all(part in page.text for part in settings.SELLER.values())
