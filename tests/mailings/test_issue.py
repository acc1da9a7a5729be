"""Staff write a letter, look at it, and send it to everybody who confirmed, once."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from mailings import issues
from mailings.models import Issue, Subscription
from mailings.tasks import send_batch, sweep
from outbox.models import Message
from tests.broker import Jobs
from tests.mailbox import Mailbox
from tests.mailings.conftest import Subscribe, publish, sign_up

pytestmark = pytest.mark.django_db
NEW = {"subject_nl": "Hallo", "body_nl": "Een", "subject_en": "Hello", "body_en": "One"}


def test_staff_write_preview_and_send(
    staff: Client, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe("anna@example.org")
    subscribe("ben@example.org", language="en")

    staff.post("/admin/mailings/issue/add/", NEW)
    issue = Issue.objects.get()
    page = staff.get(f"/admin/mailings/issue/{issue.pk}/change/")
    assert f"/admin/mailings/issue/{issue.pk}/send/" in page.content.decode()
    asked = staff.get(f"/admin/mailings/issue/{issue.pk}/send/")
    assert not Message.objects.filter(campaign=issue.campaign).exists()
    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.deliver()

    assert "2 adressen" in asked.content.decode()
    assert [(m.to, m.subject) for m in mailbox.mails()] == [
        (["anna@example.org"], "Hallo"),
        (["ben@example.org"], "Hello"),
    ]
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT
    assert "2" in staff.get(f"/admin/mailings/issue/{issue.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("language", "word"), [("nl", "Eerste alinea."), ("en", "First paragraph.")]
)
def test_the_preview_is_the_letter_in_each_language(
    staff: Client, issue: Issue, language: str, word: str
) -> None:
    answer = staff.get(f"/admin/mailings/issue/{issue.pk}/preview/{language}/")

    assert f"<p>{word}</p>" in answer.content.decode()
    assert "style-src 'unsafe-inline'" in answer["Content-Security-Policy"]
    assert "script" not in answer["Content-Security-Policy"]
    assert not Message.objects.exists()


def test_what_staff_write_is_text_never_html(
    staff: Client, issue: Issue, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe("anna@example.org")
    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.deliver()

    mail = mailbox.one()
    assert "<p>Tweede &lt;b&gt;alinea&lt;/b&gt;: <a href=" in mail.html
    assert "Tweede <b>alinea</b>: https://shop.example/nl/" in mail.text
    assert "<img" not in mail.html


def test_sending_twice_sends_once(
    staff: Client, issue: Issue, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe("anna@example.org")

    for _ in range(2):
        publish(staff, issue)
        send_batch(issue.pk)
        mailbox.deliver()

    assert len(mailbox.mails()) == 1


def test_it_goes_in_batches_and_is_resumed_by_the_sweep(
    staff: Client,
    issue: Issue,
    subscribe: Subscribe,
    mailbox: Mailbox,
    jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issues, "BATCH", 2)
    people = [f"reader{number}@example.org" for number in range(5)]
    subscribe(*people)
    publish(staff, issue)

    send_batch(issue.pk)
    assert Message.objects.filter(campaign=issue.campaign).count() == 2
    sweep()
    assert ("mailings.send_batch", [issue.pk]) in jobs()
    Issue.objects.filter(pk=issue.pk).update(cursor=0)  # as if the place had been lost
    for _ in range(4):
        send_batch(issue.pk)
    mailbox.deliver()

    assert sorted(mail.to[0] for mail in mailbox.mails()) == people
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT


def test_only_the_confirmed_get_it(
    staff: Client, issue: Issue, subscribe: Subscribe, visitor: Client, mailbox: Mailbox
) -> None:
    subscribe("anna@example.org")
    sign_up(visitor, "unsure@example.org")
    sweep()
    mailbox.deliver()
    mailbox.clear()

    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.deliver()

    assert mailbox.one().to == ["anna@example.org"]


def test_what_was_sent_cannot_be_changed_or_deleted(staff: Client, issue: Issue) -> None:
    publish(staff, issue)
    send_batch(issue.pk)

    answer = staff.post(f"/admin/mailings/issue/{issue.pk}/change/", NEW)
    deleted = staff.post(f"/admin/mailings/issue/{issue.pk}/delete/", {"post": "yes"})

    assert (answer.status_code, deleted.status_code) == (403, 403)
    issue.refresh_from_db()
    assert issue.subject_nl == "Zeven jaar met één borstel"


@pytest.mark.parametrize("page", ["send/", "preview/nl/", "change/"])
def test_a_shopper_cannot_reach_it(issue: Issue, anna: User, page: str) -> None:
    client = Client()
    client.force_login(anna)

    answer = client.post(f"/admin/mailings/issue/{issue.pk}/{page}")

    assert answer.status_code in {302, 403, 405}
    issue.refresh_from_db()
    assert issue.state == Issue.State.DRAFT


def test_staff_without_the_right_cannot_send(issue: Issue, anna: User) -> None:
    anna.is_staff = True
    anna.save()
    client = Client()
    client.force_login(anna)

    assert client.post(f"/admin/mailings/issue/{issue.pk}/send/").status_code == 403
    assert client.get(f"/admin/mailings/issue/{issue.pk}/preview/nl/").status_code == 403


def test_an_issue_that_is_not_there_is_a_404(staff: Client) -> None:
    assert staff.get("/admin/mailings/issue/987654/send/").status_code == 404
    assert staff.get("/admin/mailings/issue/987654/preview/nl/").status_code == 404


def test_the_lists_of_subscriptions_cannot_be_changed(
    staff: Client, subscribe: Subscribe, settings: Settings
) -> None:
    subscribe("anna@example.org")
    pk = Subscription.objects.get().pk

    assert staff.get("/admin/mailings/subscription/").status_code == 200
    assert staff.get("/admin/mailings/signup/").status_code == 200
    assert staff.get("/admin/mailings/subscription/add/").status_code == 403
    assert staff.post(f"/admin/mailings/subscription/{pk}/delete/", {}).status_code == 403
