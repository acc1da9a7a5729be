from __future__ import annotations

import pytest
from django.contrib.staticfiles import finders
from django.db import IntegrityError, transaction

from catalog import demo, stock
from catalog.models import Category, Fact, Picture, Product, Variant

pytestmark = pytest.mark.usefixtures("shelves")
SHELVES = (Category, Product, Variant, Picture, Fact)


def test_the_demo_fills_the_shop() -> None:
    assert Variant.objects.count() >= 24
    assert Product.objects.on_sale().count() == Product.objects.count() == 12
    assert not Product.objects.filter(pictures=None).exists()


def test_loading_twice_changes_nothing_that_was_sold_or_written() -> None:
    stock.reserve({Variant.objects.get(sku="STIL-SPRUCE").pk: 2})
    Product.objects.filter(slug="stil").update(name_nl="Stille Stil")
    before = [model._default_manager.count() for model in SHELVES]

    demo.load()

    after = [model._default_manager.count() for model in SHELVES]
    assert after == before
    assert Variant.objects.get(sku="STIL-SPRUCE").reserved == 2
    assert Product.objects.get(slug="stil").name_nl == "Stille Stil"


def test_every_ean_has_a_right_check_digit_and_belongs_to_no_one() -> None:
    for ean in Variant.objects.values_list("ean", flat=True):
        weighed = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(ean))
        assert weighed % 10 == 0
        assert ean.startswith("2")  # GS1 keeps 20 to 29 for numbers inside a shop


def test_everything_is_said_in_both_languages() -> None:
    for model in SHELVES:
        texts = [f.name for f in model._meta.fields if f.name.endswith(("_nl", "_en"))]
        for row in model._default_manager.all():
            for name in texts:
                twin = f"{name[:-2]}{'en' if name.endswith('nl') else 'nl'}"
                assert bool(getattr(row, name)) == bool(getattr(row, twin)), (row, name)


def test_every_picture_is_a_drawing_that_exists() -> None:
    for name in [*Picture.objects.values_list("drawing", flat=True), "hero.svg"]:
        assert finders.find(f"img/{name}"), name


@pytest.mark.parametrize(
    "wrong",
    [{"price": 0}, {"ean": "12"}, {"sku": "a b"}, {"reserved": 1, "on_hand": 0}],
)
def test_a_variant_that_cannot_be_true_is_refused_by_the_table(wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(sku="STIL-SPRUCE").update(**wrong)


def test_a_picture_is_a_drawing_or_a_photograph_and_not_both() -> None:
    picture = Picture.objects.filter(drawing__gt="")

    for wrong in ({"photograph": "a.jpg"}, {"drawing": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            picture.update(**wrong)


def test_a_variant_says_its_full_name_in_the_language_asked() -> None:
    variant = Variant.objects.get(sku="STILPRO-INK")

    assert variant.title("nl") == "Stil Pro, inkt"
    assert variant.title("en") == "Stil Pro, ink"
