from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Product

pytestmark = pytest.mark.usefixtures("shelves")


def found(question: str, language: str = "nl") -> list[str]:
    return [p.slug for p in Product.objects.on_sale().matching(question, language)]


@pytest.mark.parametrize(
    ("question", "language", "slug"),
    [
        ("tandenborstel", "nl", "stil"),
        ("tandenborstels", "nl", "stil"),
        ("flossers", "nl", "beek"),
        ("kinderen", "nl", "pip"),
        ("toothbrushes", "en", "stil"),
        ("travelling", "en", "stil-reisset"),
        ("children", "en", "pip"),
        ("brush head", "en", "opzetborstels-zacht"),
    ],
)
def test_a_word_is_found_in_its_language_whatever_its_ending(
    question: str, language: str, slug: str
) -> None:
    assert slug in found(question, language)


@pytest.mark.parametrize("question", ["STILPRO-INK", "stilpro", "stil pr", "2000000000039"])
def test_a_product_is_found_by_number_and_by_the_beginning_of_its_name(question: str) -> None:
    assert found(question)[0] == "stil-pro"


def test_every_word_must_be_there() -> None:
    assert "stil-pro" in found("stil drukring")
    assert found("stil olifant") == []


def test_the_name_counts_more_than_the_text() -> None:
    assert found("pip", "nl")[:2] in (["pip", "opzetborstels-pip"], ["opzetborstels-pip", "pip"])


def test_new_words_of_a_product_are_found_at_once() -> None:
    product = Product.objects.get(slug="pip")
    product.text_nl = "Met een walvis op de knop."
    product.save()

    assert found("walvissen") == [] or found("walvis") == ["pip"]
    assert found("walvis") == ["pip"]
    assert "pip" not in found("fluisterstille walvis")


def test_nothing_found_says_so_and_keeps_what_was_typed(client: Client) -> None:
    answer = client.get("/nl/search/", {"q": "<b>tandenstoker</b>"}).content.decode()

    assert "Niets gevonden voor “&lt;b&gt;tandenstoker&lt;/b&gt;”" in answer
    assert 'value="&lt;b&gt;tandenstoker&lt;/b&gt;"' in answer
    assert "Misschien een van deze" in answer


@pytest.mark.parametrize(
    "question", ["", "   ", "\x00", "'; --", "a" * 5000, "& | ! ( :*", "%", "_"]
)
def test_a_strange_question_is_an_ordinary_page(client: Client, question: str) -> None:
    assert client.get("/nl/search/", {"q": question}).status_code == 200


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(max_size=40))
def test_whatever_is_typed_is_answered(question: str) -> None:
    for language in ("nl", "en"):
        assert isinstance(found(question, language), list)
