"""A coarser value stays only where enough other people have it; nothing else of the old one may."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F, Q
from django.db.models.functions import MD5, SHA256, Left, Reverse, Upper

from accounts.models import User
from privacy import erasure, guard, retention
from privacy.declarations import Erase, Generalise, Role, Subject
from tests.privacy.engine.test_checks import change, found, regroup
from tests.privacy.engine.test_erasure import models
from tests.privacy.engine.toyshop.people import NOW, person, subject

pytestmark = pytest.mark.usefixtures("toyshop")
BORN = date(1990, 5, 17)


def answer(user: User | None, postcode: str, **values: Any) -> Any:
    given = {"given_at": NOW - timedelta(days=30), "born_on": BORN, **values}
    return models().Answer.objects.create(user=user, postcode=postcode, **given)


def of(row: Any) -> tuple[str, date | None]:
    row.refresh_from_db()
    return row.postcode, row.born_on


def test_the_coarser_value_stays_if_enough_others_share_it() -> None:
    ada = person("ada")
    hers = answer(ada, "1015 AA")
    answer(person("bob"), "1011 BB")
    answer(None, "1099 CC", email="guest@example.org", born_on=date(1990, 1, 3))

    erasure.erase(subject(ada), NOW)

    assert of(hers) == ("10", date(1990, 1, 1))
    assert hers.user is None


def test_with_too_few_others_nothing_stays() -> None:
    ada = person("ada")
    hers = answer(ada, "1015 AA")
    answer(person("bob"), "1011 BB", born_on=date(1991, 1, 1))

    erasure.erase(subject(ada), NOW)

    assert of(hers) == ("", None)


def test_many_rows_of_one_person_count_as_one_and_the_persons_own_not_at_all() -> None:
    ada, bob = person("ada"), person("bob")
    hers = [answer(ada, f"10{n}0 AA") for n in range(4)]
    for n in range(4):
        answer(bob, f"10{n}1 BB")

    erasure.erase(subject(ada), NOW)

    assert {of(row) for row in hers} == {("", None)}


def test_rows_that_lost_their_person_count_for_nobody() -> None:
    people = [person(name) for name in ("ada", "bob", "cleo")]
    rows = [answer(user, f"10{n}0 AA") for n, user in enumerate(people)]
    for user in people:
        erasure.erase(subject(user), NOW)

    assert of(rows[0])[0] == "10"
    assert {of(row) for row in rows[1:]} == {("", None)}


def test_twice_is_once_and_when_the_others_have_gone_the_rest_goes_too() -> None:
    ada, bob, cleo = (person(name) for name in ("ada", "bob", "cleo"))
    hers = answer(ada, "1015 AA", given_at=NOW - timedelta(days=2000))
    for user in (bob, cleo):
        answer(user, "1011 BB")
    erasure.erase(subject(ada), NOW)
    again = erasure.erase(Subject(ada, frozenset({ada.email})), NOW)
    assert not again.gone
    assert retention.purge(NOW)["toyshop.Answer blanked"] == 0
    assert of(hers)[0] == "10"

    models().Answer.objects.filter(user=cleo).delete()

    assert retention.purge(NOW)["toyshop.Answer blanked"] == 1
    assert of(hers) == ("", None)
    assert retention.purge(NOW)["toyshop.Answer blanked"] == 0


def test_who_typed_the_coarser_value_himself_is_not_taken_for_erased() -> None:
    ada = person("ada")
    hers = answer(ada, "10", born_on=date(1990, 1, 1))

    erasure.erase(subject(ada), NOW)

    assert of(hers) == ("", None)


def test_the_guard_keeps_what_was_written_and_lets_it_become_less() -> None:
    guard.install()
    assert guard.stale() == []
    ada = person("ada")
    hers = answer(ada, "1015 AA")
    held = models().Answer.objects.get(pk=hers.pk)
    for name in ("bob", "cleo"):
        answer(person(name), "1011 BB")
    erasure.erase(subject(ada), NOW)

    held.save()
    assert of(hers) == ("10", date(1990, 1, 1))

    models().Answer.objects.filter(pk=hers.pk).update(postcode="", born_on=None)
    assert of(hers) == ("", None)


def hashed(value: str) -> str:
    return str(hash(value))


@pytest.mark.parametrize(
    "eraser",
    [
        *(MD5("postcode"), SHA256("postcode"), Upper("postcode"), Left("postcode", 2)),
        *(F("postcode"), hashed),
        *(Generalise(MD5("postcode")), Generalise(Reverse("postcode"))),
        *(Generalise(Left(MD5("postcode"), 4)), Generalise(Left("email", 2))),
        *(Generalise(F("postcode")), Generalise("10"), Generalise(Left("postcode", 2), k=1)),
    ],
)
def test_an_eraser_made_of_the_old_value_is_refused(eraser: Any) -> None:
    regroup(models().Answer, "postcode", erase=eraser)

    assert "privacy.E024" in found()


def test_a_part_of_an_ip_address_is_refused() -> None:
    regroup(models().Answer, "came_from", erase=Generalise(Left("came_from", 8)))

    assert found() == ["privacy.E024"]


def test_where_nobody_can_be_counted_nothing_is_left_coarser() -> None:
    reached_by = Role(match=lambda _who: Q(pk__in=()))
    change(models().Answer, roles={"": reached_by})

    assert found().count("privacy.E024") == 2


def test_a_constant_is_honest_and_a_hash_is_refused_even_where_rows_go_whole() -> None:
    regroup(models().Answer, "postcode", erase="unknown")
    assert found() == []

    regroup(models().Visit, "page", erase=MD5("page"))
    assert found() == ["privacy.E024"]
    regroup(models().Visit, "page", erase=Erase.BLANK)
    assert found() == []
