"""The guard's triggers for every way in which a value can be erased."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import User
from privacy import erasers, erasure, guard
from tests.privacy.engine.test_erasure import LATER, models
from tests.privacy.engine.toyshop.people import NOW, order, person, subject

pytestmark = pytest.mark.usefixtures("toyshop", "guarded")


@pytest.fixture
def guarded(toyshop: None) -> None:
    """Renewed for the tables of this shop; undone with the test's transaction."""
    guard.install()
    assert guard.stale() == []


def erased_meanwhile(user: User, row: Any) -> Any:
    """The same row as it was before and, saved once more from there, as it is now."""
    held = type(row)._base_manager.get(pk=row.pk)
    erasure.erase(subject(user), LATER)
    held.save()
    return type(row)._base_manager.get(pk=row.pk)


def test_an_empty_value_and_a_null_stay_and_what_the_law_keeps_is_written() -> None:
    ada = person("ada")

    hers = erased_meanwhile(ada, order("1", ada))

    assert (hers.customer, hers.email, hers.phone) == (None, "", None)
    assert hers.name == "Ada Lovelace"


def test_of_random_values_the_erased_one_stays() -> None:
    ada = person("ada")
    review = models().Review.objects.create(
        author=ada, nickname="ada", text="Fine.", written_at=NOW
    )

    review = erased_meanwhile(ada, review)

    assert review.nickname.startswith(erasers.MARK)
    assert (review.author, review.text) == (None, "Fine.")


def test_a_key_in_json_is_taken_out_again_and_the_others_are_written() -> None:
    ada = person("ada")
    extra = {"phone": "020", "device": "d", "address": {"street": "Herengracht 1", "country": "NL"}}
    post = models().Post.objects.create(author=ada, text="Hello", extra=extra, written_at=NOW)
    held = models().Post.objects.get()

    erasure.erase(subject(ada), LATER)
    held.extra["device"] = "another"
    held.save()

    post.refresh_from_db()
    assert post.extra == {"device": "another", "address": {"country": "NL"}}
    assert (post.author, post.text) == (None, "")


def test_a_row_that_extends_another_is_not_made_anew() -> None:
    ada = person("ada")
    teacher = models().Teacher.objects.create(user=ada, name="Ada", left_at=NOW, subject="Maths")

    erasure.erase(subject(ada), LATER)
    with pytest.raises(IntegrityError):
        teacher.save()
