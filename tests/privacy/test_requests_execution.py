from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from outbox.models import Message
from privacy import rule
from privacy.declarations import Subject, declare_elsewhere, elsewhere
from privacy.models import Request
from privacy.models.requests import Refusal
from privacy.requests import decisions, execution, filing
from privacy.requests.events import PERSON, Actor, is_intact
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox, officer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def due(anna: User) -> Request:
    """Anna's deletion, whose cooling-off has just ended."""
    return filing.file_deletion(
        anna, now=timezone.now() - settings.COOLING_OFF - timedelta(hours=1)
    )


@pytest.fixture
def outside() -> Iterator[list[Exception]]:
    """A place outside the database; it raises what is in the list, one for each call."""
    faults: list[Exception] = []

    def erase(subject: Subject) -> int:
        if faults:
            raise faults.pop()
        return 1

    def find(subject: Subject) -> list[dict[str, str]]:
        return [{"what": "a copy"}, {"what": "another"}]

    declare_elsewhere("A far away shelf", [], [], find=find, erase=erase, note="behind the door")
    yield faults
    elsewhere.pop()


@pytest.fixture
def unreadable_holds() -> Iterator[None]:
    def broken(model: type[object]) -> None:
        raise OSError("The store of holds does not answer.")

    rule.register_hold(broken)
    yield
    rule.holds.remove(broken)


def receipts() -> int:
    return Message.objects.filter(kind="privacy/receipt").count()


def at_once(*work: Callable[[], object]) -> None:
    start = threading.Barrier(len(work))

    def run(one: Callable[[], object]) -> None:
        start.wait()
        try:
            one()
        except decisions.NotPossible:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_fails_outside_the_database_is_repeated_before_the_receipt(
    due: Request, anna: User, outside: list[Exception], inbox: Inbox
) -> None:
    outside += [OSError("The shelf does not answer.")]
    inbox()  # nothing waits to be sent

    run_due_requests()
    due.refresh_from_db()
    assert due.state == "executing"
    assert receipts() == 0
    assert not User.objects.filter(email=anna.email).exists()

    run_due_requests()
    assert receipts() == 1
    receipt = Message.objects.get(kind="privacy/receipt").context
    inbox()
    run_due_requests()
    due.refresh_from_db()
    assert due.state in ("fulfilled", "partially_retained")
    assert due.sealed == {}
    shelf = {"name": "A far away shelf", "rows": 2, "note": "behind the door"}
    assert shelf in receipt["elsewhere"]
    assert due.events.filter(action__in=["erased", "partly_erased"]).count() == 1
    assert is_intact(due)


def test_a_held_case_that_is_half_done_is_still_finished(
    due: Request, outside: list[Exception]
) -> None:
    outside += [OSError("The shelf does not answer.")]
    run_due_requests()

    Request.objects.update(held_at=timezone.now())
    run_due_requests()

    assert receipts() == 1


def test_when_holds_cannot_be_read_nothing_is_erased_and_an_operator_is_asked_for(
    due: Request, anna: User, unreadable_holds: None
) -> None:
    for _ in range(6):
        run_due_requests()

    due.refresh_from_db()
    assert due.state == "needs_operator"
    assert due.email == anna.email
    assert User.objects.get(pk=anna.pk).name == "Anna Jansen"
    assert receipts() == 0


def test_after_an_operator_looked_it_goes_on(due: Request, anna: User) -> None:
    Request.objects.update(state="needs_operator")

    decisions.approve(due, by=PERSON, now=timezone.now())
    run_due_requests()

    assert receipts() == 1
    assert not User.objects.filter(email=anna.email).exists()


def test_one_request_that_fails_does_not_stop_the_others(due: Request, anna: User) -> None:
    bram = User.objects.create_user("bram@example.com", "x", name="Bram Bos")
    filing.file_deletion(bram, now=timezone.now() - settings.COOLING_OFF - timedelta(hours=1))
    Request.objects.filter(pk=due.pk).update(email="", language="xx", kind="objection")

    run_due_requests()

    assert not User.objects.filter(email=bram.email).exists()


def test_taken_back_at_the_moment_it_runs_is_one_or_the_other(due: Request, anna: User) -> None:
    at_once(
        lambda: execution.execute(due.pk, now=timezone.now()),
        lambda: decisions.withdraw(due, now=timezone.now()),
    )

    due = Request.objects.get(pk=due.pk)
    there = User.objects.filter(email=anna.email).exists()
    assert there == (due.state == "withdrawn")
    assert receipts() == (0 if there else 1)
    assert is_intact(due)


def test_four_sweeps_at_once_erase_once(due: Request) -> None:
    at_once(*[run_due_requests] * 4)

    assert receipts() == 1
    assert due.events.filter(action__in=["erased", "partly_erased"]).count() == 1
    assert is_intact(due)


def test_two_tabs_file_one_deletion(anna: User) -> None:
    at_once(*[lambda: filing.file_deletion(anna, now=timezone.now())] * 3)

    assert Request.objects.count() == 1
    assert Message.objects.filter(kind="privacy/deletion_scheduled").count() == 1


def test_two_officers_decide_once(due: Request) -> None:
    Request.objects.update(state="in_assessment", cooling_off_until=None)
    by = Actor(PERSON.role)

    at_once(
        lambda: decisions.approve(due, by=by, now=timezone.now()),
        lambda: decisions.refuse(due, Refusal.NO_MATCH, "None.", by=by, now=timezone.now()),
    )

    assert due.events.filter(action__in=["approved", "refused"]).count() == 1


def move_address(anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(email="new@example.net")


def told() -> list[str]:
    rows = Message.objects.filter(kind="privacy/address_changed")
    return sorted(rows.values_list("recipient", flat=True))


def test_an_address_changed_since_the_filing_stops_it_and_both_addresses_are_told_once(
    due: Request, anna: User, inbox: Inbox
) -> None:
    move_address(anna)
    for _ in range(2):
        run_due_requests()

    due.refresh_from_db()
    assert due.state == "needs_operator"
    assert due.events.filter(action="address_changed").count() == 1
    assert is_intact(due)
    assert User.objects.get(pk=anna.pk).name == "Anna Jansen"
    assert receipts() == 0
    assert told() == ["anna.jansen@example.com", "new@example.net"]
    first, second = (mail for mail in inbox()[-2:])
    assert due.reference in first.body
    assert "new@example.net" not in first.body
    assert "anna.jansen@example.com" not in second.body


def test_the_officer_lets_a_stopped_deletion_go_on(due: Request, anna: User) -> None:
    move_address(anna)
    run_due_requests()

    officer().post(f"/admin/privacy/request/{due.pk}/decide/", {"decision": "approve"})
    run_due_requests()

    assert not User.objects.filter(pk=anna.pk).exclude(name="").exists()
    assert receipts() == 1
    assert len(told()) == 2


def test_a_stopped_deletion_can_still_be_taken_back(due: Request, anna: User) -> None:
    move_address(anna)
    run_due_requests()

    decisions.withdraw(due, now=timezone.now())
    run_due_requests()

    due.refresh_from_db()
    assert due.state == "withdrawn"
    assert User.objects.get(pk=anna.pk).name == "Anna Jansen"


def test_what_is_half_erased_cannot_be_taken_back(due: Request) -> None:
    Request.objects.update(state="needs_operator", sealed={"to": "anna.jansen@example.com"})

    with pytest.raises(decisions.NotPossible):
        decisions.withdraw(due, now=timezone.now())


def test_the_same_address_in_other_letters_is_no_change(due: Request, anna: User) -> None:
    Request.objects.update(email="Anna.Jansen@EXAMPLE.com")

    run_due_requests()

    assert receipts() == 1
    assert told() == []
