"""What a hold or a running order kept goes by itself, with all steps, once that has ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from orders.models import Order
from outbox.models import Message
from privacy.models import Hold, Request
from privacy.requests import erasing, resuming
from privacy.requests.events import is_intact
from privacy.tasks import purge, run_due_requests
from tests.privacy.conftest import Inbox, officer, rounds
from tests.privacy.test_erasure_steps import killed_after
from tests.privacy.test_requests_own_data import GUEST, ask, make_order

pytestmark = pytest.mark.django_db(transaction=True)
ALL = ["sealed", *erasing.STEPS]


@pytest.fixture
def dpo(db: None) -> Client:
    call_command("migrate", verbosity=0)  # the groups, emptied by an earlier test
    return officer()


@pytest.fixture
def order(db: None) -> Order:
    """A guest's closed order that no tax law keeps."""
    return make_order("2025-000001", paper=False)


def press(staff: Client, case: Request, decision: str, **typed: str) -> Request:
    page = f"/admin/privacy/request/{case.pk}/decide/"
    assert staff.post(page, {"decision": decision, **typed}, follow=True).status_code == 200
    case.refresh_from_db()
    return case


def place(staff: Client, case: Request, order: Order) -> None:
    thing = f"orders.Order:{order.pk}"
    press(staff, case, "place", thing=thing, why_held="claim", number="12")


def free(staff: Client, case: Request) -> None:
    hold = Hold.objects.filter(released_at=None).order_by("pk").first()
    assert hold
    press(staff, case, "free", held=str(hold.pk))


@pytest.fixture
def waiting(client: Client, inbox: Inbox, order: Order, dpo: Client) -> Request:
    """A guest's erasure, done but for an order that an officer holds."""
    case = ask(client, inbox, "erasure")
    place(dpo, case, order)
    press(dpo, case, "approve")
    case = rounds(case, inbox)
    assert (case.state, email_of(order)) == ("partially_retained", GUEST)
    return case


def email_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).email.lower()


def actions(case: Request) -> list[str]:
    return [*case.events.values_list("action", flat=True)]


def receipts() -> int:
    return Message.objects.filter(kind="privacy/receipt").count()


def ended(case: Request, order: Order) -> None:
    """Gone, searched for, told, and forgotten; once. That an officer looked stays for two years."""
    case.refresh_from_db()
    assert case.state == "partially_retained", actions(case)
    assert case.retained_until_at is not None
    assert case.retained_until_at > timezone.now() + timedelta(days=700)
    assert email_of(order) == ""
    assert (case.sealed, case.receipt) == ({}, {})
    assert case.steps == ALL
    assert [actions(case).count(one) for one in ("goes_on", "clean", "receipt")] == [1, 2, 2]
    assert receipts() == 2
    assert not Message.objects.filter(recipient__iexact=GUEST, kind="privacy/receipt").exists()
    assert is_intact(case)


def test_what_a_hold_kept_goes_by_itself_when_the_officer_releases_it(
    waiting: Request, order: Order, dpo: Client, inbox: Inbox
) -> None:
    free(dpo, waiting)
    run_due_requests()
    waiting.refresh_from_db()
    assert waiting.state == "executing"  # the second receipt has not left

    rounds(waiting, inbox)

    ended(waiting, order)
    last = [mail for mail in inbox() if mail.to == [GUEST]][-1]
    assert waiting.reference in str(last.body)


def test_what_a_running_order_kept_goes_in_the_night_after_it_closed(
    client: Client, inbox: Inbox, order: Order, dpo: Client
) -> None:
    Order.objects.update(state=Order.State.CONFIRMED, closed_at=None, liable_from_at=None)
    case = ask(client, inbox, "erasure")
    case = rounds(press(dpo, case, "approve"), inbox)
    assert (case.state, email_of(order)) == ("partially_retained", GUEST)
    purge()
    assert email_of(order) == GUEST

    Order.objects.update(state=Order.State.CLOSED, closed_at=timezone.now())
    purge()
    rounds(case, inbox)

    ended(case, order)


@pytest.mark.parametrize("step", ["tombstone", "elsewhere", "scan", "answer"])
def test_killed_on_the_way_it_goes_on_and_has_one_effect(
    waiting: Request, order: Order, dpo: Client, inbox: Inbox, step: str
) -> None:
    free(dpo, waiting)
    resuming.go_on_with(resuming.waiting(), now=timezone.now())

    assert killed_after(step, waiting) == -signal.SIGKILL
    rounds(waiting, inbox)

    ended(waiting, order)


def test_many_workers_at_once_resume_once(
    waiting: Request, order: Order, dpo: Client, inbox: Inbox
) -> None:
    free(dpo, waiting)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        run_due_requests()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rounds(waiting, inbox)

    ended(waiting, order)


def test_a_hold_placed_anew_before_it_went_on_keeps_it_once_more(
    waiting: Request, order: Order, dpo: Client, inbox: Inbox
) -> None:
    free(dpo, waiting)
    hold = Hold.objects.get()
    Hold.objects.create(
        model=hold.model, key=hold.key, ground="dispute", reason="13", placed_at=timezone.now()
    )

    rounds(waiting, inbox)
    purge()

    assert (waiting.state, email_of(order), receipts()) == ("partially_retained", GUEST, 1)
    assert "goes_on" not in actions(waiting)
    Hold.objects.filter(released_at=None).update(released_at=timezone.now())
    rounds(waiting, inbox)
    ended(waiting, order)


@pytest.fixture
def store(db: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE IF EXISTS hidden RENAME TO privacy_hold")


def test_while_the_store_of_holds_cannot_be_read_nothing_goes_on(
    waiting: Request, order: Order, dpo: Client, inbox: Inbox, store: None
) -> None:
    free(dpo, waiting)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE privacy_hold RENAME TO hidden")

    with pytest.raises(Exception, match="privacy_hold"):
        run_due_requests()
    resuming.go_on_with(resuming.waiting(), now=timezone.now())

    waiting.refresh_from_db()
    assert (waiting.state, email_of(order), receipts()) == ("partially_retained", GUEST, 1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE hidden RENAME TO privacy_hold")
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        purge()  # the release is too long ago for the quick look; the night has it
        rounds(waiting, inbox)
    ended(waiting, order)


def test_an_outage_is_tried_again_though_an_officer_looked_or_was_warned_meanwhile(
    client: Client, inbox: Inbox, order: Order, dpo: Client
) -> None:
    case = press(dpo, ask(client, inbox, "erasure"), "approve")
    Request.objects.filter(pk=case.pk).update(state="needs_operator", attempts=5)
    from privacy.models.events import Action
    from privacy.requests.events import SYSTEM, record

    record(case, Action.FAILED, by=SYSTEM, now=timezone.now() - timedelta(hours=2))
    dpo.get(f"/admin/privacy/request/{case.pk}/change/")

    run_due_requests()
    case.refresh_from_db()
    assert "executing" in actions(case)
    stays = [one["model"] for one in case.receipt["stays"]]
    rounds(case, inbox)

    # That an officer looked is kept for two years, to account for it: the case says so, till then.
    assert (stays, case.state) == (["privacy.Look"], "partially_retained")
    assert (email_of(order), case.sealed, case.receipt) == ("", {}, {})
    assert [actions(case).count(one) for one in ("failed", "clean", "receipt")] == [1, 1, 1]
