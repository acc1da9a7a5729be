"""What an erasure left behind is found by value, wherever it lies, and told as a place."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from redis import Redis

from accounts.models import Address, User
from accounts.sessions import SessionStore
from outbox.models import Message
from privacy import residue
from privacy.models import Request
from privacy.residue.scanning import look
from privacy.residue.verdict import Verdict
from privacy.subjects import Subject
from privacy.tasks import execute_request

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    """Nothing takes the jobs of a test; what others left is none of its business."""
    with Redis.from_url(configured.BROKER_URL) as broker:
        broker.flushdb()
        yield
        broker.flushdb()


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


ABROAD = {
    "email": ["josé@münchen.example"],
    "name": ["José Ibáñez"],
    "street": ["Rue de l'Été 5"],
    "phone": ["+49891234567", "0891234567"],
    "subject": ["6f9619ff-8b86-d011-b42d-00c04fc964ff"],
}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("josé@xn--mnchen-3ya.example", "email"),  # IDN: punycode
        ("JOSÉ@MÜNCHEN.EXAMPLE", "email"),  # and unicode, in another case
        ("jose\u0301@mu\u0308nchen.example", "email"),  # the accents apart
        ("josé+shop@münchen.example", "email"),  # a tag
        ("jos%C3%A9%40m%C3%BCnchen.example", "email"),  # a URL
        ('{"to": "jos\\u00e9@m\\u00fcnchen.example"}', "email"),  # JSON
        ('{"to": "jos\\u00E9@m\\u00FCnchen.example"}', "email"),
        ('{"name": "Jos\\u00e9 Ib\\u00e1\\u00f1ez"}', "name"),
        ('{"in": "{\\"name\\": \\"Jos\\\\u00e9 Ib\\\\u00e1\\\\u00f1ez\\"}"}', "name"),
        ("Rue de l&#x27;Été 5", "street"),  # HTML
        ("tel:+49891234567", "phone"),
        ("0891234567", "phone"),
        ("6F9619FF-8B86-D011-B42D-00C04FC964FF", "subject"),
        ("6f9619ff8b86d011b42d00c04fc964ff", "subject"),
        *[(base64.b64encode(b"x" * n + "josé@münchen.example;".encode()).decode(), "email")
          for n in range(3)],
        *[(base64.urlsafe_b64encode(b"x" * n + "José Ibáñez;".encode()).decode(), "name")
          for n in range(3)],
    ],
)  # fmt: skip
def test_a_name_with_accents_and_an_address_abroad_are_found_in_every_spelling(
    case: Request, shelf: None, said: str, kind: str
) -> None:
    put(said)

    assert residue.scan(case, ABROAD, now=NOW) == 1
    assert found(case) == {("shelf", "said", "7", kind)}


@pytest.mark.parametrize(
    "said", [r"go\/anna.jansen@example.com\/x", r"anna.jansen\u0040example.com"]
)
def test_an_address_between_escaped_slashes_is_found(
    case: Request, identifiers: dict[str, list[str]], shelf: None, said: str
) -> None:
    put(said)

    assert residue.scan(case, identifiers, now=NOW) == 1


def test_neither_a_first_name_nor_a_town_nor_a_short_street_is_looked_for(db: None) -> None:
    user = User.objects.create_user("bo@example.com", "x", name="Bo", nickname="Bo")
    Address.objects.create(user=user, name="Bo", street="Dam", house_number="1", city="Amsterdam")

    taken = residue.identifiers(Subject(user, frozenset({user.email})))

    assert taken["name"] == []
    assert taken["street"] == []
    assert "Amsterdam" not in str(taken)


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


def test_arrays_json_and_bytes_are_read_too(
    case: Request, identifiers: dict[str, list[str]], shelf: None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shelf ADD raw bytea, ADD words tsvector")
        cursor.execute(
            "INSERT INTO shelf (id, many, more, raw, words)"
            " VALUES (1, %s, %s, %s, to_tsvector(%s))",
            [
                ["a", "Anna Jansen\nand Bo"],
                json.dumps({"to": {"mail": "anna.jansen@example.com"}}),
                b"\x00\xff anna.jansen@example.com",
                "anna.jansen@example.com",
            ],
        )

    residue.scan(case, identifiers, now=NOW)

    assert {column for _place, column, _key, _kind in found(case)} == {
        *("many", "more", "raw", "words")
    }


@pytest.mark.parametrize("program", ["grep", "none"])
def test_it_finds_the_same_where_there_is_no_grep(
    case: Request,
    identifiers: dict[str, list[str]],
    shelf: None,
    program: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if program == "none":
        monkeypatch.setenv("PATH", "")
    put("back\\slash\tand tab\nANNA.JANSEN%40example.com")

    assert residue.scan(case, identifiers, now=NOW) == 1


def test_a_session_in_which_a_guest_typed_his_address_is_unpacked(
    case: Request, identifiers: dict[str, list[str]]
) -> None:
    session = SessionStore()
    session["draft"] = {"email": "anna.jansen@example.com", "more": "x" * 2000}  # long: packed
    session.save()
    cache.clear()

    residue.scan(case, identifiers, now=NOW)

    [(place, column, key, kind)] = found(case)
    assert (place, column, kind) == ("accounts_session", "session_data", "email")
    assert str(session.session_key) not in key


def test_what_lies_outside_the_database_is_read(
    case: Request, identifiers: dict[str, list[str]], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT, settings.LOG_DIR = str(tmp_path / "media"), str(tmp_path)
    cache.set("tries:anna.jansen@example.com", 3)
    cache.set("draft", {"name": "Anna Jansen"})
    default_storage.save("papers/anna.jansen@example.com.txt", ContentFile(b"nothing"))
    default_storage.save("papers/list.zip", ContentFile(zipped("call 06-1234 5678")))
    (tmp_path / "requests-2026-03-01.jsonl").write_text(
        "fine\nGET /x?to=anna.jansen%40example.com\n"
    )
    execute_request.apply_async(("anna.jansen@example.com",))

    residue.scan(case, identifiers, now=NOW)

    places = {(place, kind) for place, _column, _key, kind in found(case)}
    assert places == {
        *(("cache", "email"), ("cache", "name"), ("file", "email"), ("file", "phone")),
        *(("log", "email"), ("queue", "email")),
    }
    assert "anna.jansen" not in str(found(case))
    assert ("log", "", "requests-2026-03-01.jsonl:2", "email") in found(case)


def zipped(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", text)
    return file.getvalue()


@pytest.mark.parametrize("setting", ["CACHE_URL", "BROKER_URL"])
def test_a_place_that_cannot_be_read_is_a_failure_and_the_rest_is_written_down(
    case: Request, identifiers: dict[str, list[str]], shelf: None, settings: Any, setting: str
) -> None:
    put("anna.jansen@example.com")
    setattr(settings, setting, "redis://127.0.0.1:1/0")

    with pytest.raises(residue.Unreadable, match=r"^(cache|queue)$"):
        residue.scan(case, identifiers, now=NOW)

    assert len(found(case)) == 1


def test_a_table_that_cannot_be_read_is_a_failure_and_clears_nothing(
    case: Request, identifiers: dict[str, list[str]], shelf: None
) -> None:
    put("anna.jansen@example.com")
    residue.scan(case, identifiers, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE clerk; GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk")
        cursor.execute("REVOKE ALL ON shelf FROM clerk; SET LOCAL ROLE clerk")

    with pytest.raises(residue.Unreadable, match="shelf"):
        residue.scan(case, identifiers, now=NOW)

    assert len(found(case)) == 1


def test_a_partners_cell_is_counted_and_is_no_residue(
    case: Request, identifiers: dict[str, list[str]]
) -> None:
    bram = User.objects.create_user("bram@example.com", "x", name="Bram Bos")
    Address.objects.create(
        user=bram, name="Anna Jansen", street="Lange Nieuwstraat", house_number="12"
    )

    assert residue.scan(case, identifiers, now=NOW) == 0
    assert look(identifiers, NOW).counts[Verdict.OTHERS] == 1


def test_a_declared_cell_is_residue_when_nothing_holds_it_and_expected_while_something_does(
    case: Request, identifiers: dict[str, list[str]]
) -> None:
    Request.objects.filter(pk=case.pk).update(sealed={"to": "anna.jansen@example.com"})
    Message.objects.create(
        kind="a", about="1", recipient="anna.jansen@example.com", state="queued",
        message_id="1", queued_at=NOW, next_try_at=NOW,
    )  # fmt: skip

    assert residue.scan(case, identifiers, now=NOW) == 0
    assert look(identifiers, NOW).counts[Verdict.HELD] == 2

    Message.objects.update(state="sent", closed_at=NOW)
    residue.scan(case, identifiers, now=NOW)
    key = str(Message.objects.get().pk)
    assert found(case) == {("outbox_message", "recipient", key, "email")}
