"""Staff see what left and what waits, never what it says, and may try again what failed."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from outbox.models import Message
from tests.mailbox import Mailbox
from tests.outbox.conftest import Write

pytestmark = pytest.mark.django_db
LIST = "/admin/outbox/message/"


@pytest.fixture
def staff(db: None) -> Client:
    return signed_in("view_message", "retry_message")


def signed_in(*permissions: str) -> Client:
    user = User.objects.create_user(f"{len(permissions)}@example.org", "x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def retry(client: Client, message: Message) -> None:
    client.post(LIST, {"action": "retry", "_selected_action": [message.pk]})


def test_the_list_shows_the_state_and_never_what_a_message_says(
    write: Write, staff: Client
) -> None:
    message = write()

    pages = [staff.get(LIST), staff.get(f"{LIST}{message.pk}/change/")]

    for page in pages:
        assert page.status_code == 200
        assert "letters/hello" in page.content.decode()
        assert "secret-code" not in page.content.decode()
    assert "anna@example.org" not in pages[0].content.decode()


def test_a_failed_message_is_tried_again(write: Write, staff: Client, mailbox: Mailbox) -> None:
    message = write()
    mailbox.refuse(554)
    mailbox.deliver()

    retry(staff, message)
    mailbox.deliver()

    message.refresh_from_db()
    assert message.state == Message.State.SENT
    assert mailbox.one().header("Message-ID") == message.message_id


def test_what_was_sent_is_not_sent_again(write: Write, staff: Client, mailbox: Mailbox) -> None:
    message = write()
    mailbox.deliver()

    retry(staff, message)
    mailbox.deliver()

    assert len(mailbox.mails()) == 1


def test_who_may_only_look_cannot_try_again(write: Write, mailbox: Mailbox) -> None:
    message = write()
    mailbox.refuse(554)
    mailbox.deliver()

    retry(signed_in("view_message"), message)

    message.refresh_from_db()
    assert message.state == Message.State.FAILED


def test_nobody_adds_changes_or_deletes(write: Write, staff: Client) -> None:
    message = write()

    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{message.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.post(f"{LIST}{message.pk}/change/", {"recipient": "x@y.nl"}).status_code == 403
    message.refresh_from_db()
    assert message.recipient == "anna@example.org"
