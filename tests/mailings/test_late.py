"""A reader who was erased gets nothing more, come what may, until he says yes anew."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mailings.models import Issue, Subscription
from mailings.personal_data import NEWSLETTER
from mailings.suppression import suppressed
from mailings.tasks import send_batch
from outbox.models import Message
from outbox.services import Letter, queue
from privacy import erasure, subjects
from tests.mailbox import Mailbox
from tests.mailings.conftest import Subscribe, publish
from tests.mailings.test_account import PAGE, is_on
from tests.people import person

pytestmark = pytest.mark.django_db
ANNA = "anna@example.org"


@pytest.fixture
def reader(anna: User, subscribe: Subscribe) -> User:
    client = Client()
    client.force_login(anna)
    client.post(PAGE, {"newsletter": "on"})
    assert NEWSLETTER.allows(anna)
    return anna


def test_who_signs_up_again_is_sent_no_newsletter_until_he_says_yes_anew(
    reader: User, staff: Client, issue: Issue, mailbox: Mailbox
) -> None:
    erasure.erase(subjects.of(reader), timezone.now())
    fresh = person(email=ANNA, language="nl")
    client = Client()
    client.force_login(fresh)

    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.deliver()

    assert mailbox.mails() == []
    assert suppressed(NEWSLETTER.key, ANNA)
    assert not NEWSLETTER.allows(fresh)
    assert not is_on(client)
    client.post(PAGE, {"newsletter": "on"})
    assert NEWSLETTER.allows(fresh)
    assert is_on(client)


def test_a_subscription_that_some_process_holds_is_not_written_again(reader: User) -> None:
    held = Subscription.objects.get()
    erasure.erase(subjects.of(reader), timezone.now())

    with pytest.raises(IntegrityError, match="erased"), transaction.atomic():
        held.save()


def test_an_old_list_that_is_read_in_reaches_the_outbox_and_no_further(
    reader: User, mailbox: Mailbox
) -> None:
    erasure.erase(subjects.of(reader), timezone.now())

    queue(
        Letter(
            "mailings/newsletter",
            to=ANNA,
            language="nl",
            about="old:1",
            context={},
            purpose=NEWSLETTER.key,
            campaign="old",
        )
    )
    mailbox.deliver()

    assert mailbox.mails() == []
    assert Message.objects.get(recipient=ANNA).state == "withheld"


def test_a_letter_that_the_mail_server_put_off_is_not_sent_afterwards(
    reader: User, staff: Client, issue: Issue, mailbox: Mailbox
) -> None:
    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.refuse(451)
    mailbox.deliver()
    waiting = Message.objects.get(campaign__gt="")
    assert waiting.state == "queued"

    erasure.erase(subjects.of(reader), timezone.now())
    Message.objects.update(next_try_at=timezone.now())
    mailbox.deliver()
    with pytest.raises(IntegrityError, match="erased"), transaction.atomic():
        waiting.save()

    assert mailbox.mails() == []
    assert not Message.objects.filter(campaign__gt="").exists()
