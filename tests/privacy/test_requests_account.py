"""The privacy pages of an account: see, take along, correct."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts.models import Address, User
from privacy.models import Request
from tests.privacy.archives import fetched, ordered

CORRECT = "/nl/account/privacy/correct/"


def typed(client: Client, **changed: str) -> dict[str, str]:
    """The form as the page gives it, with some fields changed, by the end of their names."""
    rows = client.get(CORRECT).context["rows"]
    values = {bound.html_name: bound.value() or "" for row in rows for bound, _ in row["fields"]}
    for end, value in changed.items():
        (name,) = [name for name in values if name.endswith(f"-{end}")]
        values[name] = value
    return values


def test_the_page_shows_what_is_held_with_purpose_ground_and_term(signed_in: Client) -> None:
    page = signed_in.get("/en/account/privacy/").content.decode()

    for words in ("Anna Jansen", "anna.jansen@example.com", "Provide your account", "Our contract"):
        assert words in page
    assert "pbkdf2" not in page


def test_a_signed_in_person_downloads_everything_and_it_is_on_record(
    signed_in: Client, anna: User
) -> None:
    file = fetched(signed_in, ordered(signed_in))

    data = file.read("data.json").decode()
    assert "Anna Jansen" in data
    assert anna.password not in data
    assert json.loads(data)
    assert 'lang="nl"' in file.read("index.html").decode()
    case = Request.objects.get()
    assert (case.kind, case.state, case.email) == ("access", "fulfilled", "")


def test_the_eleventh_download_of_an_hour_waits(signed_in: Client) -> None:
    answers = [signed_in.post("/nl/account/privacy/download/") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert Request.objects.count() == 1  # while one is being made there is no other


def test_a_person_corrects_the_own_name(signed_in: Client, anna: User) -> None:
    answer = signed_in.post(CORRECT, typed(signed_in, name="Anna de Jong"), follow=True)

    anna.refresh_from_db()
    assert anna.name == "Anna de Jong"
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["x" * 500, "\x00"])
def test_a_wrong_value_is_said_and_what_was_typed_is_kept(
    signed_in: Client, anna: User, name: str
) -> None:
    answer = signed_in.post(CORRECT, typed(signed_in, name=name, nickname="Annie"))

    anna.refresh_from_db()
    assert answer.status_code == 200
    assert "Annie" in answer.content.decode()
    assert (anna.name, anna.nickname) == ("Anna Jansen", "Anna")


def test_the_language_is_chosen_from_those_the_shop_speaks(signed_in: Client, anna: User) -> None:
    page = signed_in.get(CORRECT).content.decode()
    signed_in.post(CORRECT, typed(signed_in, language="xx"))

    anna.refresh_from_db()
    assert '<option value="en"' in page
    assert anna.language == "nl"


def test_a_forged_form_reaches_nobody_elses_row(signed_in: Client, anna: User) -> None:
    bram = User.objects.create_user("bram@example.com", "x", name="Bram Bos")
    his = Address.objects.create(
        user=bram, name="Bram", street="Kade", house_number="1", postcode="3011 BA", city="Delft"
    )
    forged = {
        name.replace(f"-{anna.pk}-", f"-{bram.pk}-"): "Forged" for name in typed(signed_in)
    } | {f"accounts.Address-{his.pk}-street": "Forged", "email": "new@example.com"}

    signed_in.post(CORRECT, forged)

    bram.refresh_from_db()
    his.refresh_from_db()
    anna.refresh_from_db()
    assert (bram.name, his.street) == ("Bram Bos", "Kade")
    assert anna.email == "anna.jansen@example.com"
