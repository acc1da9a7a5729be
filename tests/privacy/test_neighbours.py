"""Who is named in what is another's is erased all the same, and the other keeps it."""

from __future__ import annotations

from zipfile import ZipFile

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import Address, User
from accounts.sessions import SessionStore
from privacy import residue, subjects
from privacy.archives.parts import private
from privacy.models import Export, Request
from privacy.requests import filing
from privacy.tasks import run_due_requests
from tests.privacy.archives import ordered, text
from tests.privacy.conftest import Inbox
from tests.privacy.test_requests_deletion import after_cooling_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carl() -> User:
    return User.objects.create_user("carl@example.org", "x", name="Carl Cadeauman")


@pytest.fixture
def named(anna: User, carl: User) -> None:
    """Anna sends Carl presents: his name stands in her book, and in her archive."""
    Address.objects.create(user=anna, name=carl.name, street="Ergens", house_number="3")


def erased(person: User, inbox: Inbox) -> Request:
    """The case of somebody's deletion after all that runs by itself."""
    case = filing.file_deletion(person, now=timezone.now())
    inbox()
    with after_cooling_off():
        run_due_requests()
        inbox()
        run_due_requests()
    case.refresh_from_db()
    return case


def test_a_waiting_archive_of_another_who_is_named_there_does_not_stop_an_erasure(
    signed_in: Client, named: None, carl: User, inbox: Inbox
) -> None:
    export = ordered(signed_in)

    case = erased(carl, inbox)

    assert (case.state, case.residue.count()) == ("fulfilled", 0)
    with private().open(export.file) as file:
        assert carl.name in text(ZipFile(file))


def test_parts_of_an_archive_that_is_being_made_are_anothers_too(
    anna: User, signed_in: Client, carl: User, inbox: Inbox
) -> None:
    export = ordered(signed_in)
    Export.objects.filter(pk=export.pk).update(
        state="running", file="", position={"folder": "made"}, alive_at=timezone.now()
    )
    private().save("made/0001-000001.zip", ContentFile(b"for Carl Cadeauman"))

    assert erased(carl, inbox).state == "fulfilled"


def test_an_archive_that_is_nobodys_is_residue(
    signed_in: Client, named: None, carl: User, inbox: Inbox
) -> None:
    ordered(signed_in).delete()

    case = erased(carl, inbox)

    assert case.state == "residue_found"
    assert {(r.place, r.identifier) for r in case.residue.all()} == {("file", "name")}


def test_an_archive_that_is_the_persons_own_is_residue(signed_in: Client, anna: User) -> None:
    case, who = ordered(signed_in).request, residue.identifiers(subjects.of(anna))

    residue.scan(case, who, now=timezone.now())

    assert case.residue.filter(place="file", identifier="name").exists()


def test_a_cached_session_of_another_who_typed_the_name_is_anothers(
    anna: User, carl: User, inbox: Inbox
) -> None:
    session = SessionStore()
    session["_auth_user_id"] = str(anna.pk)
    session["draft"] = {"delivery_name": carl.name}
    session.save()

    assert erased(carl, inbox).state == "fulfilled"
    assert cache.get(f"session.{session.session_key}")


def test_who_lives_where_the_shop_is_can_be_erased(
    signed_in: Client, anna: User, carl: User, inbox: Inbox
) -> None:
    street, number = configured.SELLER["street"].rsplit(" ", 1)
    Address.objects.create(user=carl, name=carl.name, street=street.upper(), house_number=number)
    private().save("nobodys/letter.txt", ContentFile(b"Soocas, Voorbeeldkade 12"))

    assert erased(carl, inbox).state == "fulfilled"
    assert not Address.objects.filter(name=carl.name).exists()
