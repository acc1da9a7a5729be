"""Who was told, and a consent taken back, without an account: answered as soon as it is proved."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from mailings.models import Subscription
from mailings.personal_data import NEWSLETTER
from orders.personal_data.purposes import CARRIER, FULFILMENT
from privacy import gate
from privacy.models import ConsentDecision, Duty, Request
from privacy.models.requests import Kind
from privacy.requests.events import is_intact
from tests.privacy.conftest import Inbox, code_in, left

FORM = "/en/privacy/request/"
GUEST = "guest@example.org"
OTHER = "other@example.org"


def proved(client: Client, inbox: Inbox, kind: str, email: str = GUEST, message: str = "") -> str:
    """Filed and proved; the page on which the person ends."""
    typed = {"kind": kind, "email": email, "message": message}
    page = str(client.post(FORM, typed)["Location"])
    return client.post(page, {"code": code_in(inbox()[-1])}, follow=True).content.decode()


def subscribed(email: str) -> None:
    now = timezone.now()
    Subscription.objects.create(email=email, language="en", confirmed_at=now)
    NEWSLETTER.grant(email, wording="Yes.", now=now)


def given_to_carrier(email: str) -> None:
    CARRIER.received(
        email, purpose=FULFILMENT, fields=("delivery_name",), about="order:1", now=timezone.now()
    )


def test_a_consent_taken_back_by_a_guest_ends_and_is_answered_when_the_address_is_proved(
    client: Client, inbox: Inbox
) -> None:
    subscribed(GUEST)
    subscribed(OTHER)

    page = proved(client, inbox, "withdrawal")

    case, mail = Request.objects.get(), inbox()[-1]
    assert "Our answer is on its way" in page
    assert (left(case).state, case.assigned_to_id) == ("fulfilled", None)
    assert (mail.to, mail.subject) == ([GUEST], "About your request")
    assert "- Send the newsletter" in str(mail.body)
    assert not NEWSLETTER.allows(GUEST)
    assert NEWSLETTER.allows(OTHER)
    assert is_intact(case)


def test_where_no_consent_stands_the_answer_says_so(client: Client, inbox: Inbox) -> None:
    proved(client, inbox, "withdrawal")

    assert "no consent stands" in str(inbox()[-1].body)
    assert not gate.history(GUEST).filter(action=ConsentDecision.Action.WITHDRAWN).exists()


def test_who_was_told_is_answered_with_what_the_proved_address_reaches(
    client: Client, inbox: Inbox
) -> None:
    given_to_carrier(GUEST)
    given_to_carrier(OTHER)
    CARRIER.received(
        OTHER, purpose=FULFILMENT, fields=("phone",), about="order:2", now=timezone.now()
    )

    proved(client, inbox, "recipients")

    body = str(inbox()[-1].body)
    assert left(Request.objects.get()).state == "fulfilled"
    assert f"- {CARRIER.name}" in body
    assert "name of the receiver" in body
    assert "phone" not in body.lower()


def test_who_was_told_says_what_the_recipients_answered_to_earlier_requests_of_the_address(
    client: Client, inbox: Inbox
) -> None:
    given_to_carrier(GUEST)
    proved(client, inbox, "restriction")
    Duty.objects.update(state=Duty.State.CONFIRMED, said="Done on our side.", sealed={})

    proved(client, inbox, "recipients")

    assert "confirmed. Done on our side." in str(inbox()[-1].body)


def test_nobody_received_anything_of_an_address_that_was_never_handed_over(
    client: Client, inbox: Inbox
) -> None:
    given_to_carrier(OTHER)

    proved(client, inbox, "recipients")

    assert CARRIER.name not in str(inbox()[-1].body)


@pytest.mark.parametrize("kind", [Kind.WITHDRAWAL, Kind.RECIPIENTS])
def test_what_was_written_besides_is_read_by_an_officer_though_the_rest_is_done_at_once(
    client: Client, inbox: Inbox, kind: Kind
) -> None:
    subscribed(GUEST)
    given_to_carrier(GUEST)

    proved(client, inbox, kind, message="And who is your director?")

    body = str(inbox()[-1].body)
    assert Request.objects.get().state == "in_assessment"
    assert "An officer reads what you wrote besides." in body
    assert ("Send the newsletter" in body) is (kind == Kind.WITHDRAWAL)
    assert (CARRIER.name in body) is (kind == Kind.RECIPIENTS)
    assert NEWSLETTER.allows(GUEST) is (kind == Kind.RECIPIENTS)


@pytest.mark.parametrize("kind", [Kind.WITHDRAWAL, Kind.RECIPIENTS])
def test_nothing_happens_before_the_address_is_proved(
    client: Client, inbox: Inbox, kind: Kind
) -> None:
    subscribed(GUEST)
    client.post(FORM, {"kind": kind, "email": GUEST})

    assert Request.objects.get().state == "awaiting_verification"
    assert NEWSLETTER.allows(GUEST)
    assert [mail.subject for mail in inbox()] == ["Your code"]
