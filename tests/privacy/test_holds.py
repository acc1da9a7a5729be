"""Holds: per datum, with a ground and an author; what cannot be read erases nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone, translation

from accounts.models import Address, User
from orders.models import Order, OrderLine
from privacy import erasure, gate, holds, retention, subjects
from privacy.models import Hold, Request
from privacy.requests.events import officer
from privacy.tasks import purge, run_due_requests
from tests.orders.paper import sold
from tests.people import staff_member

CLAIM = Hold.Ground.CLAIM


def closed(anna: User, days: int = 200) -> Order:
    """An order that ended so long ago."""
    then = timezone.now() - timedelta(days=days)
    return sold(
        ("49.95", "21", 1),
        customer=anna,
        email=anna.email,
        now=then,
        state=Order.State.CLOSED,
        closed_at=then,
    )


def held(row: Any, **said: Any) -> Hold:
    by = officer(staff_member("dpo").pk)
    return holds.place(type(row), row.pk, CLAIM, by=by, now=timezone.now(), **said)


def email_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).email


def test_a_held_order_stays_with_what_belongs_to_it_and_all_else_goes(anna: User) -> None:
    kept, gone = closed(anna), closed(anna)
    hold = held(kept, reason="case 12")

    erasure.erase(subjects.of(anna), timezone.now())

    assert email_of(kept) == "anna.jansen@example.com"
    assert OrderLine.objects.filter(order=kept).exists()
    assert email_of(gone) == ""
    assert not User.objects.filter(pk=anna.pk).exists()
    assert (hold.ground, hold.reason, hold.author is not None) == ("claim", "case 12", True)


def test_the_night_leaves_a_held_order_alone_until_its_release(anna: User) -> None:
    kept, gone = closed(anna, 600), closed(anna, 600)
    hold = held(kept)

    purge()
    assert (email_of(kept), email_of(gone)) == ("anna.jansen@example.com", "")

    holds.release(hold, by=officer(staff_member("dpo").pk), now=timezone.now())
    purge()
    assert email_of(kept) == ""


def test_a_hold_ends_by_itself_on_its_day(anna: User) -> None:
    hold = held(closed(anna), until_at=timezone.now() + timedelta(days=3))

    run_due_requests()
    hold.refresh_from_db()
    assert hold.released_at is None
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        run_due_requests()

    hold.refresh_from_db()
    assert hold.released_at is not None


def test_a_hold_is_placed_once_and_released_once(anna: User) -> None:
    order = closed(anna)
    first = held(order)

    assert held(order) == first
    by = officer(staff_member("dpo").pk)
    assert holds.release(first, by=by, now=timezone.now())
    assert not holds.release(first, by=by, now=timezone.now())
    assert held(order) != first


def test_a_whole_account_and_what_goes_with_it_are_never_held(anna: User) -> None:
    address = Address.objects.create(user=anna, name="Anna", street="Kade", city="Delft")

    for row in (anna, address, *anna.emailaddress_set.all()):  # type: ignore[attr-defined]
        with pytest.raises(holds.NotHoldable):
            held(row)
    assert not Hold.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "0", "9" * 30, "\x00"])
def test_what_is_not_there_is_not_held(db: None, key: str) -> None:
    with pytest.raises(holds.NotHoldable):
        holds.place(Order, key, CLAIM, by=officer(staff_member("dpo").pk), now=timezone.now())


@pytest.fixture
def broken_store(transactional_db: None) -> Iterator[None]:
    """The table of holds is not where it was."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE IF EXISTS hidden RENAME TO privacy_hold")


def hide() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE privacy_hold RENAME TO hidden")


def test_while_the_store_of_holds_cannot_be_read_nothing_is_erased(broken_store: None) -> None:
    anna = User.objects.create_user("anna.jansen@example.com", "x", name="Anna")
    order = closed(anna, 600)
    User.objects.filter(pk=anna.pk).update(last_seen_at=timezone.now() - timedelta(days=2000))
    hide()

    with pytest.raises(ExceptionGroup):
        retention.purge(timezone.now())
    with pytest.raises(Exception, match="privacy_hold"):
        erasure.erase(subjects.of(anna), timezone.now())

    assert email_of(order) == "anna.jansen@example.com"
    assert User.objects.get(pk=anna.pk).name == "Anna"


def restrict(anna: User, now: datetime) -> None:
    gate.decide(None, anna, "restricted", now)


def test_the_night_skips_people_under_restriction_and_a_request_does_not(anna: User) -> None:
    order, now = closed(anna, 600), timezone.now()
    restrict(anna, now)

    purge()
    assert email_of(order) == "anna.jansen@example.com"
    gate.decide(None, anna, "lifted", now)
    purge()
    assert email_of(order) == ""


@pytest.mark.parametrize(("kind", "stays"), [("access", True), ("question", False)])
def test_the_night_skips_people_with_an_open_access_request(
    anna: User, kind: str, stays: bool
) -> None:
    order, guests = closed(anna, 600), closed(anna, 600)
    Order.objects.filter(pk=guests.pk).update(customer=None, email="bram@example.com")
    now = timezone.now()
    case = Request.objects.create(
        kind=kind,
        state="in_assessment",
        email=anna.email,
        email_proved_at=now,
        user=anna,
        received_at=now,
        due_at=now,
    )

    purge()
    assert (email_of(order) != "") is stays
    assert email_of(guests) == ""
    Request.objects.filter(pk=case.pk).update(state="fulfilled", closed_at=now)
    purge()
    assert email_of(order) == ""


def test_a_wish_to_keep_longer_holds_at_night_but_not_against_the_person(anna: User) -> None:
    order, now = closed(anna, 600), timezone.now()
    who = subjects.of(anna)
    until = now + timedelta(days=400)
    holds.keep_longer(who, f"orders.Order:{order.pk}", until, now=now)

    purge()
    assert email_of(order) == "anna.jansen@example.com"
    with translation.override("nl"):
        wishes = [(hold.until_at, name) for hold, name in holds.wishes_of(who)]
    assert wishes == [(until, f"Bestelling {order.number}")]
    erasure.erase(who, now)

    assert email_of(order) == ""
    assert not Hold.objects.filter(released_at=None).exists()
