"""An erasure killed anywhere or run twice: one effect, a clean end, never done too early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from orders.personal_data import FULFILMENT
from outbox.models import Message
from privacy import duties, residue
from privacy.models import Duty, Request
from privacy.purposes import Recipient, recipients
from privacy.requests import decisions, erasing, execution, filing
from privacy.requests.events import PERSON, is_intact, officer
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox, rounds

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
ALL = ["sealed", *erasing.STEPS]


@pytest.fixture
def due(anna: User, inbox: Inbox) -> Request:
    """Anna's deletion, whose cooling-off has just ended; its first mail has left."""
    case = filing.file_deletion(
        anna, now=timezone.now() - settings.COOLING_OFF - timedelta(hours=1)
    )
    inbox()
    return case


@pytest.fixture
def printer() -> Iterator[Recipient]:
    """A company that works for us and answers nothing by itself."""
    yield Recipient("Printer", "DE", key="printer", contract="contract")
    recipients.pop("printer")


def killed_after(step: str, case: Request) -> int:
    """Run the case in a process that dies by SIGKILL the moment the step is written down."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"{url}:{database['PORT']}/{database['NAME']}",
        "SOOCAS_TOMBSTONES": str(settings.TOMBSTONES),
        "DIES_AFTER": step,
        "CASE": str(case.pk),
    }
    if str(database["HOST"]).startswith("/"):
        environment["DATABASE_URL"] = (
            f"postgres://{database['USER']}@/{database['NAME']}"
            f"?host={database['HOST']}&port={database['PORT']}"
        )
    words = [sys.executable, "-m", "tests.privacy.dying"]
    died = subprocess.run(
        words, cwd=ROOT, env=environment, check=False, timeout=120, capture_output=True, text=True
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    return died.returncode


def receipts() -> int:
    return Message.objects.filter(kind="privacy/receipt").count()


def actions(case: Request) -> list[str]:
    return [*case.events.values_list("action", flat=True)]


@pytest.mark.parametrize("step", ALL)
def test_killed_after_any_step_it_goes_on_and_has_one_effect(
    due: Request, anna: User, inbox: Inbox, step: str
) -> None:
    assert killed_after(step, due) == -signal.SIGKILL
    due.refresh_from_db()
    assert due.state == "executing"
    assert due.steps[-1] == step

    case = rounds(due, inbox)

    assert case.state == "fulfilled", actions(case)
    assert case.steps == ALL
    assert (case.sealed, case.receipt) == ({}, {})
    assert receipts() == 1
    assert not User.objects.filter(email=anna.email).exists()
    assert len([a for a in actions(case) if a in ("erased", "partly_erased")]) == 1
    assert actions(case).count("closed") == 1
    assert is_intact(case)


def test_it_is_not_fulfilled_before_the_answer_was_sent(due: Request, inbox: Inbox) -> None:
    for _ in range(3):
        run_due_requests()
    due.refresh_from_db()
    assert due.state == "executing"

    inbox()
    run_due_requests()

    due.refresh_from_db()
    assert due.state == "fulfilled"


def test_an_answer_that_did_not_arrive_needs_an_operator_and_ends_nothing(due: Request) -> None:
    run_due_requests()
    Message.objects.filter(kind="privacy/receipt").update(state="bounced")

    run_due_requests()
    run_due_requests()

    due.refresh_from_db()
    assert due.state == "needs_operator"
    assert due.sealed
    assert actions(due).count("answer_lost") == 1


def test_a_recipient_that_stays_silent_keeps_the_case_open_and_his_answer_ends_it(
    due: Request, anna: User, inbox: Inbox, printer: Recipient
) -> None:
    settings.RECIPIENT_ADDRESSES["printer"] = "privacy@printer.example"
    printer.received(anna, purpose=FULFILMENT, fields=["email"], now=timezone.now())

    case = rounds(due, inbox)
    assert case.state == "awaiting_recipients"
    assert case.sealed["to"] == "anna.jansen@example.com"
    duty = case.duties.get(recipient="printer")
    assert duty.state == "told"

    duties.answer(duty, Duty.State.CONFIRMED, "done", by=PERSON, now=timezone.now())
    case = rounds(case, inbox)

    assert (case.state, case.sealed) == ("fulfilled", {})
    assert actions(case).count("all_told") == 1
    last = [mail for mail in inbox() if mail.to == ["anna.jansen@example.com"]][-1]
    assert "Printer" in last.body
    assert not Message.objects.filter(recipient="anna.jansen@example.com").exists()
    assert is_intact(case)


def test_a_residue_blocks_the_end_and_when_it_is_gone_the_case_goes_on(
    due: Request, inbox: Inbox
) -> None:
    left = ["anna.jansen@example.com was here"]
    residue.register("drawer", lambda: iter((str(n), text) for n, text in enumerate(left)))
    try:
        case = rounds(due, inbox)
        assert case.state == "residue_found"
        assert receipts() == 0
        assert case.residue.filter(place="drawer", cleared_at=None).count() == 1

        left.clear()
        execution.run_due(now=timezone.now() + timedelta(days=1, hours=1))
    finally:
        residue.places.places.pop("drawer")
    case = rounds(case, inbox)

    assert case.state == "fulfilled"
    assert case.residue.filter(cleared_at=None).count() == 0
    assert is_intact(case)


def test_the_officer_can_have_a_residue_looked_at_again_at_once(due: Request, inbox: Inbox) -> None:
    left = ["anna.jansen@example.com was here"]
    residue.register("drawer", lambda: iter((str(n), text) for n, text in enumerate(left)))
    try:
        case = rounds(due, inbox)
        left.clear()
        maud = User.objects.create_user("maud@soocas.example", "x", is_staff=True)
        decisions.approve(case, by=officer(maud.pk), now=timezone.now())
        case = rounds(case, inbox)
    finally:
        residue.places.places.pop("drawer")

    assert case.state == "fulfilled"


def test_a_place_that_cannot_be_searched_is_a_failure_and_an_hour_later_is_tried_again(
    due: Request, inbox: Inbox
) -> None:
    def broken() -> Iterator[tuple[str, str]]:
        yield "0", "read"
        raise OSError("The drawer is stuck.")

    residue.register("drawer", broken)
    try:
        for _ in range(7):
            run_due_requests()
        due.refresh_from_db()
        assert due.state == "needs_operator"
        assert receipts() == 0
    finally:
        residue.places.places.pop("drawer")
    execution.run_due(now=timezone.now() + timedelta(minutes=61))

    assert rounds(due, inbox).state == "fulfilled"
