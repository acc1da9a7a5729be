"""Each link of a letter opens its own door and no other, whatever token is put into which."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from outbox.models import Message
from privacy.models import Correction, Note, Request, RequestEvent
from privacy.tasks import run_due_requests
from tests.privacy.archives import make_all
from tests.privacy.conftest import Inbox, code_in, link_in, officer
from tests.privacy.test_requests_own_data import GUEST, make_order

DOORS = ("keep", "fetch", "reply", "correct")


def proved(client: Client, inbox: Inbox, kind: str) -> Request:
    make_order("2026-000001")
    answer = client.post("/en/privacy/request/", {"kind": kind, "email": GUEST, "message": "Mine."})
    client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})
    return Request.objects.latest("pk")


def decide(case: Request, **said: str) -> None:
    officer().post(f"/admin/privacy/request/{case.pk}/decide/", said)


def to_keep(client: Client, signed_in: Client, inbox: Inbox) -> str:
    signed_in.post("/en/account/privacy/delete/")
    return link_in(inbox()[-1])


def to_fetch(client: Client, signed_in: Client, inbox: Inbox) -> str:
    decide(proved(Client(), inbox, "access"), decision="approve")
    run_due_requests()
    make_all()
    return next(link_in(mail) for mail in inbox() if "/fetch/" in mail.body)


def to_reply(client: Client, signed_in: Client, inbox: Inbox) -> str:
    case = proved(Client(), inbox, "erasure")
    decide(case, decision="ask", topic="clarification", question="Which order?")
    return link_in(inbox()[-1])


def to_correct(client: Client, signed_in: Client, inbox: Inbox) -> str:
    proved(Client(), inbox, "rectification")
    return link_in(inbox()[-1])


Makes = Callable[[Client, Client, Inbox], str]
MAKES: dict[str, Makes] = {
    "keep": to_keep,
    "fetch": to_fetch,
    "reply": to_reply,
    "correct": to_correct,
}


def everything() -> list[Any]:
    """All that acting on a case would change."""
    tables = (Request, RequestEvent, Note, Correction, Message)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("kind", DOORS)
def test_a_link_acts_at_its_own_door_only(
    client: Client, signed_in: Client, inbox: Inbox, kind: str
) -> None:
    link = MAKES[kind](client, signed_in, inbox)
    _en, _privacy, door, token = link.strip("/").split("/")
    assert door == kind
    before, stranger = everything(), Client()

    for other in {*DOORS} - {kind}:
        for answer in (
            stranger.get(f"/en/privacy/{other}/{token}/"),
            stranger.post(f"/en/privacy/{other}/{token}/", {"reply": "x", "what": "x"}),
        ):
            assert answer.status_code == 404, other
            assert re.search(r"This link (does not work|is over)", answer.content.decode()), other

    assert everything() == before
    assert stranger.get(link).status_code == 200


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("token", ["x", "V-2222-2222-2222", "9" * 500, "a" * 64, "-_-"])
def test_an_invented_link_says_so_and_changes_nothing(
    client: Client, door: str, token: str
) -> None:
    for answer in (client.get(f"/nl/privacy/{door}/{token}/"),
                   client.post(f"/nl/privacy/{door}/{token}/")):  # fmt: skip
        assert answer.status_code == 404
        assert re.search(r"Deze link (werkt niet|is verlopen)", answer.content.decode())
