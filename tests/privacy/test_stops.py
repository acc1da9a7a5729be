"""Restriction, objection and withdrawal take effect at once, and end only after being told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mailings.models import Subscription
from mailings.personal_data import CONFIRMING, NEWSLETTER
from orders.personal_data.purposes import ACCOUNTING, HANDLING
from outbox.models import Message
from outbox.services import Letter, queue
from outbox.tasks import send
from privacy import gate, stops, subjects
from privacy.models import ConsentDecision, Request
from privacy.purposes import CLAIMS
from privacy.requests import decisions
from privacy.requests.events import is_intact, officer
from privacy.tasks import run_due_requests
from tests.people import staff_member
from tests.privacy.conftest import Inbox, code_in

GUEST = "guest@example.org"


def proved(client: Client, inbox: Inbox, kind: str, email: str = GUEST) -> Request:
    """Filed by the public form, and proved by the code."""
    answer = client.post("/en/privacy/request/", {"kind": kind, "email": email})
    client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})
    return Request.objects.latest("pk")


def filed(kind: str, anna: User, state: str = "in_assessment") -> Request:
    now = timezone.now()
    return Request.objects.create(
        kind=kind,
        state=state,
        user=anna,
        email=anna.email,
        email_proved_at=now,
        language="en",
        received_at=now,
        due_at=now + timedelta(days=30),
    )


def said(person: object) -> list[tuple[str, str]]:
    return [(d.purpose, d.action) for d in gate.history(person)]  # type: ignore[arg-type]


def steps(case: Request) -> list[str]:
    return [event.action for event in case.events.all() if event.action.startswith(("stop", "lif"))]


def subscribed(email: str, now: datetime) -> None:
    Subscription.objects.create(email=email, language="en", confirmed_at=now)
    NEWSLETTER.grant(email, wording="Yes.", now=now)


def dpo() -> int:
    return staff_member("dpo").pk


def test_a_restriction_leaves_storage_the_law_and_claims_as_soon_as_it_is_proved(
    client: Client, inbox: Inbox
) -> None:
    case = proved(client, inbox, "restriction")

    assert not HANDLING.allows(GUEST)
    assert ACCOUNTING.allows(GUEST)
    assert CLAIMS.allows(GUEST)
    assert HANDLING.allows("other@example.org")
    assert steps(case) == ["stopped"]
    assert case.state == "in_assessment"


def test_what_was_queued_before_a_restriction_does_not_leave_after_it(
    anna: User, mailoutbox: list[object]
) -> None:
    message = queue(
        Letter(
            "privacy/asked",
            to=anna.email,
            language="en",
            about="1",
            context={"reference": "V", "kind": "x"},
            purpose=HANDLING.key,
            user=anna,
        )
    )
    assert message
    gate.carry_out(filed("restriction", anna), officer(dpo()), timezone.now())

    send(message.pk)

    message.refresh_from_db()
    assert (message.state, message.problem, mailoutbox) == ("queued", "Restricted", [])


def test_while_accuracy_is_disputed_the_use_is_restricted_and_the_person_hears_before_it_goes_on(
    anna: User, inbox: Inbox
) -> None:
    case = filed("rectification", anna)
    run_due_requests()
    assert not HANDLING.allows(anna)

    Request.objects.filter(pk=case.pk).update(state="fulfilled", closed_at=timezone.now())
    run_due_requests()
    assert not HANDLING.allows(anna), "the letter waits"
    assert Message.objects.get(kind="privacy/goes_on").state == "queued"
    run_due_requests()
    assert not HANDLING.allows(anna)

    assert inbox()[-1].subject == "The restriction of your data ends"
    run_due_requests()
    run_due_requests()
    assert HANDLING.allows(anna)
    assert said(anna) == [("", "restricted"), ("", "lifted")]
    assert steps(case) == ["stopped", "lifting", "lifted"]
    assert is_intact(case)


def test_a_letter_that_never_arrived_lifts_nothing_and_the_officers_hear_it_once(
    anna: User, inbox: Inbox
) -> None:
    case, client = filed("restriction", anna), officer_at_desk()
    gate.carry_out(case, officer(dpo()), timezone.now())
    stops.lift(case, by=officer(dpo()), now=timezone.now())
    lose()

    run_due_requests()
    run_due_requests()

    assert not HANDLING.allows(anna)
    assert case.events.filter(action="notice_lost").count() == 1
    warned = [mail for mail in inbox() if case.reference in mail.subject]
    assert sorted(address for mail in warned for address in mail.to) == sorted(
        User.objects.filter(is_staff=True).values_list("email", flat=True)
    )
    page = client.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()
    assert 'value="lift"' in page


def test_the_officer_writes_again_and_then_the_use_goes_on(anna: User, inbox: Inbox) -> None:
    case, client = filed("restriction", anna), officer_at_desk()
    gate.carry_out(case, officer(dpo()), timezone.now())
    stops.lift(case, by=officer(dpo()), now=timezone.now())
    press = {"path": f"/admin/privacy/request/{case.pk}/decide/", "data": {"decision": "lift"}}
    client.post(**press)  # type: ignore[arg-type]  # nothing was lost yet
    assert Message.objects.filter(kind="privacy/goes_on").count() == 1
    lose()
    run_due_requests()

    for _click in range(2):
        client.post(**press)  # type: ignore[arg-type]
    assert Message.objects.filter(kind="privacy/goes_on").count() == 2
    inbox()
    run_due_requests()

    assert HANDLING.allows(anna)
    assert steps(case) == ["stopped", "lifting", "lifting", "lifted"]
    assert is_intact(case)


def test_a_dispute_that_ended_is_not_written_about_for_ever(anna: User, inbox: Inbox) -> None:
    case = filed("rectification", anna)
    run_due_requests()
    Request.objects.filter(pk=case.pk).update(state="fulfilled", closed_at=timezone.now())
    run_due_requests()
    lose()

    for _round in range(4):
        run_due_requests()

    assert Message.objects.filter(kind="privacy/goes_on").count() == 1


def lose() -> None:
    Message.objects.filter(kind="privacy/goes_on").update(state="bounced")


def officer_at_desk() -> Client:
    client = Client()
    client.force_login(staff_member("dpo"))
    return client


def test_one_dispute_that_ends_does_not_lift_what_another_restricts(
    anna: User, inbox: Inbox
) -> None:
    first, second = filed("rectification", anna), filed("rectification", anna)
    run_due_requests()
    Request.objects.filter(pk=first.pk).update(state="fulfilled", closed_at=timezone.now())
    run_due_requests()
    inbox()
    run_due_requests()
    assert not HANDLING.allows(anna)

    Request.objects.filter(pk=second.pk).update(state="fulfilled", closed_at=timezone.now())
    for _ in range(3):
        run_due_requests()
        inbox()
    run_due_requests()

    assert HANDLING.allows(anna)


def test_an_objection_stops_marketing_for_good_and_our_interests_before_anybody_answers(
    client: Client, inbox: Inbox
) -> None:
    subscribed(GUEST, timezone.now())

    case = proved(client, inbox, "objection")

    assert not NEWSLETTER.allows(GUEST)
    assert not CONFIRMING.allows(GUEST)
    assert Subscription.objects.get().state == "ended"
    assert case.state == "in_assessment"
    assert HANDLING.allows(GUEST)
    assert CLAIMS.allows(GUEST), "the law lets a claim outweigh it"


def test_our_interest_goes_on_only_with_grounds_that_the_person_was_told(
    client: Client, inbox: Inbox
) -> None:
    case, by, now = proved(client, inbox, "objection"), officer(dpo()), timezone.now()

    with pytest.raises(decisions.NotPossible):
        stops.lift(case, by=by, now=now, grounds=" ")
    stops.lift(case, by=by, now=now, grounds="Somebody signs up others again and again.")
    run_due_requests()
    assert not CONFIRMING.allows(GUEST)
    assert "again and again" in str(inbox()[-1].body)
    run_due_requests()

    assert CONFIRMING.allows(GUEST)
    assert not NEWSLETTER.allows(GUEST)
    resumed = ConsentDecision.objects.get(action="resumed", purpose=CONFIRMING.key)
    assert resumed.wording == "Somebody signs up others again and again."


def test_a_withdrawal_ends_every_consent_that_stands(anna: User) -> None:
    subscribed(anna.email, timezone.now())
    case, by = filed("withdrawal", anna), officer(dpo())

    assert gate.carry_out(case, by, timezone.now())
    assert not gate.carry_out(case, by, timezone.now())

    assert not NEWSLETTER.allows(anna)
    assert said(anna) == [("newsletter", "given"), ("newsletter", "withdrawn")]
    assert Subscription.objects.get().state == "ended"


@pytest.mark.parametrize(
    ("kind", "state"), [("question", "in_assessment"), ("objection", "awaiting_verification")]
)
def test_what_stops_nothing_or_is_not_proved_stops_nothing(
    anna: User, kind: str, state: str
) -> None:
    case = filed(kind, anna, state)

    assert not gate.carry_out(case, officer(dpo()), timezone.now())
    run_due_requests()

    assert not ConsentDecision.objects.exists()


def test_who_takes_his_request_back_hears_nothing_and_goes_on_at_once(anna: User) -> None:
    case = filed("restriction", anna)
    run_due_requests()

    decisions.withdraw(case, now=timezone.now())
    run_due_requests()

    assert HANDLING.allows(subjects.of(anna))
    assert steps(case) == ["stopped", "lifted"]
    assert not Message.objects.filter(kind="privacy/goes_on").exists()
