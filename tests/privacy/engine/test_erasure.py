from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from privacy import erasure, retention, rule
from privacy.declarations import Category, Subject, declare_elsewhere, registry
from tests.privacy.engine.toyshop.people import NOW, order, person, subject

pytestmark = pytest.mark.usefixtures("toyshop")

LATER = NOW + timedelta(days=200)  # claims have ended


def models() -> Any:
    from tests.privacy.engine.toyshop import models

    return models


def test_what_the_law_keeps_stays_and_the_purge_ends_it() -> None:
    ada = person("ada")
    hers = order("1", ada)

    erasure.erase(subject(ada), LATER)

    hers.refresh_from_db()
    assert (hers.customer, hers.email, hers.phone) == (None, "", None)
    assert (hers.name, hers.street) == ("Ada Lovelace", "Herengracht 1")
    assert not User.objects.exists()

    retention.purge(datetime(2034, 1, 1, tzinfo=UTC))

    hers.refresh_from_db()
    assert (hers.name, hers.street, hers.snapshot, hers.total) == ("", "", {}, Decimal(9))


def test_invoices_are_kept_to_the_last_day_of_the_seventh_year() -> None:
    hers = order("1", person("ada"))

    retention.purge(datetime(2033, 12, 31, 22, 59, tzinfo=UTC))  # 23:59 in Amsterdam
    hers.refresh_from_db()
    assert hers.name == "Ada Lovelace"

    retention.purge(datetime(2033, 12, 31, 23, 0, tzinfo=UTC))
    hers.refresh_from_db()
    assert hers.name == ""


def test_a_contract_being_performed_holds_on_request() -> None:
    ada = person("ada")
    hers = order("1", ada, closed_at=None)

    plan = erasure.erase(subject(ada), NOW)

    hers.refresh_from_db()
    assert hers.email == "ada@example.org"
    assert not User.objects.exists()  # the account's contract has no running order of its own
    assert {line.until for line in plan.kept} == {None}


def test_a_closed_order_answers_claims_first() -> None:
    ada = person("ada")
    hers = order("1", ada, closed_at=NOW - timedelta(seconds=1))

    plan = erasure.erase(subject(ada), NOW)

    hers.refresh_from_db()
    assert hers.email == "ada@example.org"
    kept = next(line for line in plan.kept if "email" in line.group.fields)
    assert [ground.law for ground in kept.grounds] == ["Art. 17(3)(e)"]
    assert kept.until == datetime(2026, 8, 28, 22, 0, tzinfo=UTC)


def test_someone_never_seen_again_is_purged() -> None:
    person("ada", last_login=None, last_seen_at=NOW - timedelta(days=4 * 366))
    bob = person("bob")

    retention.purge(NOW)

    assert list(User.objects.all()) == [bob]


def test_a_guest_reaches_only_orders_with_a_proved_address() -> None:
    mistyped, proved = order("1"), order("2", proved_at=NOW, email="ADA@Example.org")

    erasure.erase(Subject(emails=frozenset({"ada@example.org"})), LATER)

    mistyped.refresh_from_db()
    proved.refresh_from_db()
    assert mistyped.email == "ada@example.org"
    assert proved.email == ""


def test_a_guest_reaches_the_order_whose_number_and_address_both_fit() -> None:
    hers, anothers = order("1"), order("2", email="bob@example.org")

    asked = Subject(None, frozenset({"ada@example.org"}), frozenset({"1", "2"}))
    erasure.erase(asked, LATER)

    hers.refresh_from_db()
    anothers.refresh_from_db()
    assert (hers.email, anothers.email) == ("", "bob@example.org")


def test_an_address_never_reaches_into_another_account() -> None:
    ada, bob = person("ada"), person("bob")
    his = order("1", bob, email="ada@example.org", proved_at=NOW)

    erasure.erase(subject(ada), LATER)

    his.refresh_from_db()
    assert his.email == "ada@example.org"


def test_the_recipient_of_a_gift_erases_only_his_own_part() -> None:
    ada = person("ada")
    gift = order("1", ada, recipient="Bob", recipient_email="bob@example.org")

    erasure.erase(Subject(emails=frozenset({"bob@example.org"})), NOW)

    gift.refresh_from_db()
    assert (gift.recipient, gift.recipient_email) == ("", "")
    assert (gift.email, gift.name, gift.customer) == ("ada@example.org", "Ada Lovelace", ada)


def test_the_buyer_does_not_erase_the_recipients_part() -> None:
    ada = person("ada")
    gift = order("1", ada, recipient="Bob", recipient_email="bob@example.org")

    erasure.erase(subject(ada), LATER)

    gift.refresh_from_db()
    assert (gift.email, gift.recipient_email) == ("", "bob@example.org")


def test_erasing_twice_is_erasing_once() -> None:
    ada = person("ada")
    order("1", ada)
    erasure.erase(subject(ada), LATER)

    again = erasure.erase(Subject(ada, frozenset({ada.email})), LATER)

    assert not again.gone


def test_the_preview_is_the_deed_and_changes_nothing() -> None:
    ada = person("ada")
    order("1", ada)
    models().Subscription.objects.create(email="Ada@example.org")

    plan = erasure.preview(subject(ada), NOW)

    assert User.objects.exists()
    assert models().Subscription.objects.exists()
    assert plan.as_json() == erasure.erase(subject(ada), NOW).as_json()
    assert not User.objects.exists()
    assert not models().Subscription.objects.exists()


def test_a_unique_value_is_replaced_by_chance_and_only_once() -> None:
    ada, bob = person("ada"), person("bob")
    for author in (ada, bob):
        models().Review.objects.create(
            author=author, nickname=author.name, text="Nice", written_at=NOW
        )

    erasure.erase(subject(ada), NOW)

    names = list(models().Review.objects.order_by("pk").values_list("nickname", flat=True))
    assert names[0].startswith("erased-")
    assert names[1] == "Bob"
    late = NOW + timedelta(days=4 * 366)
    User.objects.update(last_seen_at=late)
    assert retention.purge(late)["toyshop.Review blanked"] == 1
    assert retention.purge(late).total() == 0


def test_files_go_with_their_row(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    ada, bob = person("ada"), person("bob")
    for user in (ada, bob):
        models().Picture.objects.create(user=user, image=ContentFile(b"x", name=f"{user.name}.png"))

    erasure.preview(subject(ada), NOW)
    assert default_storage.exists("pictures/Ada.png")
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(subject(ada), NOW)

    assert not default_storage.exists("pictures/Ada.png")
    assert default_storage.exists("pictures/Bob.png")


def test_what_lies_elsewhere_goes_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    held = {"ada@example.org": 2, "bob@example.org": 1}
    declare_elsewhere(
        "Sessions",
        [Category.ONLINE],
        [],
        find=lambda who: [{"n": n} for n in range(held.get(who.email, 0))],
        erase=lambda who: held.pop(who.email, 0),
    )
    ada = person("ada")

    plan = erasure.preview(subject(ada), NOW)
    assert plan.elsewhere == {"Sessions": 2}
    assert len(held) == 2
    with django_capture_on_commit_callbacks(execute=True):
        plan = erasure.erase(subject(ada), NOW)

    assert plan.elsewhere == {"Sessions": 2}
    assert held == {"bob@example.org": 1}


def test_one_place_that_fails_stops_no_other_and_is_not_passed_over(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    reached: list[Subject] = []

    def broken(who: Subject) -> int:
        raise OSError("cache unreachable")

    def reach(who: Subject) -> int:
        reached.append(who)
        return 1

    declare_elsewhere("Cache", [Category.ONLINE], [], erase=broken)
    declare_elsewhere("Sessions", [Category.ONLINE], [], erase=reach)
    with (
        pytest.raises(ExceptionGroup),
        django_capture_on_commit_callbacks(execute=True),
    ):
        erasure.erase(subject(person("ada")), NOW)

    assert len(reached) == 1


def test_a_preview_goes_on_when_a_place_cannot_be_read() -> None:
    def broken(who: Subject) -> list[dict[str, str]]:
        raise OSError("cache unreachable")

    declare_elsewhere("Cache", [Category.ONLINE], [], find=broken, erase=lambda _who: 0)

    plan = erasure.preview(subject(person("ada")), NOW)

    assert plan.elsewhere == {"Cache": None}
    assert plan.gone


def test_a_hold_keeps_one_row_and_names_its_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models import Q

    ada = person("ada")
    held, free = order("1", ada), order("2", ada)
    order_model = models().Order
    monkeypatch.setattr(
        rule, "holds", [lambda model: Q(number="1") if model is order_model else None]
    )

    erasure.erase(subject(ada), LATER)

    held.refresh_from_db()
    free.refresh_from_db()
    assert (held.email, free.email) == ("ada@example.org", "")


def test_nothing_is_erased_when_the_holds_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(model: object) -> None:
        raise OSError("no holds")

    ada = person("ada")
    monkeypatch.setattr(rule, "holds", [unreadable])

    with pytest.raises(OSError, match="no holds"):
        erasure.erase(subject(ada), LATER)

    assert User.objects.exists()


def test_a_group_without_purpose_is_never_due() -> None:
    from dataclasses import replace

    user = registry[User]
    registry[User] = replace(user, groups=tuple(replace(g, purposes=()) for g in user.groups))
    ada = person("ada", last_seen_at=NOW - timedelta(days=9999))

    retention.purge(NOW)
    erasure.erase(subject(ada), NOW)

    assert User.objects.exists()
