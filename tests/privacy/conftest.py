from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts.models import User
from outbox.models import Message
from outbox.tasks import send
from privacy.models import Request
from privacy.tasks import run_due_requests, tell_recipients

Inbox = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
def inbox(mailoutbox: list[Any]) -> Inbox:
    """Does the mail worker's round and returns all that was sent so far."""

    def look() -> list[EmailMultiAlternatives]:
        send_all()
        return mailoutbox

    return look


def send_all() -> None:
    for pk in Message.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True):
        send(pk)


def left(case: Request) -> Request:
    """The case after the rounds of the mail worker and of the sweep: its answer is gone."""
    send_all()
    run_due_requests()
    case.refresh_from_db()
    return case


@pytest.fixture(autouse=True)
def _fresh_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def anna(db: None) -> User:
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(
        "anna.jansen@example.com", "correct horse battery", name="Anna Jansen", nickname="Anna"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def signed_in(anna: User, client: Client) -> Client:
    """Anna, signed in and just re-authenticated."""
    client.force_login(anna)
    session = client.session
    session["account_authentication_methods_user"] = str(anna.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session.save()
    return client


def code_in(mail: EmailMultiAlternatives) -> str:
    found = re.search(r"\b(\d{6})\b", str(mail.body))
    assert found, mail.body
    return found[1]


def link_in(mail: EmailMultiAlternatives) -> str:
    """The path of the first link in the text of a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mail.body))
    assert found, mail.body
    return found[1]


def rounds(case: Request, inbox: Inbox) -> Request:
    """The case after the sweeps have gone round and the mail has left, as often as an end takes."""
    for _ in range(3):
        run_due_requests()
        tell_recipients()
        inbox()
    case.refresh_from_db()
    return case


def officer(role: str = "dpo", email: str = "maud@soocas.example") -> Client:
    """Someone who works here in that role, signed in to the admin."""
    staff = User.objects.create_user(email, "x", is_staff=True, name="Maud")
    staff.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(staff)
    return client
