from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product, Variant
from tests.pages import Page

pytestmark = pytest.mark.usefixtures("shelves")
PAGES = [
    "shop/",
    "shop/toothbrushes/",
    "product/stil-pro/",
    "product/vloed/",
    "product/opzetborstels-zacht/",
    "search/",
    "search/?q=stil",
    "search/?q=tandenstoker",
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_alone_in_both_languages(
    client: Client, path: str, language: str
) -> None:
    answer = client.get(f"/{language}/{path}")

    page = Page(answer.content.decode())
    assert answer.status_code == 200
    assert page.all("html")[0]["lang"] == language
    assert len(page.all("h1")) == 1
    assert page.inline() == []
    assert [address for address in page.fetched() if not address.startswith("/")] == []
    assert [link["rel"] for link in page.leaving()] == ["external noreferrer"] * len(page.leaving())
    assert [image for image in page.all("img") if "alt" not in image] == []


def test_the_words_are_those_of_the_language(client: Client) -> None:
    dutch = Page(client.get("/nl/product/opzetborstels-zacht/").content.decode())
    english = Page(client.get("/en/product/opzetborstels-zacht/").content.decode())

    assert dutch.said("h1") == ["Opzetborstels Zacht"]
    assert english.said("h1") == ["Brush heads Zacht"]
    assert "In winkelmand" in dutch.text
    assert "Add to cart" in english.text
    assert (
        "€\N{NO-BREAK SPACE}13,95"
        in client.get("/nl/product/opzetborstels-zacht/").content.decode()
    )
    assert (
        "€\N{NO-BREAK SPACE}13.95"
        in client.get("/en/product/opzetborstels-zacht/").content.decode()
    )


@pytest.mark.parametrize("path", ["shop/nothing/", "product/nothing/", "product/Stil'--/"])
def test_an_unknown_category_or_product_is_a_page_with_ways_on(client: Client, path: str) -> None:
    answer = client.get(f"/nl/{path}")

    page = Page(answer.content.decode())
    assert answer.status_code == 404
    assert page.said("h1") == ["Deze pagina is er niet"]
    assert "/nl/shop/" in [link["href"] for link in page.all("a")]


def test_the_product_page_puts_a_variant_in_the_cart(client: Client) -> None:
    page = Page(client.get("/nl/product/stil-pro/").content.decode())

    chosen = [i for i in page.all("input") if i.get("name") == "sku"]
    assert [(i["value"], "checked" in i) for i in chosen] == [
        ("STILPRO-INK", True),
        ("STILPRO-CLAY", False),
    ]
    assert "quantity" in [select.get("name") for select in page.all("select")]


def test_an_address_may_name_the_variant(client: Client) -> None:
    page = Page(client.get("/nl/product/stil-pro/?sku=STILPRO-CLAY").content.decode())

    checked = [i["value"] for i in page.all("input") if i.get("name") == "sku" and "checked" in i]
    assert checked == ["STILPRO-CLAY"]


def test_a_variant_sold_out_cannot_be_chosen(client: Client) -> None:
    page = Page(client.get("/nl/product/vloed/").content.decode())

    closed = [i["value"] for i in page.all("input") if i.get("name") == "sku" and "disabled" in i]
    assert closed == ["VLOED-INK"]
    assert "nu uitverkocht" in page.text


def test_a_product_sold_out_cannot_be_ordered(client: Client) -> None:
    Variant.objects.filter(product__slug="pip").update(on_hand=0)

    page = Page(client.get("/nl/product/pip/").content.decode())

    assert "In winkelmand" not in page.text
    assert [b for b in page.all("button") if "disabled" in b] != []


def test_what_is_not_on_sale_is_nowhere(client: Client) -> None:
    Product.objects.filter(slug="pip").update(active=False)
    Variant.objects.filter(product__slug="beek").update(active=False)

    answers = [client.get(f"/nl/product/{slug}/").status_code for slug in ("pip", "beek")]

    assert answers == [404, 404]
    assert "/nl/product/pip/" not in client.get("/nl/shop/").content.decode()
    assert "/nl/product/beek/" not in client.get("/nl/search/?q=flosser").content.decode()


def test_the_shop_stands_while_its_shelves_are_empty(client: Client) -> None:
    Product.objects.update(active=False)

    answers = [client.get(f"/nl/{path}") for path in ("", "shop/", "shop/kids/", "search/?q=stil")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert "Hier is nog niets" in answers[1].content.decode()


@pytest.mark.parametrize("path", ["shop/", "shop/kids/", "product/stil/", "search/"])
def test_a_page_to_read_takes_no_form(client: Client, path: str) -> None:
    assert client.post(f"/nl/{path}").status_code == 405


@pytest.mark.parametrize(
    "path", ["", "shop/", "shop/kids/", "product/stil-pro/", "search/?q=stil", "search/?q=nothing"]
)
def test_a_page_asks_the_database_little_however_full_the_shelves(
    client: Client, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(9):  # one of them for the price of delivery
        assert client.get(f"/nl/{path}").status_code == 200
