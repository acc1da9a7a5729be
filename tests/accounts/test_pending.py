"""Who is half in: what the shop remembers of it, for how long, and when the account goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.utils import timezone

from accounts.models import Session, User
from accounts.sessions import SessionStore
from privacy import erasure, retention, subjects
from tests.accounts.visitor import PASSWORD, Visitor, code_for, words
from tests.people import person

EMAIL = "noor@example.test"
AGAIN = {"nl": "Begin opnieuw", "en": "Please start again."}


def asks_a_code(visitor: Visitor) -> None:
    visitor.sends("login/code/", email=EMAIL)


def asks_a_password(visitor: Visitor) -> None:
    visitor.sends("password/reset/", email=EMAIL)


def stands_at_new_password(visitor: Visitor) -> None:
    asks_a_password(visitor)
    visitor.sends("password/reset/confirm/", code=code_for(EMAIL))


def signs_up(visitor: Visitor) -> None:
    User.objects.filter(email=EMAIL).delete()
    visitor.signs_up(EMAIL)


STEPS = [
    (asks_a_code, "login/code/confirm/"),
    (asks_a_password, "password/reset/confirm/"),
    (stands_at_new_password, "password/reset/complete/"),
    (signs_up, "confirm-email/"),
]
ways = pytest.mark.parametrize(("begins", "step"), STEPS)
Begins = Callable[[Visitor], None]


def remembered() -> str:
    """Everything that is in the sessions, in the database and in the cache."""
    rows = [str(SessionStore().decode(row.session_data)) for row in Session.objects.all()]
    cache = caches["default"]
    client = cache._cache.get_client()  # type: ignore[attr-defined]
    keys = [key.decode().split(":", 2)[2] for key in client.keys("*")]
    return "\n".join([*rows, *(f"{key} {cache.get(key)}" for key in keys)])


def erased(email: str) -> str:
    user = User.objects.get(email=email)
    erasure.erase(subjects.of(user), timezone.now())
    return str(user.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["nl", "en"])
@ways
def test_who_is_half_in_when_the_account_is_erased_is_sent_back_to_the_start_and_told(
    begins: Begins, step: str, language: str
) -> None:
    person(email=EMAIL, password=PASSWORD)
    visitor = Visitor(language)
    begins(visitor)
    code = code_for(EMAIL)
    erased(EMAIL)

    form = {"code": code, "password1": PASSWORD, "password2": PASSWORD}
    answer = visitor.post(visitor.at(step), form, follow=True)

    assert answer.status_code == 200
    assert AGAIN[language] in words(answer)
    assert visitor.nobody
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("begins", "step"), STEPS[:3])
def test_who_is_half_in_and_remembered_when_the_account_is_gone_is_sent_back_too(
    begins: Begins, step: str
) -> None:
    person(email=EMAIL, password=PASSWORD)
    visitor = Visitor("en")
    begins(visitor)
    code = code_for(EMAIL)
    Session.objects.update(user=None)  # as one that was written the moment before
    erased(EMAIL)

    form = {"code": code, "password1": PASSWORD, "password2": PASSWORD}
    answer = visitor.post(visitor.at(step), form, follow=True)

    assert answer.status_code == 200
    assert AGAIN["en"] in words(answer)
    assert EMAIL not in remembered()


@pytest.mark.django_db(transaction=True)
def test_who_proves_again_who_she_is_when_the_account_is_erased_is_at_the_door() -> None:
    visitor = Visitor()
    visitor.joins(EMAIL)
    visitor.sends("safety/code/", send="")
    code = code_for(EMAIL)
    erased(EMAIL)

    answer = visitor.post(visitor.at("safety/code/"), {"code": code}, follow=True)

    assert answer.status_code == 200
    assert visitor.nobody


@pytest.mark.django_db(transaction=True)
@ways
def test_nothing_of_an_erased_person_is_remembered_in_any_browser(
    begins: Begins, step: str
) -> None:
    person(email=EMAIL, password=PASSWORD)
    Visitor().joins("daan@example.test")
    begins(Visitor())
    assert EMAIL in remembered()

    erased(EMAIL)

    assert EMAIL not in remembered()
    assert Session.objects.get().user == User.objects.get(email="daan@example.test")


@pytest.mark.django_db(transaction=True)
def test_a_browser_that_asked_for_two_people_remembers_the_latest_only() -> None:
    person(email=EMAIL, password=PASSWORD)
    person(email="daan@example.test")
    visitor = Visitor()
    asks_a_code(visitor)
    visitor.sends("password/reset/", email="daan@example.test")

    assert EMAIL not in remembered()
    erased("daan@example.test")
    assert "daan@example.test" not in remembered()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["login/code/", "password/reset/"])
def test_an_address_that_was_only_typed_is_forgotten_within_the_hour(
    visitor: Visitor, path: str
) -> None:
    visitor.sends(path, email="nobody@example.test")

    soon = timezone.now() + timedelta(hours=1, minutes=1)
    assert Session.objects.get().expire_date < soon
    ttl = caches["default"]._cache.get_client().ttl  # type: ignore[attr-defined]
    assert 0 < ttl(caches["default"].make_key(visitor.cached)) <= 3600

    retention.purge(timezone.now() + timedelta(days=3))
    assert not Session.objects.exists()


@pytest.mark.django_db
@ways
def test_a_code_that_expired_is_forgotten_at_the_next_visit(begins: Begins, step: str) -> None:
    person(email=EMAIL, password=PASSWORD)
    visitor = Visitor()
    begins(visitor)

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        visitor.get("/nl/account/login/")
        assert EMAIL not in remembered()
        assert Session.objects.get().expire_date > timezone.now() + timedelta(days=13)


@pytest.mark.django_db
def test_who_signs_up_again_in_the_same_browser_comes_in(visitor: Visitor) -> None:
    visitor.signs_up(EMAIL)
    visitor.signs_up(EMAIL)

    assert "account_login" in visitor.session
    visitor.types_code(code_for(EMAIL))
    assert visitor.user.email == EMAIL
    assert Session.objects.get(user=visitor.user).expire_date > timezone.now() + timedelta(days=13)


@pytest.mark.django_db
def test_a_code_that_another_asked_for_is_no_place_where_she_is_signed_in(
    visitor: Visitor, attacker: Visitor
) -> None:
    visitor.joins(EMAIL)
    before = visitor.reads("safety/")
    asks_a_code(attacker)
    assert Session.objects.filter(user=visitor.user).count() == 2

    assert "safety/sessions/end/" not in before
    assert "safety/sessions/end/" not in visitor.reads("safety/")


@pytest.mark.django_db
def test_a_new_code_for_a_sign_up_that_gave_way_costs_no_page(
    visitor: Visitor, attacker: Visitor
) -> None:
    attacker.signs_up(EMAIL)
    visitor.joins(EMAIL)

    assert attacker.sends("confirm-email/", action="resend").status_code < 500
