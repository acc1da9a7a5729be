"""What is queued leaves: once, in its language, with its headers, and is then forgotten."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from pytest_django import Settings

from outbox.models import Message
from outbox.services import Letter, queue
from outbox.tasks import send
from privacy import letters
from tests.mailbox import Mailbox
from tests.outbox.conftest import Write

pytestmark = pytest.mark.django_db
State = Message.State


def test_a_queued_letter_arrives_as_text_and_html(write: Write, mailbox: Mailbox) -> None:
    message = write()

    mailbox.deliver()

    mail = mailbox.one()
    assert mail.to == ["anna@example.org"]
    assert mail.subject == "Hello Anna"
    assert "Dear Anna, https://shop.example/secret-code" in mail.text
    assert "<h1>Dear Anna</h1>" in mail.html
    message.refresh_from_db()
    assert message.state == State.SENT
    assert message.sent_at


def test_a_second_letter_on_the_same_subject_is_not_queued(write: Write, mailbox: Mailbox) -> None:
    write(about="order:5")

    again = queue(
        Letter("letters/hello", to="a@example.org", language="en", about="order:5", context={})
    )
    mailbox.deliver()

    assert again is None
    assert len(mailbox.mails()) == 1


def test_a_letter_of_a_transaction_that_fails_is_never_sent(write: Write, mailbox: Mailbox) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    mailbox.deliver()

    assert mailbox.mails() == []
    assert not Message.objects.exists()


def test_a_letter_is_sent_once_however_often_the_task_runs(write: Write, mailbox: Mailbox) -> None:
    message = write()

    send(message.pk)
    send(message.pk)

    assert len(mailbox.mails()) == 1


def test_a_task_for_a_message_that_is_gone_does_nothing(db: None, mailbox: Mailbox) -> None:
    send(987654)

    assert mailbox.mails() == []


@pytest.mark.parametrize(("language", "word"), [("nl", "Opslaan"), ("en", "Save")])
def test_both_parts_are_in_the_language_of_the_row(
    write: Write, mailbox: Mailbox, language: str, word: str
) -> None:
    write(language=language)

    mailbox.deliver()

    mail = mailbox.one()
    assert word in mail.text
    assert word in mail.html
    assert f'<html lang="{language}">' in mail.html


def test_links_and_codes_are_gone_from_the_row_once_sent(write: Write, mailbox: Mailbox) -> None:
    message = write(headers={"X-Code": "secret"})

    mailbox.deliver()

    message.refresh_from_db()
    assert message.context == {}
    assert message.headers == {}
    assert message.recipient == "anna@example.org"


def test_the_last_letter_to_someone_erased_forgets_its_recipient(
    write: Write, mailbox: Mailbox
) -> None:
    message = write(forget=True)

    mailbox.deliver()

    message.refresh_from_db()
    assert mailbox.one().to == ["anna@example.org"]
    assert message.recipient == ""


def test_an_order_message_says_that_a_machine_wrote_it(write: Write, mailbox: Mailbox) -> None:
    message = write()

    mailbox.deliver()

    mail = mailbox.one()
    assert mail.header("Auto-Submitted") == "auto-generated"
    assert mail.header("Message-ID") == message.message_id
    assert mail.header("List-Unsubscribe") == ""
    assert parsedate_to_datetime(mail.header("Date")).year


def test_marketing_has_its_own_sender(write: Write, mailbox: Mailbox, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Soocas <shop@soocas.example>"
    settings.NEWSLETTER_FROM_EMAIL = "Soocas <letters@soocas.example>"
    order, letter = write(), write(campaign="issue:1")

    mailbox.deliver()

    first, second = mailbox.mails()
    assert first.sender == "Soocas <shop@soocas.example>"
    assert second.sender == "Soocas <letters@soocas.example>"
    assert second.header("Auto-Submitted") == ""
    assert letter.message_id.endswith("@soocas.example>")
    assert order.message_id != letter.message_id


def test_answers_go_where_the_setting_says(
    write: Write, mailbox: Mailbox, settings: Settings
) -> None:
    settings.REPLY_TO_EMAIL = "help@soocas.example"
    write()

    mailbox.deliver()

    assert mailbox.one().header("Reply-To") == "help@soocas.example"


def test_a_name_cannot_write_headers(write: Write, mailbox: Mailbox) -> None:
    write(context={"name": "Anna\r\nBcc: eve@example.org\r\n\r\nbuy", "url": ""})

    mailbox.deliver()

    mail = mailbox.one()
    assert mail.to == ["anna@example.org"]
    assert mail.header("Bcc") == ""
    assert mail.subject == "Hello Anna"


def test_a_header_with_a_line_break_fails_and_nothing_leaves(
    write: Write, mailbox: Mailbox
) -> None:
    message = write(headers={"X-Name": "a\nBcc: eve@example.org"})

    mailbox.deliver()

    message.refresh_from_db()
    assert mailbox.mails() == []
    assert message.state == State.FAILED


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@example.org\nBcc: eve@example.org", "a@b.nl, c@d.nl", "x" * 400]
)
def test_what_is_no_address_is_never_queued(db: None, address: str) -> None:
    with pytest.raises(ValidationError):
        queue(Letter("letters/hello", to=address, language="en", about="x", context={}))

    assert not Message.objects.exists()


def test_html_is_escaped_and_text_is_not(write: Write, mailbox: Mailbox) -> None:
    write(context={"name": "<b>Bö & Co</b>", "url": ""})

    mailbox.deliver()

    mail = mailbox.one()
    assert "Dear <b>Bö & Co</b>" in mail.text
    assert "<h1>Dear &lt;b&gt;Bö &amp; Co&lt;/b&gt;</h1>" in mail.html
    assert mail.subject == "Hello <b>Bö & Co</b>"


def test_an_address_in_another_script_is_written_to(write: Write, mailbox: Mailbox) -> None:
    write(to="Anna@münchen.example")

    mailbox.deliver()

    assert mailbox.one().to == ["Anna@xn--mnchen-3ya.example"]


@pytest.mark.parametrize("kind", ["letters/headless", "letters/missing"])
def test_a_broken_template_fails_and_is_shown(write: Write, mailbox: Mailbox, kind: str) -> None:
    message = write(kind)

    mailbox.deliver()

    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.problem in {"NoSubject", "TemplateDoesNotExist"}
    assert mailbox.mails() == []


@pytest.mark.parametrize(
    ("kind", "stays"),
    [("privacy/receipt", ""), ("privacy/code", ""), ("privacy/answered", "anna@example.org")],
)
def test_the_privacy_room_writes_through_the_outbox(
    db: None, mailbox: Mailbox, kind: str, stays: str
) -> None:
    letters.send(
        kind,
        to="anna@example.org",
        language="en",
        about="request:1",
        context={"reference": "R-1", "code": "123456", "answer": "Yes.", "erased_on": "today"},
    )

    mailbox.deliver()

    assert mailbox.one().to == ["anna@example.org"]
    assert Message.objects.get().recipient == stays
