"""The newsletter in the account: a switch."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from mailings.models import SignUp, Subscription, Suppression
from mailings.personal_data import NEWSLETTER
from mailings.tasks import sweep
from privacy.models import ConsentDecision
from tests.mailbox import Mailbox
from tests.mailings.conftest import Subscribe

pytestmark = pytest.mark.django_db
PAGE = "/nl/account/subscriptions/"


@pytest.fixture
def client(anna: User) -> Client:
    client = Client()
    client.force_login(anna)
    return client


def is_on(client: Client) -> bool:
    return 'name="newsletter" value="on" checked' in client.get(PAGE).content.decode()


def test_a_proved_address_needs_no_second_mail(
    client: Client, anna: User, mailbox: Mailbox
) -> None:
    client.post(PAGE, {"newsletter": "on"})
    client.post(PAGE, {"newsletter": "on"})
    sweep()
    mailbox.deliver()

    subscription = Subscription.objects.get()
    assert (subscription.email, subscription.user) == (anna.email, anna)
    assert NEWSLETTER.allows(anna.email)
    assert NEWSLETTER.allows(anna)
    assert ConsentDecision.objects.count() == 1
    assert mailbox.mails() == []
    assert is_on(client)


def test_switching_off_stops_at_once_and_on_again_lifts_the_mark(
    client: Client, anna: User
) -> None:
    client.post(PAGE, {"newsletter": "on"})

    client.post(PAGE, {})
    client.post(PAGE, {})

    assert Subscription.objects.get().state == "ended"
    assert Suppression.objects.exists()
    assert not NEWSLETTER.allows(anna)
    assert ConsentDecision.objects.count() == 2
    client.post(PAGE, {"newsletter": "on"})
    assert Subscription.objects.get().state == "confirmed"
    assert not Suppression.objects.exists()


def test_an_address_that_is_not_proved_confirms_by_mail(
    client: Client, anna: User, mailbox: Mailbox
) -> None:
    EmailAddress.objects.update(verified=False)

    client.post(PAGE, {"newsletter": "on"})
    sweep()
    mailbox.deliver()

    assert not Subscription.objects.exists()
    assert SignUp.objects.exists()
    assert mailbox.one().link("/newsletter/confirm/")


def test_a_subscription_from_before_the_account_is_found_and_ended(
    client: Client, anna: User, subscribe: Subscribe
) -> None:
    subscribe("Anna@Example.org")
    assert is_on(client)

    client.post(PAGE, {})

    assert Subscription.objects.get().state == "ended"


def test_an_account_does_not_reach_the_subscription_of_an_address_it_did_not_prove(
    client: Client, anna: User, subscribe: Subscribe
) -> None:
    subscribe("anna@example.org")
    EmailAddress.objects.update(verified=False)

    assert not is_on(client)
    client.post(PAGE, {})

    assert Subscription.objects.get().state == "confirmed"


def test_a_visitor_is_asked_to_sign_in(db: None) -> None:
    answer = Client().get(PAGE)

    assert answer.status_code == 302
    assert "next=" in answer["Location"]
