from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import User
from mailings.models import Issue
from mailings.tasks import sweep
from tests.broker import dead_broker, jobs
from tests.mailbox import Mailbox, inbox, mailbox
from tests.people import person

__all__ = ["dead_broker", "inbox", "jobs", "mailbox"]


@pytest.fixture
def visitor(db: None) -> Client:
    """A browser of our own pages, each test's from another address; tokens are insisted on."""
    address = f"10.{'.'.join(str(secrets.randbelow(256)) for _ in range(3))}"
    same_origin = {"sec-fetch-site": "same-origin"}
    return Client(enforce_csrf_checks=True, headers=same_origin, REMOTE_ADDR=address)


@pytest.fixture
def anna(db: None) -> User:
    """Has an account with a proved address."""
    return person(email="anna@example.org", language="nl")


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss@example.org", "correct horse"))
    return client


def path(url: str) -> str:
    return urlsplit(url).path


def sign_up(client: Client, email: str, language: str = "nl") -> None:
    answer = client.post(f"/{language}/newsletter/", {"email": email})
    assert answer.status_code == 302


def confirm(client: Client, url: str) -> None:
    """Open the link of the mail and press its button, with the page's own token."""
    page = client.get(path(url))
    token = page.context["csrf_token"]
    client.post(path(url), {"csrfmiddlewaretoken": str(token)})


Subscribe = Callable[..., None]


@pytest.fixture
def subscribe(visitor: Client, mailbox: Mailbox) -> Subscribe:
    """Sign up, confirm by the mail, and empty the mailbox."""

    def subscribe(*emails: str, language: str = "nl") -> None:
        for email in emails:
            sign_up(visitor, email, language)
            sweep()
            mailbox.deliver()
            confirm(visitor, mailbox.one(email).link("/newsletter/confirm/"))
            mailbox.clear()

    return subscribe


@pytest.fixture
def issue(db: None) -> Issue:
    return Issue.objects.create(
        subject_nl="Zeven jaar met één borstel",
        body_nl="Eerste alinea.\n\nTweede <b>alinea</b>: https://shop.example/nl/",
        subject_en="Seven years with one brush",
        body_en="First paragraph.\n\nSecond <b>paragraph</b>.",
    )


def publish(staff: Client, issue: Issue) -> None:
    staff.post(f"/admin/mailings/issue/{issue.pk}/send/")
