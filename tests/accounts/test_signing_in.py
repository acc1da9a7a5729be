from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import caches
from django.utils import timezone
from redis import Redis

from accounts.models import Session, User
from outbox.composing import compose
from tests.accounts.visitor import OTHER, PASSWORD, Visitor, code_for, letters, words
from tests.people import person

EMAIL = "noor@example.test"

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(db: None) -> User:
    return person(email=EMAIL, password=PASSWORD)


def test_address_and_password_let_in_whatever_the_case_of_the_address(
    visitor: Visitor, noor: User
) -> None:
    visitor.signs_in("Noor@EXAMPLE.test")

    assert visitor.user == noor


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), ("nobody@example.test", PASSWORD), (EMAIL, "x\0y"), (EMAIL, "x" * 9000)],
)
def test_a_wrong_pair_is_refused_in_the_same_words_and_the_address_stays(
    visitor: Visitor, noor: User, email: str, password: str
) -> None:
    answer = visitor.signs_in(email, password)

    assert answer.status_code == 200
    assert visitor.nobody
    assert f'value="{email}"' in answer.content.decode()


def test_known_and_unknown_addresses_are_refused_alike(visitor: Visitor, noor: User) -> None:
    known = words(visitor.signs_in(EMAIL, "wrong"))
    unknown = words(visitor.signs_in("nobody@example.test", "wrong"))

    assert known == unknown


def test_after_five_wrong_passwords_the_right_one_is_not_tried(
    visitor: Visitor, noor: User
) -> None:
    for _ in range(5):
        visitor.signs_in(EMAIL, "wrong")

    visitor.signs_in(EMAIL)

    assert visitor.nobody


def test_signing_in_leads_on_to_where_one_was_going_but_never_off_the_site(
    visitor: Visitor, noor: User
) -> None:
    there = visitor.sends("login/", login=EMAIL, password=PASSWORD, next="/nl/account/addresses/")
    visitor.signs_out()
    away = visitor.sends("login/", login=EMAIL, password=PASSWORD, next="https://evil.test/")

    assert there["Location"] == "/nl/account/addresses/"
    assert away["Location"] == "/nl/account/"


def test_a_mailed_code_lets_in_without_a_password_once(
    visitor: Visitor, attacker: Visitor, noor: User
) -> None:
    visitor.sends("login/code/", email=EMAIL)
    code = code_for(EMAIL)

    visitor.sends("login/code/confirm/", code=code.lower().replace("-", " "))
    assert visitor.user == noor
    attacker.sends("login/code/confirm/", code=code)

    assert attacker.nobody


def test_asking_a_code_for_an_unknown_address_looks_the_same(visitor: Visitor, noor: User) -> None:
    known = visitor.sends("login/code/", email=EMAIL)
    unknown = Visitor().sends("login/code/", email="nobody@example.test")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert letters("nobody@example.test")[-1].kind == "account/unknown_account"


def test_a_new_password_by_code_ends_every_other_session(
    visitor: Visitor, attacker: Visitor, noor: User
) -> None:
    attacker.signs_in(EMAIL)
    assert attacker.user == noor

    visitor.sends("password/reset/", email=EMAIL)
    visitor.sends("password/reset/confirm/", code=code_for(EMAIL))
    visitor.sends("password/reset/complete/", password1=OTHER, password2=OTHER)

    assert visitor.user == noor
    assert attacker.nobody
    attacker.signs_in(EMAIL, PASSWORD)
    assert attacker.nobody
    assert letters(EMAIL)[-1].kind == "account/password_reset"


def test_a_new_password_is_not_set_without_the_code(visitor: Visitor, noor: User) -> None:
    visitor.sends("password/reset/", email=EMAIL)

    visitor.sends("password/reset/complete/", password1=OTHER, password2=OTHER)

    noor.refresh_from_db()
    assert noor.check_password(PASSWORD)


def test_signing_out_takes_a_button_not_a_link(visitor: Visitor, noor: User) -> None:
    visitor.signs_in(EMAIL)

    visitor.get(visitor.at("logout/"))
    assert visitor.user == noor

    visitor.signs_out()


def test_a_closed_account_does_not_come_in_and_is_told_so(visitor: Visitor, noor: User) -> None:
    User.objects.update(is_active=False)

    answer = visitor.post(visitor.at("login/"), {"login": EMAIL, "password": PASSWORD}, follow=True)

    assert visitor.nobody
    assert answer.status_code == 200


# changing the address


def test_a_new_address_counts_once_proved_and_the_old_one_is_told(
    visitor: Visitor, noor: User
) -> None:
    visitor.signs_in(EMAIL)
    visitor.sends("reauthenticate/", password=PASSWORD)

    visitor.sends("email/", email="noor.new@example.test", action_add="1")
    assert visitor.user.email == EMAIL
    visitor.types_code(code_for("noor.new@example.test"))

    assert visitor.user.email == "noor.new@example.test"
    assert [a.email for a in EmailAddress.objects.all()] == ["noor.new@example.test"]
    told = letters(EMAIL)[-1]
    assert told.kind == "account/email_changed"
    assert "noor.new" not in str(compose(told).message())


def test_the_address_does_not_change_without_asking_again_who_it_is(
    visitor: Visitor, noor: User
) -> None:
    visitor.signs_in(EMAIL)

    answer = visitor.sends("email/", email="noor.new@example.test", action_add="1")

    assert "/reauthenticate/" in answer["Location"]
    assert letters("noor.new@example.test") == []


def test_the_address_of_another_account_cannot_be_taken(visitor: Visitor, noor: User) -> None:
    other = person(email="other@example.test", password=OTHER)
    visitor.signs_in(EMAIL)
    visitor.sends("reauthenticate/", password=PASSWORD)

    visitor.sends("email/", email="OTHER@example.test", action_add="1")
    visitor.types_code(code_for("other@example.test"))

    noor.refresh_from_db()
    assert noor.email == EMAIL
    assert EmailAddress.objects.filter(email="other@example.test").get().user == other


def test_a_stranger_s_unproved_sign_up_does_not_block_a_new_address(
    visitor: Visitor, attacker: Visitor, noor: User
) -> None:
    attacker.signs_up("noor.new@example.test", OTHER)
    visitor.signs_in(EMAIL)
    visitor.sends("reauthenticate/", password=PASSWORD)

    visitor.sends("email/", email="noor.new@example.test", action_add="1")
    visitor.types_code(code_for("noor.new@example.test"))

    assert visitor.user.email == "noor.new@example.test"
    assert User.objects.count() == 1


def test_a_changed_password_is_told_and_ends_the_other_sessions(
    visitor: Visitor, attacker: Visitor, noor: User
) -> None:
    attacker.signs_in(EMAIL)
    visitor.signs_in(EMAIL)

    wrong = visitor.sends("password/change/", oldpassword="wrong", password1=OTHER, password2=OTHER)
    assert wrong.status_code == 200
    visitor.sends("password/change/", oldpassword=PASSWORD, password1=OTHER, password2=OTHER)

    assert visitor.user == noor
    assert attacker.nobody
    assert letters(EMAIL)[-1].kind == "account/password_changed"


def test_password_managers_find_where_to_change_the_password(visitor: Visitor, noor: User) -> None:
    visitor.signs_in(EMAIL)

    answer = visitor.get("/.well-known/change-password", follow=True)

    assert answer.redirect_chain[-1][0].endswith("/account/password/change/")
    assert 'name="oldpassword"' in answer.content.decode()


# asking again who someone is


def test_a_first_password_is_not_chosen_by_who_only_has_the_session(
    visitor: Visitor, google: str
) -> None:
    visitor.comes_by("google", EMAIL)

    answer = visitor.sends("password/set/", password1=OTHER, password2=OTHER)
    assert "/safety/code/" in answer["Location"]
    assert not visitor.user.has_usable_password()

    visitor.sends("safety/code/", send="1")
    visitor.sends("safety/code/", code=code_for(EMAIL))
    visitor.sends("password/set/", password1=OTHER, password2=OTHER)
    assert visitor.user.check_password(OTHER)


@pytest.mark.parametrize(("page", "method"), [("delete/", "get"), ("download/", "post")])
def test_who_came_by_google_reaches_what_is_delicate_in_the_privacy_centre(
    visitor: Visitor, google: str, page: str, method: str
) -> None:
    visitor.comes_by("google", EMAIL)
    asked = getattr(visitor, method)(f"/nl/account/privacy/{page}")
    assert "/safety/code/" in asked["Location"]

    visitor.post(asked["Location"], {"send": "1"})
    went_on = visitor.post(asked["Location"], {"code": code_for(EMAIL)})

    assert went_on["Location"] == f"/nl/account/privacy/{page}"
    assert visitor.get(went_on["Location"]).status_code == 200


def test_who_has_no_password_shows_again_who_he_is_by_a_mailed_code(
    visitor: Visitor, google: str
) -> None:
    visitor.comes_by("google", EMAIL)

    asked = visitor.sends("email/", email="new@example.test", action_add="1")
    page = asked["Location"]
    assert "/safety/code/" in page
    visitor.post(page, {"send": "1"})
    answer = visitor.post(page, {"code": code_for(EMAIL), "next": visitor.at("email/")})

    assert answer.status_code == 302
    assert letters("new@example.test")  # the change that was asked for went on by itself


def test_the_code_of_the_second_look_dies_after_five_tries_or_a_quarter_of_an_hour(
    visitor: Visitor, noor: User
) -> None:
    visitor.signs_in(EMAIL)
    visitor.sends("safety/code/", send="1")
    code = code_for(EMAIL)
    for _ in range(5):
        assert visitor.sends("safety/code/", code="BBBB-BBBB").status_code == 200
    assert visitor.sends("safety/code/", code=code).status_code == 200

    visitor.sends("safety/code/", send="1")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert visitor.sends("safety/code/", code=code_for(EMAIL)).status_code == 200

    answer = visitor.sends("email/", email="new@example.test", action_add="1")
    assert answer.status_code == 302
    assert letters("new@example.test") == []


# sessions and visits


def test_all_other_browsers_are_signed_out_at_once(
    visitor: Visitor, attacker: Visitor, noor: User
) -> None:
    attacker.signs_in(EMAIL)
    visitor.signs_in(EMAIL)

    visitor.sends("safety/sessions/end/")

    assert Session.objects.filter(user=noor).count() == 1
    assert visitor.user == noor


@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_deleted_dies_in_the_cache_too(visitor: Visitor, noor: User) -> None:
    visitor.signs_in(EMAIL)
    key = visitor.cached
    assert caches["default"].get(key)

    Session.objects.all().delete()

    assert caches["default"].get(key) is None
    assert visitor.nobody


@pytest.mark.django_db(transaction=True)
def test_a_session_that_ends_while_the_cache_is_away_is_not_back_for_more_than_a_minute(
    visitor: Visitor, noor: User
) -> None:
    visitor.signs_in(EMAIL)
    key = visitor.cached
    with Redis.from_url(settings.CACHE_URL) as copies:
        kept = [copies.ttl(caches["default"].make_key(key))]
        caches["default"].delete(key)
        assert visitor.user == noor  # copied again, from the database
        kept.append(copies.ttl(caches["default"].make_key(key)))

    assert all(0 < seconds <= 60 for seconds in kept), kept


def test_a_visit_is_noted_once_a_day(visitor: Visitor, noor: User) -> None:
    visitor.signs_in(EMAIL)
    User.objects.update(last_seen_at=timezone.now() - timedelta(days=400))
    visitor.reads("")  # the day's note
    first = User.objects.get().last_seen_at

    visitor.reads("")

    assert timezone.now() - first < timedelta(minutes=1)
    assert User.objects.get().last_seen_at == first
