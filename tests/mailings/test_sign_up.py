"""An address alone is enough; its owner confirms, or hears nothing more and is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import TimeMachineFixture

from mailings.models import SignUp, Subscription
from mailings.personal_data import CONFIRMING, NEWSLETTER
from mailings.tasks import sweep
from outbox.models import Message
from privacy.models import ConsentDecision
from tests.broker import Jobs
from tests.mailbox import Mailbox
from tests.mailings.conftest import Subscribe, confirm, path, sign_up

pytestmark = pytest.mark.django_db
ANNA = "anna@example.org"


def wait(clock: TimeMachineFixture, **time: float) -> None:
    clock.move_to(timezone.now() + timedelta(**time), tick=True)


def test_an_address_alone_is_enough(visitor: Client, mailbox: Mailbox) -> None:
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()

    mail = mailbox.one()
    assert mail.to == [ANNA]
    assert mail.unsubscribe == ""
    assert not Subscription.objects.exists()
    assert not NEWSLETTER.allows(ANNA)

    confirm(visitor, mail.link("/newsletter/confirm/"))

    subscription = Subscription.objects.get()
    assert (subscription.email, subscription.state) == (ANNA, "confirmed")
    assert NEWSLETTER.allows(ANNA)
    decision = ConsentDecision.objects.get()
    assert (decision.email, decision.purpose, decision.action) == (ANNA, "newsletter", "given")
    assert decision.wording
    assert not SignUp.objects.exists()


def test_who_objects_to_being_asked_is_not_asked(visitor: Client, mailbox: Mailbox) -> None:
    sign_up(visitor, ANNA)
    sweep()
    CONFIRMING.oppose(ANNA, now=timezone.now())  # while the question waits to be sent

    mailbox.deliver()

    assert mailbox.mails() == []
    message = Message.objects.get()
    assert (message.state, message.recipient) == ("withheld", "")


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("nl", "Bevestig even: de nieuwsbrief van Soocas"),
        ("en", "Please confirm: the Soocas newsletter"),
    ],
)
def test_the_mail_is_in_the_language_of_the_page(
    visitor: Client, mailbox: Mailbox, language: str, subject: str
) -> None:
    sign_up(visitor, ANNA, language)
    sweep()
    mailbox.deliver()

    mail = mailbox.one()
    assert mail.subject == subject
    assert f"/{language}/newsletter/confirm/" in mail.text


def test_opening_the_link_changes_nothing(visitor: Client, mailbox: Mailbox) -> None:
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()
    link = path(mailbox.one().link("/newsletter/confirm/"))

    assert visitor.get(link).status_code == 200
    assert visitor.head(link).status_code == 200

    assert not Subscription.objects.exists()
    assert not ConsentDecision.objects.exists()


def test_the_button_needs_the_token_of_the_page(visitor: Client, mailbox: Mailbox) -> None:
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()

    answer = visitor.post(path(mailbox.one().link("/newsletter/confirm/")))

    assert answer.status_code == 403
    assert not Subscription.objects.exists()


def test_confirming_twice_is_confirming_once(visitor: Client, mailbox: Mailbox) -> None:
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()
    link = mailbox.one().link("/newsletter/confirm/")

    confirm(visitor, link)
    confirm(visitor, link)

    assert "Je staat op de lijst" in visitor.get(path(link)).content.decode()
    assert Subscription.objects.count() == 1
    assert ConsentDecision.objects.count() == 1


def test_an_old_link_does_not_sign_up_again_after_leaving(
    visitor: Client, mailbox: Mailbox
) -> None:
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()
    link = mailbox.one().link("/newsletter/confirm/")
    confirm(visitor, link)
    NEWSLETTER.withdraw(ANNA, now=timezone.now())

    page = visitor.get(path(link))

    assert page.status_code == 404
    assert Subscription.objects.get().state == "ended"


def test_an_unconfirmed_address_never_gets_a_second_message(
    visitor: Client, mailbox: Mailbox
) -> None:
    for email in (ANNA, ANNA, "Anna@Example.ORG", " anna@example.org "):
        sign_up(visitor, email)
        sweep()
        mailbox.deliver()

    assert len(mailbox.mails()) == 1


def test_an_unconfirmed_address_is_gone_after_seven_days_from_every_table(
    visitor: Client, mailbox: Mailbox, time_machine: TimeMachineFixture
) -> None:
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()
    link = path(mailbox.one().link("/newsletter/confirm/"))
    wait(time_machine, days=6, hours=23)
    sweep()
    assert visitor.get(link).status_code == 200

    wait(time_machine, hours=2)
    sweep()

    assert visitor.get(link).status_code == 404
    assert not SignUp.objects.exists()
    assert not Message.objects.filter(recipient__iexact=ANNA).exists()
    assert not Subscription.objects.exists()


def test_an_expired_link_is_refused_before_the_sweep_came(
    visitor: Client, mailbox: Mailbox, time_machine: TimeMachineFixture
) -> None:
    sign_up(visitor, ANNA)
    sweep()
    mailbox.deliver()
    wait(time_machine, days=7, minutes=1)

    confirm_page = visitor.get(path(mailbox.one().link("/newsletter/confirm/")))

    assert confirm_page.status_code == 404
    assert "werkt niet meer" in confirm_page.content.decode()


def test_a_subscriber_who_signs_up_again_hears_nothing(
    visitor: Client, mailbox: Mailbox, subscribe: Subscribe
) -> None:
    subscribe(ANNA)

    sign_up(visitor, "ANNA@example.org")
    sweep()
    mailbox.deliver()

    assert mailbox.mails() == []
    assert not SignUp.objects.exists()


def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(
    visitor: Client, subscribe: Subscribe, jobs: Jobs, django_capture_on_commit_callbacks: Any
) -> None:
    subscribe("known@example.org")
    sign_up(visitor, "asked@example.org")
    sweep()
    seen = []

    for email in ("known@example.org", "asked@example.org", "new@example.org"):
        before = len(jobs())
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            django_capture_on_commit_callbacks(execute=True),
        ):
            answer = visitor.post("/nl/newsletter/", {"email": email})
        statements = [query["sql"].split()[0] for query in queries]
        headers = sorted(name for name in answer.headers if name != "Set-Cookie")
        seen.append((answer.status_code, answer["Location"], headers, statements, jobs()[before:]))

    assert seen[0] == seen[1] == seen[2]
    assert seen[0][4] == [("mailings.sweep", [])]


def test_a_dead_broker_loses_no_sign_up(
    visitor: Client, mailbox: Mailbox, dead_broker: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sign_up(visitor, ANNA)

    sweep()
    mailbox.deliver()

    assert mailbox.one().to == [ANNA]


@pytest.mark.parametrize(
    "typed", ["", "anna", "anna@", "@example.org", "a b@example.org", "x" * 300 + "@example.org"]
)
def test_what_is_no_address_is_said_so_and_kept(visitor: Client, typed: str) -> None:
    answer = visitor.post("/nl/newsletter/", {"email": typed})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in page
    assert typed in page
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    "typed", ["a\x00b@example.org", "a\nb@example.org", "é@example.org", "a@\ud800"]
)
def test_junk_is_never_an_error_of_ours(visitor: Client, typed: str) -> None:
    body = f"email={typed}".encode("utf-8", "surrogatepass")

    answer = visitor.generic("POST", "/nl/newsletter/", body, "application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("typed", ["Jan@MÜNCHEN.example", "jan@xn--mnchen-3ya.example"])
def test_every_spelling_of_an_address_is_one_subscription(
    visitor: Client, mailbox: Mailbox, subscribe: Subscribe, typed: str
) -> None:
    sign_up(visitor, "jan@münchen.example")
    sweep()
    mailbox.deliver()
    confirm(visitor, mailbox.one().link("/newsletter/confirm/"))
    mailbox.clear()

    sign_up(visitor, typed)
    sweep()
    mailbox.deliver()

    assert mailbox.mails() == []
    assert Subscription.objects.get().email == "jan@münchen.example"


def test_another_site_cannot_sign_anybody_up(db: None) -> None:
    answer = Client().post(
        "/nl/newsletter/", {"email": ANNA}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("token", ["x", "%00", "%ff%fe", "../../etc", "A" * 22, "é", "A" * 3000])
def test_a_made_up_link_is_a_plain_404(visitor: Client, token: str) -> None:
    assert visitor.get(f"/nl/newsletter/confirm/{token}/").status_code == 404
