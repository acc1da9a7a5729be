from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from outbox.models import Message
from privacy.models import Request, RequestEvent, VerificationCode
from privacy.requests.events import is_intact
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox, code_in

FORM = "/en/privacy/request/"


def ask(client: Client, email: str = "guest@example.org", **typed: str) -> str:
    """Send the form; the address of the code page."""
    answer = client.post(FORM, {"kind": "erasure", "email": email, **typed})
    assert answer.status_code == 302
    return str(answer["Location"])


def prove(client: Client, inbox: Inbox, **typed: str) -> Request:
    page = ask(client, **typed)
    client.post(page, {"code": code_in(inbox()[-1])})
    return Request.objects.get(reference=page.split("/")[4])


def test_a_guest_asks_proves_the_address_by_code_and_waits_for_the_officer(
    client: Client, inbox: Inbox
) -> None:
    page = ask(client, order_reference="2026-000017", message="Everything, please.")

    answer = client.post(page, {"code": code_in(inbox()[0])}, follow=True)

    case = Request.objects.get()
    assert case.state == "in_assessment"
    assert case.email_proved_at is not None
    assert case.order_reference == "2026-000017"
    assert case.user is None
    assert case.reference in answer.content.decode()
    assert [mail.subject for mail in inbox()] == ["Your code", "We have your request"]
    assert [e.action for e in case.events.all()] == ["received", "code_sent", "proved"]
    assert is_intact(case)


def test_the_form_answers_and_works_the_same_for_a_known_and_an_unknown_address(
    client: Client, anna: User
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as known:
        first = client.post(FORM, {"kind": "access", "email": anna.email})
    with CaptureQueriesContext(connection) as unknown:
        second = client.post(FORM, {"kind": "access", "email": "nobody@example.net"})

    assert len(known) == len(unknown)
    assert first.status_code == second.status_code == 302
    assert sorted(first.headers) == sorted(second.headers)
    pages = [client.get(str(answer["Location"])).content for answer in (first, second)]
    assert len(pages[0]) == len(pages[1])
    assert Message.objects.filter(kind="privacy/code").count() == 2


def test_the_same_form_sent_twice_is_one_request_and_one_code(client: Client, inbox: Inbox) -> None:
    key = "6b1ad5ad-9d24-4b40-9f0e-3f0c9a9a5a01"

    assert ask(client, key=key) == ask(client, key=key)

    assert Request.objects.count() == 1
    assert len(inbox()) == 1


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"kind": "erasure"},
        {"kind": "erasure", "email": "no address"},
        {"kind": "everything", "email": "guest@example.org"},
        {"kind": "erasure", "email": "guest@example.org", "message": "x" * 5000},
        {"kind": "erasure", "email": "guest@example.org", "order_reference": "\x00"},
        {"kind": "erasure", "email": "a" * 300 + "@example.org"},
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_nothing_is_filed(
    client: Client, typed: dict[str, str]
) -> None:
    answer = client.post(FORM, typed)

    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    assert Request.objects.count() == 0


def test_what_was_typed_is_kept_after_an_error(client: Client) -> None:
    answer = client.post(FORM, {"kind": "question", "email": "wrong", "message": "My words"})

    page = answer.content.decode()
    assert "My words" in page
    assert 'value="wrong"' in page


def test_a_wrong_code_proves_nothing_and_the_fifth_locks_it(client: Client, inbox: Inbox) -> None:
    page = ask(client)
    right = code_in(inbox()[0])
    wrong = "000000" if right != "000000" else "111111"

    first = client.post(page, {"code": wrong})
    for _ in range(4):
        last = client.post(page, {"code": wrong})
    after = client.post(page, {"code": right})

    assert "4 tries left" in first.content.decode()
    assert "tried too often" in last.content.decode()
    assert "tried too often" in after.content.decode()
    assert Request.objects.get().state == "awaiting_verification"
    assert VerificationCode.objects.get().tries == 5


def test_an_old_code_is_refused_and_a_new_one_works(client: Client, inbox: Inbox) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=16), tick=False):
        page = ask(client)
    old = code_in(inbox()[0])

    late = client.post(page, {"code": old})
    again = client.post(page, {"again": "1"})
    client.post(page, {"code": code_in(inbox()[-1])})

    assert "no longer valid" in late.content.decode()
    assert "new code is on its way" in again.content.decode()
    assert Request.objects.get().state == "in_assessment"


def test_only_the_newest_code_works_and_three_are_all_one_gets(
    client: Client, inbox: Inbox
) -> None:
    page = ask(client)
    first = code_in(inbox()[0])
    client.post(page, {"again": "1"})
    client.post(page, {"again": "1"})
    fourth = client.post(page, {"again": "1"})
    client.post(page, {"code": first})

    assert "three codes" in fourth.content.decode()
    assert len(inbox()) == 3
    assert first == code_in(inbox()[-1]) or (Request.objects.get().state == "awaiting_verification")


def test_a_code_is_accepted_once_however_often_it_is_sent(client: Client, inbox: Inbox) -> None:
    case = prove(client, inbox)
    again = client.post(f"{FORM}{case.reference}/code/", {"code": code_in(inbox()[0])})

    assert again.status_code == 302
    assert case.events.filter(action="proved").count() == 1
    assert len(inbox()) == 2


def test_the_code_of_one_request_proves_nothing_for_another(client: Client, inbox: Inbox) -> None:
    ask(client)
    other = ask(client, email="victim@example.org")
    codes = [code_in(mail) for mail in inbox()]

    if codes[0] != codes[1]:
        client.post(other, {"code": codes[0]})

        assert Request.objects.get(email="victim@example.org").state == "awaiting_verification"


@pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567", "١٢٣٤٥٦", "x" * 500, "\x00"])
def test_a_code_that_is_none_is_said_to_be_so_and_costs_no_try(
    client: Client, inbox: Inbox, typed: str
) -> None:
    page = ask(client)

    answer = client.post(page, {"code": typed})

    assert answer.status_code == 200
    assert VerificationCode.objects.get().tries == 0


@pytest.mark.parametrize(
    "path",
    [
        "/en/privacy/request/V-AAAA-BBBB-CCCC/",
        "/en/privacy/request/V-AAAA-BBBB-CCCC/code/",
        "/en/privacy/keep/unknown/",
        "/en/privacy/fetch/unknown/",
        "/nl/privacy/fetch/%00/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_number_or_link_is_a_good_404(client: Client, path: str, method: str) -> None:
    assert getattr(client, method)(path).status_code in (404, 405)


def test_a_request_that_nobody_proves_is_forgotten_after_a_day(
    client: Client, inbox: Inbox
) -> None:
    page = ask(client, message="secret words")

    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        run_due_requests()
        answer = client.get(page, follow=True)

    case = Request.objects.get()
    assert (case.state, case.email, case.message) == ("expired_unverified", "", "")
    assert "never entered" in answer.content.decode()


def test_the_limits_keep_neither_address_nor_client_in_the_cache(client: Client) -> None:
    from django.core.cache import cache

    ask(client, email="target@example.org")

    keys = cache._cache.get_client().keys("*limit*")  # type: ignore[attr-defined]
    assert keys
    assert not [key for key in keys if b"target" in key or b"127.0.0.1" in key]


def test_the_code_is_nowhere_in_the_database_once_it_was_sent(client: Client, inbox: Inbox) -> None:
    ask(client)
    code = code_in(inbox()[0])

    assert VerificationCode.objects.get().digest != code
    assert code not in str(list(Message.objects.values()))


def test_an_event_cannot_be_changed_and_a_changed_history_is_noticed(
    client: Client, inbox: Inbox
) -> None:
    case = prove(client, inbox)

    with pytest.raises(Exception, match="never changes"):
        RequestEvent.objects.filter(request=case).update(action="approved")


def test_a_removed_event_is_noticed(client: Client, inbox: Inbox) -> None:
    case = prove(client, inbox)
    case.events.get(action="code_sent").delete()

    assert not is_intact(case)


@pytest.mark.parametrize("path", ["", "policy/", "contact/", "request/"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_public_pages_stand_in_both_languages(client: Client, language: str, path: str) -> None:
    answer = client.get(f"/{language}/privacy/{path}")

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()
