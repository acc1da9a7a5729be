"""A deletion that stands still: on a ground, with reasons, told to the person, and reviewable."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from outbox.models import Message
from privacy.models import Request
from privacy.models.events import Action
from privacy.requests.events import is_intact
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox, officer
from tests.privacy.test_case_page import filed, press, shown

DELETE, SCHEDULED = "/en/account/privacy/delete/", "/en/account/privacy/scheduled/"
GROUND = {"why_still": "claim", "still": "A claim about order 7 runs until the court decides."}


@pytest.fixture
def case(signed_in: Client) -> Request:
    signed_in.post(DELETE)
    return Request.objects.get()


def page_of(client: Client, case: Request) -> str:
    answer = client.get(f"/en/account/privacy/requests/{case.reference}/")
    assert answer.status_code == 200
    return answer.content.decode()


def after_cooling_off() -> Any:
    return time_machine.travel(timezone.now() + settings.COOLING_OFF * 1.5, tick=False)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"why_still": "claim"},
        {"why_still": "claim", "still": "   "},
        {"still": "Words"},
        {"why_still": "wish", "still": "Words"},
        {"why_still": "x\x00", "still": "Words"},
        {"why_still": "claim", "still": "x" * 4001},
    ],
)
def test_a_hold_without_a_ground_and_reasons_is_none_and_nothing_typed_is_lost(
    case: Request, typed: dict[str, str], inbox: Inbox
) -> None:
    sent = len(inbox())

    page = press(officer(), case, "hold", **typed)

    assert case.held_at is None
    assert 'aria-invalid="true"' in page
    assert typed.get("still", "").strip() in page
    assert not case.events.filter(action=Action.HELD).exists()
    assert len(inbox()) == sent


def test_the_person_is_told_once_that_it_stands_still_on_which_ground_and_what_he_can_do(
    case: Request, inbox: Inbox
) -> None:
    sent, dpo = len(inbox()), officer()

    for _ in range(2):
        press(dpo, case, "hold", **GROUND)

    [letter] = inbox()[sent:]
    assert letter.to == [case.email]
    for words in ("Een rechtsvordering", GROUND["still"], case.reference, "kind=appeal"):
        assert words in letter.body
    assert "autoriteitpersoonsgegevens.nl" in letter.body
    assert Message.objects.filter(kind="privacy/held").count() == 1
    [event] = case.events.filter(action=Action.HELD)
    assert (event.reason, event.staff) == ("claim", User.objects.get(email="maud@soocas.example"))
    assert is_intact(case)


def test_the_pages_say_that_it_stands_still_and_no_moment_that_has_passed(
    case: Request, signed_in: Client
) -> None:
    dpo = officer()
    press(dpo, case, "hold", **GROUND)

    with after_cooling_off():
        run_due_requests()
        signed_in.force_login(User.objects.get(email=case.email))
        page = page_of(signed_in, case)
        listed = signed_in.get("/en/account/privacy/requests/").content.decode()
        scheduled = signed_in.get(SCHEDULED).content.decode()

    for one in (page, listed, scheduled):
        assert "We erase on" not in one
        assert "tands still" in one
    for words in ("a legal claim", GROUND["still"], "Ask for a review"):
        assert words in page
    assert "a legal claim" in scheduled
    assert GROUND["still"] in shown(dpo, case)
    assert "een rechtsvordering" in shown(dpo, case)


def test_released_it_goes_on_by_itself_and_its_moment_is_not_past(
    case: Request, signed_in: Client, anna: User
) -> None:
    dpo = officer()
    press(dpo, case, "hold", **GROUND)

    with after_cooling_off():
        dpo.force_login(User.objects.get(email="maud@soocas.example"))
        press(dpo, case, "release")
        assert case.cooling_off_until == timezone.now()
        assert case.held_at is None
        run_due_requests()

    assert not User.objects.filter(email=anna.email).exists()


def test_released_before_its_day_it_keeps_its_day(case: Request, anna: User) -> None:
    dpo, day = officer(), case.cooling_off_until
    press(dpo, case, "hold", **GROUND)

    press(dpo, case, "release")
    run_due_requests()

    assert (case.state, case.cooling_off_until) == ("cooling_off", day)
    assert User.objects.filter(email=anna.email).exists()


def test_a_second_hold_is_told_again(case: Request) -> None:
    dpo = officer()
    for decision in ("hold", "release", "hold"):
        press(dpo, case, decision, **GROUND)

    assert Message.objects.filter(kind="privacy/held").count() == 2


def test_a_hold_is_reviewed_by_another_and_ends_with_that(
    case: Request, signed_in: Client, anna: User
) -> None:
    dpo, other = officer(), officer("dpo", "ilias@soocas.example")
    press(dpo, case, "hold", **GROUND)
    address = f"/en/account/privacy/requests/{case.reference}/"

    signed_in.post(address, {"do": "appeal", "message": "There is no claim."})
    review = Request.objects.get(kind="appeal")
    assert "de eerste keer" in press(dpo, review, "take_up", answer="No.")
    assert review.state == "in_assessment"
    press(other, review, "take_up", answer="You are right.")
    case.refresh_from_db()

    assert (review.appeal_of, case.held_at, case.state) == (case, None, "cooling_off")
    assert Request.objects.count() == 2
    with after_cooling_off():
        run_due_requests()
    assert not User.objects.filter(email=anna.email).exists()


def test_who_has_no_account_asks_for_the_review_by_the_number_in_the_letter(
    client: Client, case: Request, inbox: Inbox
) -> None:
    typed = {"kind": "appeal", "email": "anna@example.com", "message": "No.", "form": "x"}
    refused = client.post("/en/privacy/contact/", {**typed, "about": case.reference})
    press(officer(), case, "hold", **GROUND)
    taken = client.post("/en/privacy/contact/", {**typed, "about": case.reference})

    words = escape("We know no answer of that number.")
    assert words in refused.content.decode()
    assert words not in taken.content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "access"},
        {"state": "executing"},
        {"state": "awaiting_recipients"},
        {"state": "awaiting_verification", "email_proved_at": None},
        {"state": "refused", "refusal": "no_match", "closed_at": timezone.now()},
        {"state": "needs_operator", "sealed": {"emails": []}},
    ],
)
def test_nothing_is_held_that_a_hold_would_not_stop(db: None, said: dict[str, Any]) -> None:
    case, dpo = filed(**said), officer()

    press(dpo, case, "hold", **GROUND)

    assert case.held_at is None
    assert 'value="hold"' not in shown(dpo, case)
    assert not Message.objects.filter(kind="privacy/held").exists()
