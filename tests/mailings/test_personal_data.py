"""What is held of a reader: shown, erased on request, and gone in time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mailings.models import Issue, SignUp, Subscription, Suppression, UnsubscribeLink
from mailings.personal_data import NEWSLETTER
from mailings.suppression import suppressed
from mailings.tasks import send_batch
from outbox.models import Message
from privacy import erasure, export, retention
from privacy.declarations import Subject
from tests.mailbox import Mailbox
from tests.mailings.conftest import Subscribe, path, publish, sign_up

pytestmark = pytest.mark.django_db
ANNA, BEN = "anna@example.org", "ben@example.org"


def me(email: str = ANNA) -> Subject:
    return Subject(None, frozenset({email}))


@pytest.fixture
def readers(subscribe: Subscribe, staff: Client, issue: Issue, mailbox: Mailbox) -> None:
    """Anna and Ben got a letter; another one is queued for both."""
    subscribe(ANNA, BEN)
    publish(staff, issue)
    send_batch(issue.pk)
    mailbox.deliver()


def queue_another(staff: Client) -> Issue:
    issue = Issue.objects.create(subject_nl="Twee", body_nl="b", subject_en="Two", body_en="b")
    publish(staff, issue)
    send_batch(issue.pk)
    return issue


def test_the_export_lists_the_subscription_and_the_mails_sent(readers: None) -> None:
    held = json.dumps(export.collect(me()), default=str)

    assert "mailings.Subscription" in held
    assert "outbox.Message" in held
    assert "mailings/newsletter" in held
    assert ANNA in held
    assert BEN not in held
    digest = UnsubscribeLink.objects.filter(subscription__email=ANNA).values_list("digest")[0][0]
    assert digest not in held


def test_erasure_takes_everything_and_leaves_the_other_reader_alone(
    readers: None, staff: Client, mailbox: Mailbox
) -> None:
    queue_another(staff)
    mailbox.clear()

    erasure.erase(me(), timezone.now())
    mailbox.deliver()

    assert not Subscription.objects.filter(email=ANNA).exists()
    assert not Message.objects.filter(recipient=ANNA).exists()
    assert not NEWSLETTER.allows(ANNA)
    assert [mail.to for mail in mailbox.mails()] == [[BEN]]
    assert NEWSLETTER.allows(BEN)
    assert Subscription.objects.get().email == BEN
    assert UnsubscribeLink.objects.count() == 2


def test_the_mark_outlives_erasure_and_the_plan_says_so(
    readers: None, mailbox: Mailbox, staff: Client
) -> None:
    Client().post(path(mailbox.one(ANNA).unsubscribe))

    plan = erasure.preview(me(), timezone.now())
    erasure.erase(me(), timezone.now())

    kept = [line for line in plan.kept if line.model == "mailings.Suppression"]
    assert kept
    assert {ground.law for line in kept for ground in line.grounds} == {"Art. 17(3)(b)"}
    assert all(line.until for line in kept)
    assert "mailings.Suppression" in json.dumps(export.collect(me()), default=str)
    assert "mailings.Suppression" not in json.dumps(export.collect(me(BEN)), default=str)
    assert Suppression.objects.count() == 1
    assert not Subscription.objects.filter(email=ANNA).exists()


def test_erasing_a_reader_leaves_a_mark_that_the_plan_lists_and_a_new_opt_in_lifts(
    readers: None, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    looked = erasure.preview(me(), timezone.now())
    assert not Suppression.objects.exists()

    plan = erasure.erase(me(), timezone.now())

    assert suppressed(NEWSLETTER.key, ANNA)
    assert not suppressed(NEWSLETTER.key, BEN)
    for told in (looked, plan):
        kept = [line for line in told.kept if line.model == "mailings.Suppression"]
        assert kept
        assert all(line.until for line in kept)

    mailbox.clear()
    subscribe(ANNA)
    assert not suppressed(NEWSLETTER.key, ANNA)
    assert NEWSLETTER.allows(ANNA)


def test_erasing_who_never_read_leaves_no_mark(readers: None) -> None:
    erasure.erase(me("carl@example.org"), timezone.now())

    assert not Suppression.objects.exists()


def test_a_sign_up_is_shown_to_its_owner_and_erased(visitor: Client) -> None:
    sign_up(visitor, ANNA)

    assert "mailings.SignUp" in json.dumps(export.collect(me()), default=str)
    erasure.erase(me("ANNA@example.org"), timezone.now())

    assert not SignUp.objects.exists()


def test_an_account_that_is_erased_is_off_the_list(anna: User, mailbox: Mailbox) -> None:
    client = Client()
    client.force_login(anna)
    client.post("/nl/account/subscriptions/", {"newsletter": "on"})

    erasure.erase(Subject(anna, frozenset({anna.email})), timezone.now())

    assert not Subscription.objects.exists()


@pytest.mark.parametrize(("days", "left"), [(29, 1), (32, 0)])
def test_a_message_is_kept_thirty_days_after_it_was_sent(
    readers: None, days: int, left: int
) -> None:
    retention.purge(timezone.now() + timedelta(days=days))

    assert Message.objects.filter(recipient=ANNA).count() == left


def test_a_message_that_waits_is_never_purged(readers: None, staff: Client) -> None:
    Message.objects.update(state=Message.State.QUEUED, closed_at=None, campaign="")

    retention.purge(timezone.now() + timedelta(days=400))

    assert Message.objects.filter(recipient=ANNA).exists()


@pytest.mark.parametrize(("days", "left"), [(89, 1), (92, 0)])
def test_the_way_out_works_ninety_days_after_leaving(
    readers: None, mailbox: Mailbox, days: int, left: int
) -> None:
    link = path(mailbox.one(ANNA).unsubscribe)
    Client().post(link)

    retention.purge(timezone.now() + timedelta(days=days))

    assert Subscription.objects.filter(email=ANNA).count() == left
    assert Client().get(link).status_code == (200 if left else 404)
    assert Suppression.objects.count() == 1


def test_a_running_subscription_is_never_purged(readers: None, mailbox: Mailbox) -> None:
    retention.purge(timezone.now() + timedelta(days=4000))

    assert Subscription.objects.confirmed().count() == 2
    assert Client().get(path(mailbox.one(ANNA).unsubscribe)).status_code == 200


def test_the_nightly_purge_takes_an_unconfirmed_address_too(visitor: Client) -> None:
    sign_up(visitor, ANNA)

    retention.purge(timezone.now() + timedelta(days=9))

    assert not SignUp.objects.exists()


def test_too_many_sign_ups_from_one_connection_are_refused(visitor: Client) -> None:
    answers = [
        visitor.post("/nl/newsletter/", {"email": f"a{number}@example.org"}) for number in range(61)
    ]

    assert answers[59].status_code == 302
    assert answers[60].status_code == 429
    assert answers[60]["Retry-After"] == "3600"
    assert SignUp.objects.count() == 60


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("SUPPRESSION_PEPPER", "", "mailings.E001"),
        ("SITE_URL", "https://a-very-long-name-of-a-shop.example.org:8443", "mailings.E002"),
    ],
)
def test_a_setting_that_would_break_a_promise_is_an_error(
    settings: Any, name: str, value: str, found: str
) -> None:
    setattr(settings, name, value)

    assert found in [fault.id for fault in run_checks()]


def test_the_settings_of_a_checkout_are_in_order() -> None:
    assert settings.SUPPRESSION_PEPPER
    assert not [fault for fault in run_checks() if (fault.id or "").startswith("mailings")]
