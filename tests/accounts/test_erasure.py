"""What this room declares goes, and only that person's; a session dies at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import caches
from django.utils import timezone

from accounts.models import Address, Session, User
from privacy import erasure, export, retention, subjects
from tests.accounts.test_centre import PLACE
from tests.accounts.visitor import Visitor

EMAIL = "noor@gmail.com"


@pytest.mark.django_db(transaction=True)
def test_an_erased_person_is_signed_out_everywhere_at_once_and_her_neighbour_is_not(
    google: str,
) -> None:
    noor, neighbour = Visitor(), Visitor()
    noor.comes_by("google", EMAIL)
    noor.sends("addresses/new/", **PLACE)
    neighbour.joins("daan@example.test")
    neighbour.sends("addresses/new/", **PLACE)
    key = noor.cached

    erasure.erase(subjects.of(noor.user), timezone.now())

    assert noor.nobody
    assert caches["default"].get(key) is None
    assert not SocialAccount.objects.exists()
    assert [user.email for user in User.objects.all()] == ["daan@example.test"]
    assert [a.email for a in EmailAddress.objects.all()] == ["daan@example.test"]
    assert Address.objects.get().user == neighbour.user


@pytest.mark.django_db(transaction=True)
def test_the_same_address_may_come_again_and_sees_nothing_old(google: str) -> None:
    visitor = Visitor()
    visitor.comes_by("google", EMAIL)
    visitor.sends("addresses/new/", **PLACE)
    first = visitor.user.subject_id
    erasure.erase(subjects.of(visitor.user), timezone.now())

    visitor.comes_by("google", EMAIL)

    assert visitor.user.subject_id != first
    assert not visitor.user.addresses.exists()


@pytest.mark.django_db
def test_an_account_unused_for_three_years_goes_by_night_and_a_used_one_stays(
    visitor: Visitor, attacker: Visitor
) -> None:
    visitor.joins(EMAIL)
    attacker.joins("daan@example.test")
    long_ago = timezone.now() - timedelta(days=3 * 366 + 2)
    User.objects.filter(email=EMAIL).update(last_seen_at=long_ago)

    retention.purge(timezone.now())

    assert [user.email for user in User.objects.all()] == ["daan@example.test"]


@pytest.mark.django_db
def test_sessions_that_ended_are_cleared_by_night(visitor: Visitor) -> None:
    visitor.joins(EMAIL)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=3))

    retention.purge(timezone.now())

    assert not Session.objects.exists()


@pytest.mark.django_db
def test_the_export_holds_what_a_provider_told_and_no_secret(visitor: Visitor, google: str) -> None:
    visitor.comes_by("google", EMAIL)
    user = visitor.user

    told = str(export.collect(subjects.of(user)))

    assert "Noor de Vries" in told
    assert user.password not in told
    assert str(visitor.session.session_key) not in told


@pytest.mark.django_db
def test_only_a_proved_address_opens_what_guests_left(visitor: Visitor) -> None:
    user = visitor.joins(EMAIL)
    assert subjects.of(user).emails == {EMAIL}

    EmailAddress.objects.update(verified=False)

    assert subjects.of(user).emails == frozenset()
