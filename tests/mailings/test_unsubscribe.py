"""The way out: by the link, by the mail program's button, for good, and for what is queued."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import TimeMachineFixture

from mailings.models import Issue, Subscription, Suppression, UnsubscribeLink
from mailings.personal_data import NEWSLETTER
from mailings.tasks import propagate_unsubscribe, send_batch, sweep
from outbox.models import Message
from outbox.tasks import sweep as sweep_outbox
from privacy.models import ConsentDecision
from tests.broker import Jobs
from tests.mailbox import Mail, Mailbox
from tests.mailings.conftest import Subscribe, confirm, path, publish, sign_up

pytestmark = pytest.mark.django_db
ANNA, BEN = "anna@example.org", "ben@example.org"
ONE_CLICK = "List-Unsubscribe=One-Click"
MULTIPART = (
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)


@pytest.fixture
def letter(subscribe: Subscribe, staff: Client, issue: Issue, mailbox: Mailbox) -> Mail:
    """The newsletter as it reached Anna; Ben is subscribed too."""
    subscribe(ANNA, BEN)
    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.deliver()
    mail = mailbox.one(ANNA)
    mailbox.clear()
    return mail


@pytest.fixture
def stranger(db: None) -> Client:
    """A mail program: no cookie, no token, no header of a browser."""
    return Client(enforce_csrf_checks=True)


def write_again(staff: Client, mailbox: Mailbox) -> None:
    issue = Issue.objects.create(subject_nl="Twee", body_nl="b", subject_en="Two", body_en="b")
    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.deliver()


def test_every_letter_says_how_to_leave(letter: Mail) -> None:
    address = letter.header("List-Unsubscribe")
    assert address == f"<{letter.unsubscribe}>"
    assert letter.header("List-Unsubscribe-Post") == ONE_CLICK
    assert letter.header("List-Id").endswith("<newsletter.soocas.example>")
    assert letter.unsubscribe in letter.text
    assert f'href="{letter.unsubscribe}"' in letter.html
    assert len(letter.unsubscribe) <= 70
    token = letter.unsubscribe.rpartition("/")[2]
    assert len(token) == 22
    assert not UnsubscribeLink.objects.filter(digest__contains=token).exists()
    assert not Message.objects.filter(context__icontains=token).exists()
    assert not Message.objects.filter(headers__icontains=token).exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_link_changes_nothing(letter: Mail, stranger: Client, method: str) -> None:
    answer = getattr(stranger, method)(path(letter.unsubscribe))

    assert answer.status_code == 200
    assert not answer.cookies
    assert Subscription.objects.get(email=ANNA).state == "confirmed"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", ONE_CLICK),
        ("multipart/form-data; boundary=x", MULTIPART),
        ("multipart/form-data", "nonsense"),
        ("text/plain", ""),
    ],
)
def test_the_button_of_the_mail_program_stops_it(
    letter: Mail, stranger: Client, staff: Client, mailbox: Mailbox, content_type: str, body: str
) -> None:
    answer = stranger.generic("POST", path(letter.unsubscribe), body, content_type)

    assert answer.status_code == 200
    assert not answer.cookies
    assert not NEWSLETTER.allows(ANNA)
    write_again(staff, mailbox)
    assert [mail.to for mail in mailbox.mails()] == [[BEN]]


def test_the_click_is_one_record_however_often_it_comes(letter: Mail, stranger: Client) -> None:
    for _ in range(3):
        assert stranger.post(path(letter.unsubscribe)).status_code == 200

    assert Subscription.objects.get(email=ANNA).state == "ended"
    assert Suppression.objects.count() == 1
    decisions = ConsentDecision.objects.filter(email=ANNA).order_by("pk")
    assert [decision.action for decision in decisions] == ["given", "withdrawn"]


def test_no_goodbye_is_sent(letter: Mail, stranger: Client, mailbox: Mailbox) -> None:
    stranger.post(path(letter.unsubscribe))
    sweep()
    propagate_unsubscribe(Subscription.objects.get(email=ANNA).pk)
    mailbox.deliver()

    assert mailbox.mails() == []


def test_a_person_sees_the_page_in_the_language_of_the_letter(
    letter: Mail, stranger: Client
) -> None:
    page = stranger.get(path(letter.unsubscribe), headers={"accept-language": "en"})
    done = stranger.post(path(letter.unsubscribe))

    assert "Stoppen met de nieuwsbrief?" in page.content.decode()
    assert "Geen brieven meer" in done.content.decode()
    assert "Geen brieven meer" in stranger.get(path(letter.unsubscribe)).content.decode()


@pytest.mark.parametrize(
    "token", ["x", "A" * 22, "%00", "%ff%fe", "é", "A" * 3000, "x\r\nSet-Cookie: a=b"]
)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_an_unknown_token_is_a_404_and_tells_nothing(
    letter: Mail, stranger: Client, token: str, method: str
) -> None:
    answer = getattr(stranger, method)(f"/u/{token}")

    assert answer.status_code == 404
    assert not answer.cookies
    assert Subscription.objects.confirmed().count() == 2


def test_the_address_is_exact(letter: Mail, stranger: Client) -> None:
    url = path(letter.unsubscribe)

    assert stranger.post(f"{url}/").status_code == 404
    assert stranger.get(f"/nl{url}").status_code == 404
    assert stranger.put(url).status_code == 405
    assert Subscription.objects.get(email=ANNA).state == "confirmed"


def test_a_job_withdraws_what_is_queued(
    letter: Mail,
    stranger: Client,
    staff: Client,
    mailbox: Mailbox,
    jobs: Jobs,
    django_capture_on_commit_callbacks: Any,
) -> None:
    issue = Issue.objects.create(subject_nl="Twee", body_nl="b", subject_en="Two", body_en="b")
    publish(staff, issue)
    send_batch(issue.pk)
    before = len(jobs())

    with django_capture_on_commit_callbacks(execute=True):
        stranger.post(path(letter.unsubscribe))

    anna = Subscription.objects.get(email=ANNA)
    assert jobs()[before:] == [("mailings.propagate_unsubscribe", [anna.pk])]
    propagate_unsubscribe(anna.pk)
    propagate_unsubscribe(anna.pk)
    queued = Message.objects.get(recipient=ANNA, campaign=issue.campaign)
    assert queued.state == Message.State.WITHHELD
    assert (queued.context, queued.headers) == ({}, {})
    mailbox.deliver()
    assert [mail.to for mail in mailbox.mails()] == [[BEN]]


def test_a_queued_letter_is_withheld_even_if_the_job_never_ran(
    letter: Mail, stranger: Client, staff: Client, mailbox: Mailbox
) -> None:
    issue = Issue.objects.create(subject_nl="Twee", body_nl="b", subject_en="Two", body_en="b")
    publish(staff, issue)
    send_batch(issue.pk)

    stranger.post(path(letter.unsubscribe))
    mailbox.deliver()

    assert [mail.to for mail in mailbox.mails()] == [[BEN]]
    queued = Message.objects.get(recipient=ANNA, campaign=issue.campaign)
    assert queued.state == Message.State.WITHHELD


def test_a_dead_broker_at_the_click_loses_nothing(
    letter: Mail,
    stranger: Client,
    staff: Client,
    dead_broker: None,
    time_machine: TimeMachineFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    issue = Issue.objects.create(subject_nl="Twee", body_nl="b", subject_en="Two", body_en="b")
    publish(staff, issue)
    send_batch(issue.pk)

    with django_capture_on_commit_callbacks(execute=True):
        answer = stranger.post(path(letter.unsubscribe))

    assert answer.status_code == 200
    assert Subscription.objects.get(email=ANNA).propagated_at is None
    time_machine.move_to(timezone.now() + timedelta(minutes=16), tick=True)
    sweep()
    assert Subscription.objects.get(email=ANNA).propagated_at
    queued = Message.objects.get(recipient=ANNA, campaign=issue.campaign)
    assert queued.state == Message.State.WITHHELD


def test_what_is_not_done_after_a_day_raises_the_alarm(
    letter: Mail,
    stranger: Client,
    time_machine: TimeMachineFixture,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stranger.post(path(letter.unsubscribe))
    time_machine.move_to(timezone.now() + timedelta(hours=25), tick=True)

    sweep()

    assert [record.levelname for record in caplog.records if record.name == "mailings.leaving"] == [
        "ERROR"
    ]
    assert ANNA not in caplog.text


def test_order_mail_still_comes(letter: Mail, stranger: Client, mailbox: Mailbox) -> None:
    from outbox.services import Letter, queue

    stranger.post(path(letter.unsubscribe))
    queue(Letter("mailings/confirm", to=ANNA, language="nl", about="order:1", context={"url": ""}))
    mailbox.deliver()

    assert mailbox.one().to == [ANNA]


def test_only_a_new_confirmed_sign_up_lifts_the_mark(
    letter: Mail, stranger: Client, visitor: Client, staff: Client, mailbox: Mailbox
) -> None:
    stranger.post(path(letter.unsubscribe))
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()
    write_again(staff, mailbox)
    assert Suppression.objects.count() == 1
    invitation = mailbox.one(ANNA)

    confirm(visitor, invitation.link("/newsletter/confirm/"))

    assert not Suppression.objects.exists()
    mailbox.clear()
    write_again(staff, mailbox)
    assert mailbox.one(ANNA).unsubscribe


def test_the_mark_stops_what_an_import_would_send(
    letter: Mail, stranger: Client, staff: Client, mailbox: Mailbox
) -> None:
    """Someone copies an old list back, consent included: still nothing leaves."""
    stranger.post(path(letter.unsubscribe))
    NEWSLETTER.grant("ANNA@EXAMPLE.org", wording="an old list", now=timezone.now())
    Subscription.objects.filter(email=ANNA).delete()
    Subscription.objects.create(
        email="ANNA@EXAMPLE.org", language="nl", confirmed_at=timezone.now()
    )

    write_again(staff, mailbox)

    assert [mail.to for mail in mailbox.mails()] == [[BEN]]


def test_the_mark_says_nothing_readable(letter: Mail, stranger: Client) -> None:
    stranger.post(path(letter.unsubscribe))

    mark = Suppression.objects.get()
    assert "anna" not in f"{mark.digest}{mark.purpose}{mark}".lower()
    assert len(mark.digest) == 64


def test_an_objection_made_elsewhere_ends_the_subscription(letter: Mail, mailbox: Mailbox) -> None:
    NEWSLETTER.withdraw(ANNA, now=timezone.now())

    assert Subscription.objects.get(email=ANNA).state == "ended"
    assert Suppression.objects.count() == 1


def test_the_sweeps_run_on_an_empty_shop(db: None) -> None:
    sweep()
    sweep_outbox()

    assert not Message.objects.exists()
