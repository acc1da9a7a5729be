"""What became of a letter, as the privacy room asks: a clock may run on the answer."""

from __future__ import annotations

import pytest

from outbox.models import Message
from privacy import letters
from tests.mailbox import Mailbox
from tests.outbox.conftest import Write

pytestmark = pytest.mark.django_db
State = Message.State


def test_a_letter_was_sent_only_once_the_server_took_it(write: Write, mailbox: Mailbox) -> None:
    write(about="order:5")
    assert not letters.was_sent("letters/hello", "order:5")
    assert letters.fate("letters/hello", "order:5") == "waiting"

    mailbox.deliver()

    assert letters.was_sent("letters/hello", "order:5")
    assert letters.sent_at("letters/hello", "order:5") == Message.objects.get().sent_at
    assert letters.fate("letters/hello", "order:6") == ""


@pytest.mark.parametrize("state", [State.FAILED, State.BOUNCED, State.WITHHELD, State.UNKNOWN])
def test_a_letter_that_failed_bounced_or_was_withheld_told_nobody_anything(
    write: Write, state: str
) -> None:
    Message.objects.filter(pk=write(about="order:5").pk).update(state=state)

    assert letters.fate("letters/hello", "order:5") == "lost"
    assert letters.sent_at("letters/hello", "order:5") is None
    assert not letters.was_sent("letters/hello", "order:5")
