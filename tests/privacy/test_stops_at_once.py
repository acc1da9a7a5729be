"""Two officers, or two workers, at the same moment on real connections: one effect."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from orders.models import Order
from outbox.models import Message
from privacy import gate, holds, stops
from privacy.models import ConsentDecision, Hold
from privacy.requests import decisions
from privacy.requests.events import is_intact, officer
from tests.people import staff_member
from tests.privacy.test_holds import closed
from tests.privacy.test_stops import filed, steps

pytestmark = pytest.mark.django_db(transaction=True)
Done = TypeVar("Done")
WORKERS = 4


def at_once(deed: Callable[[], Done]) -> list[Done]:
    ready = Barrier(WORKERS)

    def work(_: int) -> Done:
        ready.wait(timeout=20)
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(work, range(WORKERS)))


@pytest.mark.parametrize("kind", ["restriction", "rectification", "objection"])
def test_what_a_request_stops_is_stopped_once(anna: User, kind: str) -> None:
    case, by = filed(kind, anna), officer(staff_member("dpo").pk)

    done = at_once(lambda: gate.carry_out(case, by, timezone.now()))

    assert sorted(done) == [False] * (WORKERS - 1) + [True]
    said = list(ConsentDecision.objects.values_list("purpose", "action"))
    assert len(said) == len(set(said)) > 0
    assert steps(case) == ["stopped"]
    assert is_intact(case)


def test_the_end_of_a_restriction_is_announced_once(anna: User) -> None:
    case, by = filed("restriction", anna), officer(staff_member("dpo").pk)
    gate.carry_out(case, by, timezone.now())

    def lift() -> bool:
        try:
            stops.lift(case, by=by, now=timezone.now())
        except decisions.NotPossible:
            return False
        return True

    assert sorted(at_once(lift)) == [False] * (WORKERS - 1) + [True]
    assert Message.objects.filter(kind="privacy/goes_on").count() == 1
    Message.objects.update(state="sent")
    at_once(lambda: stops.sweep(now=timezone.now()))
    assert steps(case) == ["stopped", "lifting", "lifted"]
    assert ConsentDecision.objects.filter(action="lifted").count() == 1
    assert is_intact(case)


def test_a_lost_notice_is_alerted_once(anna: User) -> None:
    case, by = filed("restriction", anna), officer(staff_member("dpo").pk)
    gate.carry_out(case, by, timezone.now())
    stops.lift(case, by=by, now=timezone.now())
    Message.objects.update(state="bounced")

    at_once(lambda: stops.sweep(now=timezone.now()))

    assert case.events.filter(action="notice_lost").count() == 1
    assert Message.objects.filter(kind="privacy/clock").count() == 1


def test_a_row_is_held_once_and_released_once(anna: User) -> None:
    order, by = closed(anna), officer(staff_member("dpo").pk)
    ground = Hold.Ground.CLAIM

    placed = at_once(lambda: holds.place(Order, order.pk, ground, by=by, now=timezone.now()).pk)
    assert len(set(placed)) == 1
    assert Hold.objects.count() == 1

    hold = Hold.objects.get()
    freed = at_once(lambda: holds.release(hold, by=by, now=timezone.now()))
    assert sorted(freed) == [False] * (WORKERS - 1) + [True]


def test_a_hold_placed_while_another_is_released_is_in_force_or_was_the_one_released(
    anna: User,
) -> None:
    order, by = closed(anna), officer(staff_member("dpo").pk)
    hold = holds.place(Order, order.pk, Hold.Ground.CLAIM, by=by, now=timezone.now())
    turns = iter(["release", "place", "release", "place"])

    def either() -> None:
        if next(turns) == "place":
            holds.place(Order, order.pk, Hold.Ground.CLAIM, by=by, now=timezone.now())
        else:
            holds.release(hold, by=by, now=timezone.now())

    at_once(either)

    hold.refresh_from_db()
    assert hold.released_at is not None
    assert Hold.objects.filter(released_at=None).count() <= 1
