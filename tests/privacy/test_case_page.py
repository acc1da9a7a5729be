"""The officer's case page: what he sees before he decides, what he may do, and who may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import User
from privacy import duties, holds
from privacy.models import Disclosure, Duty, Hold, Note, Request, Residue
from privacy.models.events import Action, Role
from privacy.requests.events import SYSTEM, Actor, is_intact, record
from tests.orders.rows import make_order
from tests.privacy.conftest import officer

LIST = "/admin/privacy/request/"
ROLES = ("staff", "support", "auditor", "dpo")


def filed(kind: str = "erasure", **said: Any) -> Request:
    now = timezone.now()
    values = {"kind": kind, "state": "in_assessment", "email": "guest@example.org"}
    dates = {"received_at": now, "due_at": now + timedelta(days=20), "email_proved_at": now}
    case = Request.objects.create(**{**values, **dates, "first_due_at": dates["due_at"], **said})
    record(case, Action.RECEIVED, by=SYSTEM, now=now)
    return case


def shown(client: Client, case: Request) -> str:
    answer = client.get(f"{LIST}{case.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, case: Request, decision: str, **typed: Any) -> str:
    typed = {"decision": decision, **typed}
    answer = client.post(f"{LIST}{case.pk}/decide/", typed, follow=True)
    assert answer.status_code == 200
    case.refresh_from_db()
    return answer.content.decode()


def test_the_actual_recipients_stand_on_the_page_before_the_erasure(db: None) -> None:
    case, dpo = filed(), officer()
    before = shown(dpo, case)
    Disclosure.objects.create(
        recipient="paypal",
        purpose="orders",
        email="guest@example.org",
        fields=["amount"],
        disclosed_at=timezone.now(),
        proved_at=timezone.now(),
    )

    assert "Wie het te horen krijgt" not in before
    assert "Wie het te horen krijgt" in shown(dpo, case)
    assert "PayPal" in shown(dpo, case)


def test_a_note_is_for_colleagues_and_never_mailed(db: None, mailoutbox: list[Any]) -> None:
    case, dpo = filed(), officer()

    press(dpo, case, "note", note="Call the carrier first.")
    empty = press(dpo, case, "note", note="  ")

    assert [note.text for note in case.notes.all()] == ["Call the carrier first."]
    assert "Call the carrier first." in shown(dpo, case)
    assert Note.objects.get().kind == Note.Kind.INTERNAL
    assert 'aria-invalid="true"' in empty
    assert mailoutbox == []


def test_a_case_is_handed_to_a_colleague_and_that_is_on_record(db: None) -> None:
    case, dpo = filed(), officer()
    officer("dpo", "ilias@soocas.example")
    ilias = User.objects.get(email="ilias@soocas.example")

    for _ in range(2):
        press(dpo, case, "assign", colleague=ilias.pk)

    assert case.assigned_to == ilias
    assert case.events.filter(action=Action.ASSIGNED).count() == 1
    assert is_intact(case)


@pytest.mark.parametrize("forged", ["", "0", "x", "9" * 30, "staff", "auditor"])
def test_a_case_is_handed_to_nobody_who_may_not_decide(db: None, forged: str) -> None:
    case, dpo = filed(), officer()
    if forged in ROLES:
        officer(forged, "other@soocas.example")
        forged = str(User.objects.get(email="other@soocas.example").pk)

    press(dpo, case, "assign", colleague=forged)

    assert case.assigned_to is None


def test_a_review_is_not_handed_to_who_decided_the_first_time(db: None) -> None:
    dpo = officer()
    maud = User.objects.get(email="maud@soocas.example")
    first = filed(state="refused", refusal="no_match", closed_at=timezone.now())
    record(first, Action.REFUSED, by=Actor(Role.OFFICER, maud.pk), now=timezone.now())
    review = filed("appeal", appeal_of=first)
    other = officer("dpo", "ilias@soocas.example")

    said = press(other, review, "assign", colleague=maud.pk)
    page = shown(dpo, review)

    assert review.assigned_to is None
    assert "de eerste keer" in said
    assert 'value="refuse"' not in page
    assert 'value="answer"' not in page
    assert "de eerste keer" in page
    assert 'value="refuse"' in shown(other, review)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"held_at": timezone.now()}, "Geef het verzoek eerst vrij."),
        ({"kind": "question"}, "Op dit soort antwoordt een brief"),
        ({"extended_at": timezone.now()}, "De wet staat het één keer toe"),
        ({"first_due_at": timezone.now() - timedelta(days=1)}, "alleen binnen de eerste termijn"),
        ({"cooling_off_until": timezone.now()}, "eigen account weigert niemand anders"),
        ({"state": "executing"}, "De zaak staat op"),
    ],
)
def test_a_button_that_is_not_possible_says_why_not(
    db: None, said: dict[str, Any], words: str
) -> None:
    assert words in shown(officer(), filed(**said))


def test_one_order_is_held_with_a_ground_and_an_author_and_released(db: None) -> None:
    case, dpo = filed(), officer()
    order = make_order(email="guest@example.org")
    case.order_reference = order.number
    case.save()
    thing = f"orders.Order:{order.pk}"

    press(dpo, case, "place", thing=thing, why_held="claim", number="26-44")
    hold = Hold.objects.get()
    page = shown(dpo, case)
    press(dpo, case, "free", held=hold.pk)
    press(dpo, case, "free", held=hold.pk)

    assert (hold.model, hold.key, hold.ground) == ("orders.Order", str(order.pk), "claim")
    assert hold.author is not None
    assert hold.author.email == "maud@soocas.example"
    assert "26-44" in page
    hold.refresh_from_db()
    assert hold.released_at
    said = [e.action for e in case.events.all() if e.action.startswith("hold_")]
    assert said == ["hold_placed", "hold_released"]
    assert is_intact(case)


def test_no_order_of_another_is_held_from_a_case_and_no_hold_of_another_released(
    db: None,
) -> None:
    case, dpo = filed(), officer()
    other = make_order(email="other@example.org")

    press(dpo, case, "place", thing=f"orders.Order:{other.pk}", why_held="claim")
    assert not Hold.objects.exists()

    hold = holds.place(type(other), other.pk, Hold.Ground.CLAIM, by=SYSTEM, now=timezone.now())
    for forged in (hold.pk, "", "x", "9" * 40):
        press(dpo, case, "free", held=forged)
    hold.refresh_from_db()
    assert hold.released_at is None


def duty(case: Request) -> Duty:
    now = timezone.now()
    said = {"recipient": "paypal", "kind": "erasure", "state": "told", "told_at": now}
    return Duty.objects.create(request=case, opened_at=now, next_try_at=now, **said)


def test_what_a_recipient_answered_is_written_down_once(db: None) -> None:
    case, dpo = filed(state="awaiting_recipients"), officer()
    told = duty(case)

    assert "PayPal" in shown(dpo, case)
    unsaid = press(dpo, case, "answered", duty=told.pk, ended="impossible", said="")
    told.refresh_from_db()
    assert told.state == "told"
    assert "waarom de wet" in unsaid

    press(dpo, case, "answered", duty=told.pk, ended="impossible", said="Bank law, 5 years")
    press(dpo, case, "answered", duty=told.pk, ended="confirmed", said="")
    told.refresh_from_db()
    assert (told.state, told.said) == ("impossible", "Bank law, 5 years")
    assert duties.running(case).count() == 0


def test_the_duty_of_another_case_is_not_answered_from_this_one(db: None) -> None:
    case, dpo, foreign = filed(), officer(), duty(filed(state="awaiting_recipients"))

    for forged in (foreign.pk, "", "x", "9" * 40, -1):
        press(dpo, case, "answered", duty=forged, ended="confirmed")

    foreign.refresh_from_db()
    assert foreign.state == "told"


def test_residue_shows_place_column_and_key_and_can_be_looked_for_again(db: None) -> None:
    case, dpo = filed(state="residue_found"), officer()
    Residue.objects.create(
        request=case,
        place="orders_order",
        column="note",
        key="4711",
        identifier="email",
        found_at=timezone.now(),
    )

    page = shown(dpo, case)
    press(dpo, case, "again")

    for words in ("orders_order", ">note<", "4711", 'value="again"'):
        assert words in page
    assert case.state in ("approved", "executing")


def test_the_page_says_whether_the_history_is_whole(db: None) -> None:
    case, dpo = filed(), officer()
    whole = shown(dpo, case)
    Request.objects.filter(pk=case.pk).update(reference="V-OTHER")

    assert "De geschiedenis van deze zaak is heel" in whole
    assert "De geschiedenis van deze zaak is heel" not in shown(dpo, case)


DECISIONS = [
    "approve",
    "hold",
    "release",
    "refuse",
    "answer",
    "ask",
    "go_on",
    "extend",
    "country",
    "take_up",
    "merge",
    "second",
    "apply",
    "decline",
    "note",
    "assign",
    "place",
    "free",
    "answered",
    "again",
]
PAGES = ("", "{pk}/change/", "{pk}/decide/", "{pk}/history/", "{pk}/delete/", "add/", "enter/")
READS = ("", "{pk}/change/", "{pk}/history/")


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_each_role_opens_what_is_its_own_and_forges_nothing(db: None, role: str) -> None:
    case = filed()
    client = Client() if role == "nobody" else officer(role)
    may_read, may_decide = role in ("auditor", "dpo"), role == "dpo"
    refused = 302 if role == "nobody" else 403
    for page in PAGES:
        got = client.get(LIST + page.format(pk=case.pk)).status_code
        reads = (may_read and page in READS) or (may_decide and page == "enter/")
        if reads:
            assert got == 200, page
        else:
            assert got in (refused, 405), page
    if not may_decide:
        before = Request.objects.values().get(pk=case.pk)
        for decision in DECISIONS:
            forged = client.post(f"{LIST}{case.pk}/decide/", {"decision": decision, "note": "x"})
            assert forged.status_code == refused, decision
        for page in ("enter/", "add/", "{pk}/delete/", "{pk}/change/", ""):
            posted = client.post(LIST + page.format(pk=case.pk), {"post": "yes"})
            assert posted.status_code in (200, 302, 403, 405), page
        assert Request.objects.values().get(pk=case.pk) == before
        assert not Note.objects.exists()
    assert Group.objects.filter(name__in=ROLES).count() == len(ROLES)


def test_the_timeline_says_a_ground_in_words(db: None) -> None:
    case, dpo = filed(), officer()

    press(dpo, case, "refuse", ground="no_match", reasons="Nothing lies here.")

    timeline = shown(dpo, case).partition('<ol class="timeline')[2].partition("</ol>")[0]
    assert "Niets gevonden" in timeline
    assert "no_match" not in timeline
