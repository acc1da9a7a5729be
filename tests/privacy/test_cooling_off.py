"""While an account waits to be deleted, nothing optional is done with its data."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mailings.models import Issue, Subscription
from mailings.personal_data import CONFIRMING, NEWSLETTER
from mailings.tasks import send_batch
from orders.personal_data import ACCOUNTING, HANDLING
from privacy.declarations import CLAIMS
from privacy.models import Request
from tests.privacy.conftest import Inbox

DELETE = "/nl/account/privacy/delete/"
SECOND = "anna@work.example"


@pytest.fixture
def reader(anna: User) -> User:
    """Anna reads the newsletter at a second address of hers, typed before she had an account."""
    EmailAddress.objects.create(user=anna, email=SECOND, verified=True)
    NEWSLETTER.grant(SECOND, wording="Yes.", now=timezone.now())
    Subscription.objects.create(email=SECOND, language="nl", confirmed_at=timezone.now())
    return anna


def send_newsletter(inbox: Inbox) -> list[str]:
    """Send one more issue; to whom it went."""
    now = timezone.now()
    issue = Issue.objects.create(
        subject_nl="Borstels",
        body_nl="Een brief.",
        subject_en="Brushes",
        body_en="A letter.",
        state=Issue.State.SENDING,
        started_at=now,
    )
    before = len(inbox())
    send_batch(issue.pk)
    return [mail.to[0] for mail in inbox()[before:]]


def take_back(client: Client) -> None:
    client.post(f"/nl/account/privacy/requests/{Request.objects.get().reference}/")


def test_the_newsletter_waits_and_resumes_when_the_deletion_is_taken_back(
    signed_in: Client, reader: User, inbox: Inbox
) -> None:
    assert send_newsletter(inbox) == [SECOND]

    signed_in.post(DELETE)
    assert send_newsletter(inbox) == []

    take_back(signed_in)
    assert send_newsletter(inbox) == [SECOND]


def test_contract_law_and_claims_go_on_meanwhile(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    signed_in.post(DELETE)

    assert not CONFIRMING.allows(anna)
    for purpose in (HANDLING, ACCOUNTING, CLAIMS):
        assert purpose.allows(anna)
        assert purpose.allows(anna.email.upper())
    assert len(inbox()) == 1  # the letter with the link that takes it back


def test_a_held_deletion_waits_on_and_nobody_else_is_touched(signed_in: Client, anna: User) -> None:
    bram = User.objects.create_user("bram@example.com", "x")
    signed_in.post(DELETE)
    Request.objects.update(held_at=timezone.now())

    assert not CONFIRMING.allows(anna)
    assert not CONFIRMING.allows(anna.email)
    assert CONFIRMING.allows(bram)
    assert CONFIRMING.allows("somebody@example.com")
