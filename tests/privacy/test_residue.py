"""What an erasure left behind is found by value, wherever it lies, and told as a place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Address, User
from privacy import residue
from privacy.models import Request
from privacy.subjects import Subject

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def case() -> Request:
    return Request.objects.create(
        kind="erasure", state="executing", received_at=NOW, due_at=NOW, language="nl"
    )


@pytest.fixture
def identifiers(anna: User) -> dict[str, list[str]]:
    """Taken from Anna's rows, which are gone afterwards."""
    Address.objects.create(
        user=anna,
        name="Anna Jansen",
        street="Lange Nieuwstraat",
        house_number="12",
        postcode="3512 PN",
        city="Utrecht",
        phone="06-1234 5678",
    )
    found = residue.identifiers(Subject(anna, frozenset({anna.email})))
    User.objects.all().delete()
    return found


@pytest.fixture
def shelf() -> None:
    """A table that no model knows, in another schema too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE shelf (id int PRIMARY KEY, said text, more jsonb, many text[])"
        )
        cursor.execute("CREATE SCHEMA attic")
        cursor.execute("CREATE TABLE attic.box (label text PRIMARY KEY)")


def put(said: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO shelf (id, said) VALUES (7, %s)", [said])


def found(case: Request) -> set[tuple[str, str, str, str]]:
    rows = case.residue.filter(cleared_at=None)
    return set(rows.values_list("place", "column", "key", "identifier"))


def test_who_somebody_is_comes_from_the_declared_rows(identifiers: dict[str, list[str]]) -> None:
    assert identifiers["email"] == ["anna.jansen@example.com"]
    assert identifiers["name"] == ["Anna Jansen"]
    assert identifiers["street"] == ["Lange Nieuwstraat 12"]
    assert {"06-1234 5678", "+31612345678", "0612345678"} <= set(identifiers["phone"])
    assert len(identifiers["subject"]) == 1


def test_a_house_without_the_person_is_clean(
    case: Request, identifiers: dict[str, list[str]], shelf: None
) -> None:
    put("Somebody called Anna lives in Utrecht, at number 12.")

    assert residue.scan(case, identifiers, now=NOW) == 0
    assert found(case) == set()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Mail to ANNA.Jansen@Example.COM, please", "email"),
        ("anna.jansen+shop@example.com", "email"),
        ("/find?mail=anna.jansen%40example.com&x=1", "email"),
        ("to=YW5uYS5qYW5zZW5AZXhhbXBsZS5jb20=", "email"),
        ("to=OmFubmEuamFuc2VuQGV4YW1wbGUuY29tOg==", "email"),
        ("to=Ojphbm5hLmphbnNlbkBleGFtcGxlLmNvbTo6", "email"),
        ('{"phone": "06-1234 5678"}', "phone"),
        ("rang 0612345678 twice", "phone"),
        ("tel:+31612345678", "phone"),
        ("tel%3A%2B31612345678", "phone"),
        ("for Anna  JANSEN, at the desk", "name"),
        ("q=anna+jansen", "name"),
        ("at lange nieuwstraat 12 in town", "street"),
        ("Lange%20Nieuwstraat%2012", "street"),
    ],
)
def test_every_way_to_write_it_is_found(
    case: Request, identifiers: dict[str, list[str]], shelf: None, said: str, kind: str
) -> None:
    put(said)

    assert residue.scan(case, identifiers, now=NOW) == 1
    assert found(case) == {("shelf", "said", "7", kind)}


@pytest.mark.parametrize(
    "said",
    [
        "johanna.jansen@example.com",
        "anna.jansen@example.community",
        "Johanna Jansen",
        "Anna Jansens",
        "Lange Nieuwstraat 123",
        "Lange Nieuwstraat",
        "10612345678",
    ],
)
def test_what_is_somebody_elses_is_not_taken_for_it(
    case: Request, identifiers: dict[str, list[str]], shelf: None, said: str
) -> None:
    put(said)

    assert residue.scan(case, identifiers, now=NOW) == 0


def test_a_key_that_says_who_it_is_is_never_written_down(
    case: Request, identifiers: dict[str, list[str]], shelf: None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO attic.box VALUES ('for anna.jansen@example.com')")

    residue.scan(case, identifiers, now=NOW)

    [(place, column, key, _kind)] = found(case)
    assert (place, column) == ("attic.box", "label")
    assert key.startswith("ctid (")


def test_what_is_cleared_meanwhile_is_clear_and_stays_on_record(
    case: Request, identifiers: dict[str, list[str]], shelf: None
) -> None:
    put("anna.jansen@example.com")
    residue.scan(case, identifiers, now=NOW)
    residue.scan(case, identifiers, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shelf")

    assert residue.scan(case, identifiers, now=timezone.now()) == 0
    assert case.residue.count() == 1
