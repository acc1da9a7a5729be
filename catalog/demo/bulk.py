"""A catalogue of any size, for benchmarks: made-up products, the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction

from catalog.models import Category, Fact, Picture, Product, Variant
from catalog.palette import Colour, Room

SLUG, SKU = "bulk-{:06}", "BULK-{:06}-{}"
AT_ONCE = 500  # products in one transaction
WORDS = (  # Dutch and English; what, and which
    (("Borstel", "Brush"), ("Kop", "Head"), ("Straal", "Jet"), ("Etui", "Case"), ("Glas", "Cup")),
    (("Noord", "North"), ("Zuid", "South"), ("Dauw", "Dew"), ("Rijp", "Rime"), ("Wad", "Flat")),
)
SIZES = (("Klein", "Small"), ("Middel", "Medium"), ("Groot", "Large"))


def load(count: int) -> int:
    """See to it that there are so many made-up products; how many were missing."""
    there = set(Product.objects.filter(slug__startswith="bulk-").values_list("slug", flat=True))
    missing = [n for n in range(1, count + 1) if SLUG.format(n) not in there]
    categories = list(Category.objects.order_by("pk"))
    drawings = sorted(set(Picture.objects.exclude(drawing="").values_list("drawing", flat=True)))
    for start in range(0, len(missing), AT_ONCE):
        _shelve(missing[start : start + AT_ONCE], categories, drawings)
    return len(missing)


@transaction.atomic
def _shelve(numbers: list[int], categories: list[Category], drawings: list[str]) -> None:
    made = [_product(n, categories) for n in numbers]
    products = list(zip(numbers, Product.objects.bulk_create(made), strict=True))
    Variant.objects.bulk_create(v for n, product in products for v in _variants(n, product))
    Fact.objects.bulk_create(_fact(product) for _, product in products)
    if drawings:
        Picture.objects.bulk_create(_picture(n, product, drawings) for n, product in products)


def _product(n: int, categories: list[Category]) -> Product:
    chance = _chance(n)
    (what_nl, what_en), (which_nl, which_en) = (chance.choice(words) for words in WORDS)
    return Product(
        category=categories[n % len(categories)],
        slug=SLUG.format(n),
        position=min(1000 + n, 32_000),
        name_nl=f"{what_nl} {which_nl} {n}",
        name_en=f"{what_en} {which_en} {n}",
        subtitle_nl="Verzonnen, om mee te meten",
        subtitle_en="Made up, to measure with",
        text_nl="Dit product bestaat niet. Het vult de winkel om te zien hoe snel zij blijft.",
        text_en="This product does not exist. It fills the shop to see how fast it stays.",
    )


def _variants(n: int, product: Product) -> Iterator[Variant]:
    chance = _chance(n)
    price = Decimal(chance.randrange(4, 200)) + Decimal("0.95")
    for position, (name_nl, name_en) in enumerate(SIZES[: chance.randint(1, len(SIZES))], 1):
        yield Variant(
            product=product,
            position=position,
            sku=SKU.format(n, position),
            ean=ean(n * 10 + position),
            colour=chance.choice(Colour.values),
            name_nl=name_nl,
            name_en=name_en,
            price=price + 10 * (position - 1),
            on_hand=chance.randint(20, 500),
            sealed=n % 5 == 0,
            weight_g=chance.randint(20, 900),
        )


def _fact(product: Product) -> Fact:
    return Fact(
        product=product,
        position=1,
        label_nl="Soort",
        label_en="Kind",
        value_nl="Verzonnen",
        value_en="Made up",
    )


def _picture(n: int, product: Product, drawings: list[str]) -> Picture:
    return Picture(
        product=product,
        position=1,
        room=Room.values[n % len(Room.values)],
        drawing=drawings[n % len(drawings)],
        alt_nl=product.name_nl,
        alt_en=product.name_en,
    )


def ean(number: int) -> str:
    """A number inside a shop (GS1 keeps 20 to 29 for these), with its check digit."""
    digits = f"29{number:010}"
    weighed = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def _chance(n: int) -> random.Random:
    """The same product whenever it is made."""
    return random.Random(f"product {n}")  # noqa: S311  nothing secret
