from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from outbox.composing import compose
from tests.accounts.visitor import OTHER, PASSWORD, Visitor, code_for, letters

EMAIL = "noor@example.test"


def test_an_account_is_made_by_an_address_a_password_and_a_mailed_code(visitor: Visitor) -> None:
    visitor.signs_up(EMAIL)
    assert visitor.nobody

    visitor.types_code(code_for(EMAIL))

    assert visitor.user.email == EMAIL
    assert EmailAddress.objects.get(user=visitor.user).verified


def test_a_name_may_be_given_and_the_language_is_the_page_s(db: None) -> None:
    english = Visitor("en")

    user = english.joins(EMAIL, name="Noor de Vries")

    assert (user.name, user.language) == ("Noor de Vries", "en")


@pytest.mark.parametrize(("language", "word"), [("nl", "Je code"), ("en", "Your code")])
def test_the_code_is_mailed_in_the_language_of_the_page(db: None, language: str, word: str) -> None:
    Visitor(language).signs_up(EMAIL)

    mail = compose(letters(EMAIL)[-1])

    assert code_for(EMAIL) in str(mail.alternatives[0][0])
    assert word in mail.subject


def test_a_wrong_code_opens_nothing_and_says_what_to_do(visitor: Visitor) -> None:
    visitor.signs_up(EMAIL)

    answer = visitor.types_code("BBBB-BBBB")

    assert answer.status_code == 200
    assert visitor.nobody


def test_three_wrong_codes_end_it_and_the_right_one_comes_too_late(visitor: Visitor) -> None:
    visitor.signs_up(EMAIL)
    code = code_for(EMAIL)

    for _ in range(3):
        visitor.types_code("BBBB-BBBB")
    visitor.types_code(code)

    assert visitor.nobody


def test_a_code_works_once_and_in_its_own_browser_only(visitor: Visitor, attacker: Visitor) -> None:
    visitor.signs_up(EMAIL)
    code = code_for(EMAIL)

    attacker.types_code(code)
    assert attacker.nobody
    visitor.types_code(code)
    visitor.signs_out()
    visitor.types_code(code)

    assert visitor.nobody


def test_a_known_and_an_unknown_address_are_answered_alike(
    visitor: Visitor, attacker: Visitor
) -> None:
    visitor.joins(EMAIL)

    known, unknown = attacker.signs_up(EMAIL), Visitor().signs_up("new@example.test")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [m.kind for m in letters(EMAIL)][-1] == "account/account_already_exists"
    assert User.objects.filter(email=EMAIL).count() == 1


def test_another_case_is_the_same_address(visitor: Visitor, attacker: Visitor) -> None:
    visitor.joins(EMAIL)

    attacker.signs_up("NOOR@Example.Test", OTHER)

    assert User.objects.filter(email__iexact=EMAIL).count() == 1
    assert letters(EMAIL)[-1].kind == "account/account_already_exists"


def test_who_proves_the_address_wins_over_who_only_typed_it(
    visitor: Visitor, attacker: Visitor
) -> None:
    attacker.signs_up(EMAIL, OTHER, name="Not Noor")

    user = visitor.joins(EMAIL)

    assert (user.name, user.check_password(PASSWORD)) == ("", True)
    attacker.signs_in(EMAIL, OTHER)
    assert attacker.nobody
    assert User.objects.count() == 1


def test_a_form_that_fails_keeps_what_was_typed_and_shows_the_way(visitor: Visitor) -> None:
    answer = visitor.signs_up(EMAIL, "sh0rt!pw", name="Noor de Vries")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert EMAIL in page
    assert "Noor de Vries" in page
    assert 'id="wrong"' in page
    assert "sh0rt!pw" not in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email", ["", "x", "a@b", "a\0b@example.test", "a" * 300 + "@example.test"]
)
def test_no_address_breaks_the_form(visitor: Visitor, email: str) -> None:
    assert visitor.signs_up(email).status_code == 200
    assert not User.objects.exists()


def test_sign_up_sent_twice_makes_one_account(visitor: Visitor) -> None:
    visitor.signs_up(EMAIL)
    visitor.signs_up(EMAIL)

    visitor.types_code(code_for(EMAIL))

    assert visitor.user
    assert User.objects.count() == 1
