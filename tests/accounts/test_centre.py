from __future__ import annotations

import pytest

from accounts.models import Address, User
from tests.accounts.visitor import Visitor, words

EMAIL = "noor@example.test"
PLACE = {
    "name": "Noor de Vries",
    "street": "Lange Weg",
    "house_number": "7a",
    "postcode": "1234 AB",
    "city": "Utrecht",
    "country": "NL",
    "phone": "",
}
PAGES = ["", "profile/", "addresses/", "addresses/new/", "safety/", "3rdparty/", "logout/"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(visitor: Visitor) -> User:
    return visitor.joins(EMAIL)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_for_its_owner_and_sends_others_to_the_door(
    language: str, page: str
) -> None:
    visitor = Visitor(language)
    assert "/login/" in visitor.get(visitor.at(page or "profile/"))["Location"] or page == "logout/"

    visitor.joins(EMAIL)

    assert "<h1" in visitor.reads(page)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", ["login/", "signup/", "login/code/", "password/reset/"])
def test_each_door_opens_in_both_languages(language: str, page: str) -> None:
    page = Visitor(language).reads(page)

    assert f'<html lang="{language}"' in page
    assert 'class="why"' in page


def test_the_navigation_marks_the_page_one_is_on(visitor: Visitor, noor: User) -> None:
    page = visitor.reads("profile/")

    assert page.count('aria-current="page"') == 1
    assert 'href="/nl/account/profile/" aria-current="page"' in page


def test_name_nickname_and_language_are_one_s_own_to_change(visitor: Visitor, noor: User) -> None:
    answer = visitor.sends("profile/", name="Noor", nickname="No", language="en")

    assert answer.status_code == 302
    assert (visitor.user.name, visitor.user.nickname, visitor.user.language) == ("Noor", "No", "en")


@pytest.mark.parametrize(
    "typed",
    [
        {"language": "xx"},
        {"language": "nl", "name": "x" * 101},
        {"language": "nl", "name": "a\0b"},
    ],
)
def test_a_profile_that_fails_is_kept_on_the_page_and_not_in_the_shop(
    visitor: Visitor, noor: User, typed: dict[str, str]
) -> None:
    answer = visitor.sends("profile/", nickname="kept on the page", **typed)

    assert answer.status_code == 200
    assert 'value="kept on the page"' in answer.content.decode()
    assert 'id="wrong"' in answer.content.decode()
    assert User.objects.get().nickname == ""


def test_nobody_makes_himself_staff_by_typing_more_fields(visitor: Visitor, noor: User) -> None:
    visitor.sends(
        "profile/", name="N", language="nl", is_staff="on", is_superuser="on", email="x@y.z"
    )

    assert (visitor.user.is_staff, visitor.user.is_superuser) == (False, False)
    assert visitor.user.email == EMAIL


def test_addresses_are_added_changed_and_deleted(visitor: Visitor, noor: User) -> None:
    visitor.sends("addresses/new/", **PLACE)
    kept = Address.objects.get(user=noor)
    visitor.sends(f"addresses/{kept.pk}/", **{**PLACE, "city": "Gouda"})
    assert "Gouda" in visitor.reads("addresses/")

    visitor.sends(f"addresses/{kept.pk}/delete/")

    assert not Address.objects.exists()


@pytest.mark.parametrize("wrong", [{"street": ""}, {"country": "XX"}, {"phone": "0" * 21}])
def test_an_address_that_fails_keeps_what_was_typed(
    visitor: Visitor, noor: User, wrong: dict[str, str]
) -> None:
    answer = visitor.sends("addresses/new/", **{**PLACE, **wrong})

    assert answer.status_code == 200
    assert 'value="Utrecht"' in answer.content.decode()
    assert not Address.objects.exists()


@pytest.mark.parametrize("path", ["addresses/{}/", "addresses/{}/delete/"])
def test_another_person_s_address_is_not_there(
    visitor: Visitor, attacker: Visitor, noor: User, path: str
) -> None:
    visitor.sends("addresses/new/", **PLACE)
    kept = Address.objects.get()
    attacker.joins("other@example.test")

    read = attacker.get(attacker.at(path.format(kept.pk)))
    changed = attacker.sends(path.format(kept.pk), **{**PLACE, "city": "Elsewhere"})

    assert (read.status_code, changed.status_code) == (404, 404)
    assert Address.objects.get().city == "Utrecht"


@pytest.mark.parametrize(
    "path", ["addresses/0/", "addresses/99999999999999999999/", "addresses/x/"]
)
def test_an_address_that_never_was_is_not_found(visitor: Visitor, noor: User, path: str) -> None:
    assert visitor.get(visitor.at(path)).status_code == 404


def test_no_message_repeats_the_address(visitor: Visitor, noor: User) -> None:
    visitor.signs_out()
    page = words(visitor.get(visitor.at("login/")))

    assert EMAIL not in page
