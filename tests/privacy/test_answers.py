"""No case ends before its answer has left: the mail server is down, says no, or is back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as live
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from outbox.models import Message
from privacy.models import Request
from privacy.models.requests import Kind, Refusal
from privacy.requests import decisions, filing
from privacy.requests.events import is_intact
from privacy.requests.events import officer as as_officer
from privacy.tasks import run_due_requests, watch_clocks
from tests.mailbox import Mailbox, free_port, inbox, mailbox  # noqa: F401  (fixtures)
from tests.privacy.archives import PAGE, make_all, opened
from tests.privacy.conftest import officer

pytestmark = pytest.mark.django_db
DECISIONS = [("answer", "privacy/answered", "fulfilled"), ("refuse", "privacy/refused", "refused")]
WORDS = {"answer": "Nobody but us.", "ground": "no_match", "reasons": "We found nothing."}
SAID = {"decision": "otherwise", "way": "post", "how": "By registered letter of 3 May."}
GUEST = "guest@example.org"


def question(anna: User) -> Request:
    wish = filing.Wish(Kind.QUESTION, message="Who sees it?")
    return filing.file_own(anna, wish, now=timezone.now())


def decide(case: Request, staff: Client, decision: str, **typed: str) -> str:
    page = f"/admin/privacy/request/{case.pk}/decide/"
    answer = staff.post(page, {**WORDS, **typed, "decision": decision}, follow=True)
    assert answer.status_code == 200
    case.refresh_from_db()
    return answer.content.decode()


def rounds(case: Request, mail: Mailbox) -> Request:
    for _ in range(2):
        mail.deliver()
        run_due_requests()
    watch_clocks()
    case.refresh_from_db()
    return case


def warned() -> int:
    return Message.objects.filter(kind="privacy/clock", about__contains=":lost:").count()


def lost(case: Request, mail: Mailbox, staff: Client, decision: str = "answer") -> Request:
    """A case whose answer the person's mail server refused for good."""
    mail.deliver()
    decide(case, staff, decision)
    mail.refuse(550, on="rcpt")
    return rounds(case, mail)


@pytest.mark.parametrize(("decision", "kind", "end"), DECISIONS)
def test_while_the_mail_server_is_down_the_answer_is_on_its_way_and_once_it_is_back_it_ends(
    signed_in: Client,
    anna: User,
    mailbox: Mailbox,  # noqa: F811
    settings: Settings,
    decision: str,
    kind: str,
    end: str,
) -> None:
    case, dpo = question(anna), officer()
    mailbox.deliver()
    settings.EMAIL_PORT = free_port()

    decide(case, dpo, decision)
    rounds(case, mailbox)
    assert (case.state, case.closed_at) == ("answering", None)
    shown = signed_in.get(f"/en/account/privacy/requests/{case.reference}/").content.decode()
    assert "Answer on its way" in shown
    assert 'value="appeal"' not in shown
    assert 'value="withdraw"' not in shown
    for other in ("answer", "refuse", "otherwise", "approve", "ask"):
        page = decide(case, dpo, other, way="post", how="x", topic="order", question="x")
        assert f'value="{other}"' not in page
    assert case.state == "answering"
    assert warned() == 0

    settings.EMAIL_PORT = mailbox.smtp_port
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        mailbox.deliver()
        sent_at = timezone.now()
    with time_machine.travel(timezone.now() + timedelta(hours=9), tick=False):
        rounds(case, mailbox)

    assert (case.state, case.closed_at) == (end, sent_at)
    assert Message.objects.filter(kind=kind, state="sent").count() == 1
    assert case.events.filter(action="answer_sent").count() == 1
    assert is_intact(case)


def test_an_answer_that_left_after_the_last_day_was_late_however_early_it_was_written(
    anna: User,
    mailbox: Mailbox,  # noqa: F811
    settings: Settings,
) -> None:
    case = question(anna)
    settings.EMAIL_PORT = free_port()
    decide(case, officer(), "answer")

    with time_machine.travel(case.due_at + timedelta(hours=1), tick=False):
        now = timezone.now()
        watch_clocks()
        settings.EMAIL_PORT = mailbox.smtp_port
        Message.objects.filter(kind="privacy/answered").update(next_try_at=now)
        rounds(case, mailbox)

    assert case.state == "fulfilled"
    assert case.closed_at
    assert case.closed_at > case.due_at
    assert case.events.filter(action="warned", reason="100").exists()


@pytest.mark.parametrize(("decision", "kind", "end"), DECISIONS)
def test_an_answer_that_bounces_is_the_officers_again_and_a_second_one_ends_the_case(
    anna: User,
    mailbox: Mailbox,  # noqa: F811
    decision: str,
    kind: str,
    end: str,
) -> None:
    dpo = officer()
    case = lost(question(anna), mailbox, dpo, decision)

    assert (case.state, case.closed_at, warned()) == ("needs_operator", None, 1)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        rounds(case, mailbox)  # nothing goes on by itself
    assert (case.state, warned()) == ("needs_operator", 1)

    decide(case, dpo, decision)
    rounds(case, mailbox)

    assert case.state == end
    assert Message.objects.filter(kind=kind, state="sent").count() == 1
    assert case.events.filter(action="answer_lost").count() == 1
    assert is_intact(case)


def test_what_was_refused_and_did_not_arrive_may_be_answered_with_a_yes(
    anna: User,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    dpo = officer()
    case = lost(question(anna), mailbox, dpo, "refuse")

    decide(case, dpo, "answer")
    rounds(case, mailbox)

    assert (case.state, case.refusal) == ("fulfilled", "")


def test_a_failed_answer_that_the_outbox_sends_after_all_ends_the_case(
    anna: User,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    from outbox.services import retry

    case = question(anna)
    mailbox.deliver()
    decide(case, officer(), "answer")
    mailbox.refuse(554)
    rounds(case, mailbox)
    assert case.state == "needs_operator"

    retry(Message.objects.filter(kind="privacy/answered"), now=timezone.now())
    rounds(case, mailbox)

    assert case.state == "fulfilled"


@pytest.mark.parametrize(("decision", "kind", "end"), DECISIONS)
def test_whom_no_mail_reaches_is_answered_otherwise_with_the_reason_on_record(
    anna: User,
    mailbox: Mailbox,  # noqa: F811
    decision: str,
    kind: str,
    end: str,
) -> None:
    dpo = officer()
    case = lost(question(anna), mailbox, dpo, decision)
    page = dpo.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()
    assert 'value="otherwise"' in page

    for wrong in ({"how": ""}, {"how": "  "}, {"way": "pigeon"}, {"way": ""}):
        decide(case, dpo, **{**SAID, **wrong})
        assert case.state == "needs_operator"
    decide(case, dpo, **SAID)
    decide(case, dpo, **SAID)  # clicked twice

    assert case.state == end
    assert case.events.get(action="otherwise").reason == "post"
    assert case.notes.get(text=SAID["how"]).kind == "internal"
    rounds(case, mailbox)
    assert case.state == end
    assert is_intact(case)


def test_nobody_is_said_to_be_answered_otherwise_whose_answer_was_not_lost(
    anna: User,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    case = question(anna)

    decide(case, officer(), **SAID)

    assert case.state == "in_assessment"
    assert not case.notes.exists()


def deletion(anna: User, mail: Mailbox) -> Request:
    then = timezone.now() - live.COOLING_OFF - timedelta(hours=1)
    case = filing.file_deletion(anna, now=then)
    mail.deliver()
    return case


@pytest.fixture
def unreachable(anna: User, mailbox: Mailbox) -> Request:  # noqa: F811
    """Erased, but the receipt was refused for good."""
    officer()
    case = deletion(anna, mailbox)
    run_due_requests()
    mailbox.refuse(550, on="rcpt")
    return rounds(case, mailbox)


def test_a_receipt_that_bounces_alerts_the_officer_who_ends_the_case_otherwise(
    unreachable: Request,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    case, staff = unreachable, officer("dpo", "ilias@soocas.example")
    assert (case.state, warned()) == ("needs_operator", 1)
    assert case.sealed["to"] == "anna.jansen@example.com"

    decide(case, staff, "refuse")
    assert case.state == "needs_operator"  # what is gone cannot be refused
    decide(case, staff, **SAID)

    assert (case.state, case.sealed, case.receipt) == ("fulfilled", {}, {})
    assert not Message.objects.filter(recipient="anna.jansen@example.com").exists()
    assert is_intact(case)


def test_a_half_erased_case_is_never_refused(unreachable: Request) -> None:
    maud = User.objects.get(email="maud@soocas.example")

    with pytest.raises(decisions.NotPossible):
        decisions.refuse(
            unreachable, Refusal.NO_MATCH, "No.", by=as_officer(maud.pk), now=timezone.now()
        )


def test_a_guests_link_that_bounces_is_the_officers_again_and_never_done(
    client: Client,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    case, dpo = guests_copy(client, mailbox), officer()
    mailbox.refuse(550, on="rcpt")
    rounds(case, mailbox)
    assert (case.state, case.link_digest, warned()) == ("needs_operator", "", 2)  # two officers

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        rounds(case, mailbox)
    assert case.state == "needs_operator"
    decide(case, dpo, "approve")
    make_all()
    rounds(case, mailbox)

    assert case.state == "awaiting_requester"
    assert opened(client.post(fetch_link(mailbox))).namelist()
    case.refresh_from_db()
    assert (case.state, case.unfetched) == ("fulfilled", False)


def guests_copy(client: Client, mail: Mailbox) -> Request:
    """A guest's request, approved; the letter with its link is queued."""
    answer = client.post("/en/privacy/request/", {"kind": "access", "email": GUEST})
    mail.deliver()
    code = re.search(r"\b(\d{6})\b", mail.mails(GUEST)[-1].text)
    assert code
    client.post(str(answer["Location"]), {"code": code[1]})
    mail.deliver()
    case = Request.objects.get()
    decide(case, officer("dpo", "ilias@soocas.example"), "approve")
    make_all()
    return case


def fetch_link(mail: Mailbox) -> str:
    newest = max(mail.mails(GUEST), key=lambda one: "ready" in one.subject.lower())
    return re.sub(r"https?://[^/]+", "", newest.links[0])


def test_a_link_whose_letter_never_left_lapses_into_no_answer(
    client: Client,
    mailbox: Mailbox,  # noqa: F811
    settings: Settings,
) -> None:
    case = guests_copy(client, mailbox)
    settings.EMAIL_PORT = free_port()

    with time_machine.travel(timezone.now() + timedelta(days=7, hours=1), tick=False):
        run_due_requests()

    case.refresh_from_db()
    assert (case.state, case.email) == ("needs_operator", GUEST)


def test_a_link_that_was_sent_and_not_used_is_an_answer_and_can_be_asked_for_anew(
    client: Client,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    case = guests_copy(client, mailbox)
    rounds(case, mailbox)
    assert case.state == "awaiting_requester"
    link = fetch_link(mailbox)

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        rounds(case, mailbox)
        late = client.get(link)

    assert (case.state, case.unfetched) == ("fulfilled", True)
    assert case.events.filter(action="lapsed").exists()
    assert late.status_code == 404
    assert "Ask again" in late.content.decode()


def test_a_copy_in_the_account_that_nobody_fetched_is_said_to_be_so(
    signed_in: Client,
    anna: User,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    signed_in.post(PAGE, {"kind": "access"})
    make_all()
    case = Request.objects.get()

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        rounds(case, mailbox)

    page = signed_in.get("/en/account/privacy/requests/").content.decode()
    assert (case.state, case.unfetched) == ("fulfilled", True)
    assert "The copy was not fetched in time" in page


def test_a_copy_that_an_erasure_overtakes_was_not_given(
    signed_in: Client,
    anna: User,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    signed_in.post(PAGE, {"kind": "access"})
    run_due_requests()
    copy = Request.objects.get()

    rounds(deletion(anna, mailbox), mailbox)

    copy.refresh_from_db()
    assert copy.state == "withdrawn"
    assert not copy.events.filter(action="lapsed").exists()
