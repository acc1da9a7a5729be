"""Whoever knows an address cannot keep its owner from his rights, nor fill his inbox."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from outbox.models import Message
from privacy.models import Request
from privacy.models.requests import Kind
from tests.privacy.conftest import Inbox, code_in

FORM = "/en/privacy/request/"
OWNER = "owner@example.org"
UNIQUE = re.compile(r'V(-[0-9A-Z]{4}){3}|value="[^"]{64}"')  # case numbers, form tokens
KINDS = [kind for kind in Kind if kind != Kind.APPEAL]


def from_network(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def file(client: Client, kind: str = "access", email: str = OWNER, **typed: str) -> Any:
    return client.post(FORM, {"kind": kind, "email": email, "message": "Words.", **typed})


def flood(email: str = OWNER, *, times: int = 40) -> None:
    """As many forms as a stranger gets through, and more."""
    stranger = from_network("198.51.100.7")
    for _ in range(times):
        file(stranger, "erasure", email)


def codes(inbox: Inbox, email: str = OWNER) -> list[EmailMultiAlternatives]:
    return [mail for mail in inbox() if mail.to == [email] and mail.subject == "Your code"]


def wrong_for(inbox: Inbox) -> str:
    """A code that is in nobody's inbox."""
    sent = {code_in(mail) for mail in codes(inbox)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in sent)


def test_a_stranger_who_floods_an_address_keeps_its_owner_from_nothing(inbox: Inbox) -> None:
    flood()
    owner = from_network("203.0.113.9")

    page = str(file(owner)["Location"])
    owner.post(page, {"code": code_in(codes(inbox)[-1])})

    assert [case.state for case in Request.objects.filter(kind="access")] == ["in_assessment"]
    assert set(Request.objects.filter(kind="erasure").values_list("state", flat=True)) == {
        "awaiting_verification"
    }


def test_a_flood_brings_three_mails_and_the_answer_stays_the_same(inbox: Inbox) -> None:
    answers = [file(Client(REMOTE_ADDR=f"198.51.100.{n}")) for n in range(6)]

    pages = [from_network("203.0.113.9").get(str(answer["Location"])) for answer in answers]

    assert {answer.status_code for answer in answers} == {302}
    assert len({UNIQUE.sub("", shown.content.decode()) for shown in pages}) == 1
    assert len(codes(inbox)) == 3


def test_a_code_proves_one_request_and_then_no_other(inbox: Inbox) -> None:
    flood()
    owner = from_network("203.0.113.9")
    pages = [str(file(owner, kind)["Location"]) for kind in ("access", "recipients")]
    code = code_in(codes(inbox)[-1])

    for page in pages:
        owner.post(page, {"code": code})

    assert Request.objects.filter(state="in_assessment").count() == 1


def test_who_waits_for_a_fresh_code_gets_one_once_the_old_are_too_old(inbox: Inbox) -> None:
    now = timezone.now()
    with time_machine.travel(now - timedelta(minutes=16), tick=False):
        flood()
    cache.clear()  # the window of the counter is over too
    owner = from_network("203.0.113.9")

    page = str(file(owner)["Location"])
    owner.post(page, {"code": code_in(codes(inbox)[-1])})

    assert len(codes(inbox)) == 4
    assert Request.objects.get(kind="access").state == "in_assessment"


def test_a_person_files_and_proves_every_kind_one_after_another(inbox: Inbox) -> None:
    owner = from_network("203.0.113.9")

    for kind in KINDS:
        page = str(file(owner, kind)["Location"])
        owner.post(page, {"code": code_in(codes(inbox)[-1])})

    assert not Request.objects.filter(state="awaiting_verification").exists()
    assert Request.objects.count() == len(codes(inbox)) == len(KINDS)


def test_after_a_flood_too_each_kind_is_filed_and_proved(inbox: Inbox) -> None:
    flood()
    owner = from_network("203.0.113.9")

    for kind in KINDS:
        page = str(file(owner, kind)["Location"])
        for mail in reversed(codes(inbox)):
            owner.post(page, {"code": code_in(mail)})
            if not Request.objects.filter(kind=kind, state="awaiting_verification").exists():
                break

    assert (
        not Request.objects.exclude(kind="erasure")
        .exclude(email_proved_at=None)
        .filter(state="awaiting_verification")
    )
    assert Request.objects.exclude(email_proved_at=None).count() == len(KINDS)


@pytest.mark.parametrize("others", ["", "a@example.org b@example.org c@example.org d@example.org"])
def test_one_connection_is_stopped_whatever_addresses_it_names(others: str) -> None:
    stranger = from_network("198.51.100.7")

    answers = [
        file(stranger, email=f"{uuid.uuid4()}@example.org", others=others) for _ in range(31)
    ]

    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "3600"
    assert Request.objects.count() == 30
    assert file(from_network("203.0.113.9")).status_code == 302


def test_the_neighbours_in_one_network_of_ipv6_are_one_connection() -> None:
    answers = [file(from_network(f"2001:db8:1:2::{n:x}")) for n in range(1, 32)]

    assert answers[-1].status_code == 429
    assert file(from_network("2001:db8:1:3::1")).status_code == 302


def test_behind_our_proxy_each_visitor_is_counted_apart(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(31):
        last = Client(headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.7"})
        answer = file(last)

    assert answer.status_code == 429
    assert file(Client(headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})).status_code == 302


def test_a_stranger_who_guesses_is_stopped_and_the_owner_still_proves(inbox: Inbox) -> None:
    stranger, owner = from_network("198.51.100.7"), from_network("203.0.113.9")
    pages = [str(file(stranger, "erasure")["Location"]) for _ in range(12)]
    wrong = wrong_for(inbox)
    said = [stranger.post(page, {"code": wrong}).status_code for page in pages for _ in range(5)]
    page = str(file(owner)["Location"])

    owner.post(page, {"code": code_in(codes(inbox)[-1])})

    assert said == [200] * 40 + [429] * 20
    assert Request.objects.get(kind="access").state == "in_assessment"


def test_a_code_is_not_guessed_from_many_connections_at_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privacy.requests.proof.TRIES_OF_ADDRESS", 8)
    pages = [str(file(from_network(f"198.51.100.{n}"))["Location"]) for n in range(3)]
    wrong = wrong_for(inbox)
    for number, page in enumerate(pages):
        for _ in range(4):
            from_network(f"192.0.2.{number}").post(page, {"code": wrong})

    answer = from_network("192.0.2.99").post(pages[-1], {"code": code_in(codes(inbox)[-1])})

    assert "tried too often" in answer.content.decode()
    assert not Request.objects.exclude(state="awaiting_verification").exists()


def test_a_flooded_address_costs_the_same_whether_it_is_known(anna: User, inbox: Inbox) -> None:
    costs = []
    for email in (anna.email, "nobody@example.net"):
        flood(email, times=3)
        before = Message.objects.count()
        with CaptureQueriesContext(connection) as work:
            answer = file(from_network("203.0.113.9"), email=email)
        kinds = [query["sql"].split(" ")[0] for query in work]
        costs.append((kinds, Message.objects.count() - before, answer.status_code))

    assert costs[0] == costs[1]
    assert costs[0][1] == 0


def test_the_counters_name_neither_address_nor_connection(inbox: Inbox) -> None:
    page = str(file(from_network("203.0.113.9"))["Location"])
    from_network("203.0.113.9").post(page, {"code": wrong_for(inbox)})

    client = cache._cache.get_client()  # type: ignore[attr-defined]
    kept = [key for key in client.keys("*") if b"limit" in key]

    assert len(kept) == 4
    assert not [key for key in kept if b"owner" in key or b"203.0" in key]
