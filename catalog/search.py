"""Full-text search: one column per language, kept by PostgreSQL itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from catalog.models import Product

CONFIGS = {"nl": "dutch", "en": "english"}
LONGEST = 100  # characters of a question; the rest is not read
Products = TypeVar("Products", bound="models.QuerySet[Product]")


def vector_field(language: str, config: str) -> models.GeneratedField:
    """Name and search words count most, then the subtitle, then the text."""
    weighed = (
        SearchVector(f"name_{language}", f"keywords_{language}", config=config, weight="A")
        + SearchVector(f"subtitle_{language}", config=config, weight="B")
        + SearchVector(f"text_{language}", config=config, weight="C")
    )
    return models.GeneratedField(
        expression=weighed, output_field=SearchVectorField(), db_persist=True
    )


def index(field: str) -> GinIndex:
    return GinIndex(fields=[field], name=f"product_{field}")


def products(found: Products, question: str, language: str) -> Products:
    """Those that hold every word, or begin a word with it, best first; none for an empty question.

    An article number is found from its beginning too, an EAN when it is whole.
    """
    words = re.findall(r"\w+", question[:LONGEST])
    if not words:
        return found.none()
    config = CONFIGS[language]
    query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config=config)
    vector = F(f"search_{language}")
    return (
        found.annotate(rank=SearchRank(vector, query))
        .filter(Q(**{f"search_{language}": query}) | _numbered(question, words))
        .order_by("-rank", "position", "slug")
        .distinct()
    )


def _numbered(question: str, words: list[str]) -> Q:
    """Article numbers that begin with what was typed, and names that hold it, stop words too."""
    from catalog.models import Variant

    typed = "".join(re.findall(r"[\w\- ]", question[:LONGEST])).strip()
    variants = Variant.objects.filter(active=True).filter(Q(sku__istartswith=typed) | Q(ean=typed))
    by_name = Q(name_nl__istartswith=typed) | Q(name_en__istartswith=typed)
    return Q(pk__in=variants.values("product")) | by_name
