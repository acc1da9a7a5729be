"""Several who come in with one address in the same moment: one account, and no fault."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.tasks import forget_unproved
from tests.accounts.visitor import OTHER, PASSWORD, Visitor, chosen_at, code_for, letters

EMAIL = "noor@example.test"
ROUNDS = [f"noor{number}@example.test" for number in range(4)]
EIGHT_DAYS = timedelta(days=8)

Deed = Callable[[], int]

pytestmark = pytest.mark.django_db(transaction=True)


def from_elsewhere(number: int) -> Visitor:
    visitor = Visitor()
    visitor.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"
    return visitor


def at_once(*deeds: Deed) -> list[int]:
    """Do all of them, none before the others are ready; what each was answered."""
    start = Barrier(len(deeds))

    def do(deed: Deed) -> int:
        try:
            start.wait()
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def signing_up(visitor: Visitor, email: str = EMAIL, password: str = PASSWORD) -> Deed:
    return lambda: visitor.signs_up(email, password).status_code


def coming_by(visitor: Visitor, provider: str, email: str, **person: str) -> Deed:
    back = chosen_at(visitor.leaves_for(provider), email, **person)
    return lambda: visitor.get(back).status_code


def opened(visitors: list[Visitor], email: str) -> list[Visitor]:
    """Those whom the code of the latest mail lets in."""
    code = code_for(email)
    for visitor in visitors:
        assert visitor.types_code(code).status_code in {200, 302}
    return [visitor for visitor in visitors if not visitor.nobody]


def one_account(email: str) -> User:
    assert EmailAddress.objects.filter(email=email).count() == 1
    return User.objects.get(email=email)


def test_sign_ups_at_once_make_one_account_that_the_latest_mail_opens() -> None:
    visitors = [from_elsewhere(number) for number in range(3 * len(ROUNDS))]
    addresses = [email for email in ROUNDS for _ in range(3)]

    answers = at_once(*map(signing_up, visitors, addresses))

    assert set(answers) == {302}
    assert User.objects.count() == len(ROUNDS)
    for email in ROUNDS:
        those = [
            visitor for visitor, typed in zip(visitors, addresses, strict=True) if typed == email
        ]
        assert [visitor.user for visitor in opened(those, email)] == [one_account(email)]


def test_who_signs_up_too_often_leaves_the_account_that_was_mailed_its_code() -> None:
    visitors = [from_elsewhere(number) for number in range(6)]

    answers = at_once(*map(signing_up, visitors))

    assert sorted(answers) == [302, 302, 302, 429, 429, 429]
    assert len(letters(EMAIL)) == 3
    assert [visitor.user for visitor in opened(visitors, EMAIL)] == [one_account(EMAIL)]


def test_two_clicks_at_once_in_one_browser_make_one_account() -> None:
    visitor = Visitor()
    visitor.reads("signup/")

    answers = at_once(signing_up(visitor), signing_up(visitor))

    assert set(answers) == {302}
    one_account(EMAIL)


@pytest.mark.parametrize("email", ROUNDS)
def test_by_google_and_by_mail_at_once_is_the_account_that_google_proved(
    google: str, email: str
) -> None:
    owner, owner_again, stranger, other = map(from_elsewhere, range(4))

    answers = at_once(
        coming_by(owner, "google", email),
        signing_up(stranger, email, OTHER),
        coming_by(owner_again, "google", email),
        signing_up(other, email),
    )

    assert set(answers) == {302}
    assert owner.user == owner_again.user == one_account(email)
    assert not owner.user.has_usable_password()
    assert SocialAccount.objects.count() == 1
    assert stranger.nobody
    assert other.nobody


@pytest.mark.parametrize("email", ROUNDS)
def test_by_facebook_and_by_mail_at_once_is_one_account_that_its_code_opens(
    facebook: str, email: str
) -> None:
    by_facebook, without_address, by_mail = map(from_elsewhere, range(3))
    without_address.comes_by("facebook", "", subject="10000000000000001")

    answers = at_once(
        coming_by(by_facebook, "facebook", email, subject="10000000000000002"),
        lambda: without_address.sends("3rdparty/signup/", email=email).status_code,
        signing_up(by_mail, email),
    )

    assert set(answers) == {302}
    visitors = opened([by_facebook, without_address, by_mail], email)
    assert [visitor.user for visitor in visitors] == [one_account(email)]
    assert SocialAccount.objects.count() == (0 if visitors == [by_mail] else 1)


@pytest.mark.parametrize("email", ROUNDS)
def test_an_address_proved_while_others_sign_up_with_it_is_proved_or_theirs(email: str) -> None:
    owner, stranger, other = map(from_elsewhere, range(3))
    owner.signs_up(email)
    code = code_for(email)

    answers = at_once(
        lambda: owner.types_code(code).status_code,
        signing_up(stranger, email, OTHER),
        signing_up(other, email, OTHER),
    )

    assert set(answers) <= {200, 302}
    account = one_account(email)
    assert owner.user == (account if account.proved else None)
    assert account.check_password(PASSWORD) == account.proved


@pytest.mark.parametrize("email", ROUNDS)
def test_an_unproved_sign_in_while_another_signs_up_is_no_fault(email: str) -> None:
    first, again, other = map(from_elsewhere, range(3))
    first.signs_up(email)

    answers = at_once(
        lambda: again.signs_in(email).status_code,
        signing_up(other, email, OTHER),
    )

    assert set(answers) <= {200, 302}
    assert again.nobody
    assert not one_account(email).check_password(PASSWORD)


@pytest.mark.parametrize("email", ROUNDS)
def test_what_is_proved_while_the_unproved_are_forgotten_stays(email: str) -> None:
    owner, other = map(from_elsewhere, range(2))
    owner.signs_up(email)
    code = code_for(email)
    User.objects.update(date_joined=timezone.now() - EIGHT_DAYS)

    *_, answer = at_once(
        forget_unproved, forget_unproved, lambda: owner.types_code(code).status_code
    )

    assert answer == (200 if owner.nobody else 302)
    assert User.objects.filter(email=email).exists() != owner.nobody
    other.signs_up(email, OTHER)
    assert User.objects.filter(email=email).count() == 1


@pytest.mark.parametrize("email", ROUNDS)
def test_a_sign_up_while_the_unproved_are_forgotten_is_not(email: str) -> None:
    first, second = map(from_elsewhere, range(2))
    first.signs_up(email)
    User.objects.update(date_joined=timezone.now() - EIGHT_DAYS)

    answers = at_once(forget_unproved, signing_up(second, email))

    assert answers[1] == 302
    assert opened([second], email) == [second]
    assert second.user == one_account(email)
