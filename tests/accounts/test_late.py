"""Someone is erased while a request of theirs is under way: nothing comes back, and no error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client
from django.utils import timezone

from accounts.models import Address, User
from privacy import erasure, subjects
from tests.accounts.test_centre import PLACE
from tests.accounts.visitor import PASSWORD, Visitor, chosen_at, words
from tests.people import person

EMAIL = "noor@gmail.com"
TOLD = "is er niet meer: het is verwijderd"
pytestmark = pytest.mark.django_db(transaction=True)


def erase(user: User) -> None:
    try:
        erasure.erase(subjects.of(user), timezone.now())
    finally:
        connection.close()


@contextmanager
def erased_before(model: type[Model], user: User) -> Iterator[list[Model]]:
    """A worker erases the person between the moment a request has read a row and its writing."""
    done: list[Model] = []

    def between(instance: Model, **signal: Any) -> None:
        if not done:
            done.append(instance)
            with ThreadPoolExecutor(1) as worker:
                worker.submit(erase, user).result()

    pre_save.connect(between, sender=model)
    yield done
    pre_save.disconnect(between, sender=model)


def edit_profile(visitor: Visitor) -> Any:
    return visitor.sends("profile/", name="Noor de Vries", nickname="N", language="nl")


def add_address(visitor: Visitor) -> Any:
    return visitor.sends("addresses/new/", **PLACE)


@pytest.mark.parametrize(("write", "model"), [(edit_profile, User), (add_address, Address)])
def test_a_form_of_hers_that_was_under_way_ends_at_the_home_page_signed_out(
    visitor: Visitor, write: Callable[[Visitor], Any], model: type[Model]
) -> None:
    user = visitor.joins(EMAIL)

    with erased_before(model, user) as read:
        answer = write(visitor)

    assert read
    assert (answer.status_code, answer["Location"]) == (302, "/nl/")
    assert TOLD in words(visitor.get("/nl/"))
    assert not User.objects.exists()
    assert not Address.objects.exists()
    assert visitor.nobody


def test_a_sign_in_by_google_that_was_under_way_brings_nothing_back_and_the_next_is_a_new_account(
    visitor: Visitor, google: str
) -> None:
    visitor.comes_by("google", EMAIL)
    user = visitor.user
    visitor.signs_out()

    with erased_before(SocialAccount, user) as read:
        answer = visitor.comes_by("google", EMAIL)

    assert read
    assert (answer.status_code, answer["Location"]) == (302, "/nl/")
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()
    visitor.comes_by("google", EMAIL)
    assert visitor.user.subject_id != user.subject_id


def test_who_was_at_google_meanwhile_comes_back_to_a_new_account(
    visitor: Visitor, google: str
) -> None:
    visitor.comes_by("google", EMAIL)
    visitor.sends("addresses/new/", **PLACE)
    user = visitor.user
    visitor.signs_out()
    away = visitor.leaves_for("google")

    erase(user)
    visitor.get(chosen_at(away, EMAIL))

    assert visitor.user.subject_id != user.subject_id
    assert User.objects.count() == 1
    assert not visitor.user.addresses.exists()


def test_rows_that_a_process_still_holds_are_not_written_again(
    visitor: Visitor, google: str
) -> None:
    visitor.comes_by("google", EMAIL)
    user = visitor.user
    held = [user, EmailAddress.objects.get(), SocialAccount.objects.get()]
    erase(user)

    for row in held:
        with pytest.raises(IntegrityError):
            row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailAddress.objects.create(user_id=user.pk, email=EMAIL, verified=True)

    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    assert not SocialAccount.objects.exists()


def test_the_same_address_signs_up_by_mail_as_somebody_new(visitor: Visitor) -> None:
    user = visitor.joins(EMAIL)
    visitor.sends("addresses/new/", **PLACE)
    erase(user)

    fresh = Visitor().joins(EMAIL)

    assert (fresh.email, fresh.name) == (EMAIL, "")
    assert fresh.pk != user.pk
    assert not fresh.addresses.exists()


def test_a_form_that_staff_opened_before_and_sends_afterwards_writes_nothing() -> None:
    boss, user = Client(), person(email=EMAIL, name="Noor de Vries")
    boss.force_login(User.objects.create_superuser("boss@example.org", PASSWORD))
    page = f"/admin/accounts/user/{user.pk}/change/"
    typed = {"name": "Noor", "nickname": "", "language": "nl", "is_active": "on"}
    inline = {f"addresses-{n}_FORMS": 0 for n in ("TOTAL", "INITIAL")}
    assert boss.get(page).status_code == 200
    erase(user)

    answer = boss.post(page, {**typed, **inline})

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert [u.email for u in User.objects.all()] == ["boss@example.org"]
    assert not LogEntry.objects.exists()


def test_staff_whose_form_was_under_way_is_told_and_stays_signed_in() -> None:
    boss, user = Client(), person(email=EMAIL, name="Noor de Vries")
    boss.force_login(User.objects.create_superuser("boss@example.org", PASSWORD))
    typed = {"name": "Noor", "nickname": "", "language": "nl", "is_active": "on"}
    inline = {f"addresses-{n}_FORMS": 0 for n in ("TOTAL", "INITIAL")}

    with erased_before(User, user) as read:
        answer = boss.post(f"/admin/accounts/user/{user.pk}/change/", {**typed, **inline})

    assert read
    assert answer.status_code == 302
    assert [u.email for u in User.objects.all()] == ["boss@example.org"]
    assert boss.get("/admin/").status_code == 200
