"""Customers of any number, for benchmarks: made-up people at example domains, always the same."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Address, User

PREFIX = "klant-"
AT_ONCE = 1000  # accounts in one transaction
YEARS = timedelta(days=3 * 365)
DOMAINS = ("example.com", "example.net", "example.org")  # nobody's: RFC 2606
FIRST = (
    *("Aafke", "Bente", "Cas", "Doutzen", "Evert", "Fenna", "Gijs", "Hille", "Imre", "Joris"),
    *("Kaat", "Lieven", "Mirthe", "Nout", "Okke", "Puck", "Quirijn", "Roos", "Siebe", "Teun"),
)
LAST = (
    *("Appelboom", "van den Berkhof", "Cordaan", "Dijkveld", "Eekhout", "Fluitman", "Grasdorp"),
    *("Heidewei", "Ijsselkade", "Jagersma", "Kwakhoek", "Lindewal", "Moerdal", "Nachtegaal"),
    *("Oeverbos", "Pruimgaard", "Rietschans", "Sluiswerf", "Turfakker", "Veenloper"),
)
STREETS = ("Voorbeeldkade", "Verzonnenlaan", "Proefstraat", "Testpad", "Nergensweg", "Schijnplein")
TOWNS = {
    "NL": (("1011 AB", "Amsterdam"), ("3511 AB", "Utrecht"), ("9711 AB", "Groningen")),
    "BE": (("2000", "Antwerpen"), ("9000", "Gent")),
    "DE": (("10115", "Berlin"), ("50667", "Köln")),
}


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str

    @property
    def place(self) -> dict[str, str]:
        parts = ("name", "street", "house_number", "postcode", "city", "country")
        return {part: getattr(self, part) for part in parts}


def person(n: int, *, prefix: str = PREFIX) -> Person:
    """The ``n``-th made-up person; another prefix, another person."""
    chance = random.Random(f"{prefix}{n}")  # noqa: S311  nothing secret
    country = chance.choices(("NL", "BE", "DE"), (80, 12, 8))[0]
    postcode, city = chance.choice(TOWNS[country])
    return Person(
        name=f"{chance.choice(FIRST)} {chance.choice(LAST)}",
        email=f"{prefix}{n}@{DOMAINS[n % len(DOMAINS)]}",
        street=chance.choice(STREETS),
        house_number=str(chance.randint(1, 240)),
        postcode=postcode,
        city=city,
        country=country,
    )


def load(count: int, *, now: datetime) -> int:
    """See to it that there are so many of them; how many were missing. None can sign in."""
    there = set(User.objects.filter(email__startswith=PREFIX).values_list("email", flat=True))
    missing = [n for n in range(1, count + 1) if person(n).email not in there]
    for start in range(0, len(missing), AT_ONCE):
        _join(missing[start : start + AT_ONCE], now)
    return len(missing)


def known() -> dict[str, int]:
    """Those there are: address and key."""
    return dict(User.objects.filter(email__startswith=PREFIX).values_list("email", "pk"))


@transaction.atomic
def _join(numbers: list[int], now: datetime) -> None:
    people = [person(n) for n in numbers]
    users = User.objects.bulk_create(
        _user(n, one, now) for n, one in zip(numbers, people, strict=True)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    Address.objects.bulk_create(
        Address(user=user, **one.place) for user, one in zip(users, people, strict=True)
    )


def _user(n: int, one: Person, now: datetime) -> User:
    chance = random.Random(f"joined {n}")  # noqa: S311  nothing secret
    joined = now - YEARS * chance.random()
    return User(
        email=one.email,
        name=one.name,
        language="nl" if one.country != "DE" else "en",
        password=make_password(None),
        date_joined=joined,
        last_login=joined,
        last_seen_at=joined + (now - joined) * chance.random(),
    )
