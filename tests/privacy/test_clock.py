"""The running clock of a case: more time, pauses, another law, and who is warned."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from outbox.models import Message
from privacy.models import Note, Request
from privacy.requests.events import is_intact
from privacy.tasks import watch_clocks
from tests.privacy.conftest import Inbox, code_in, left, link_in, officer

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 3, 10, 9, tzinfo=AMSTERDAM)  # due on Friday the 10th of April
MORE = {"cause": "complexity", "delay": "Your orders lie in two systems."}


def at(day: int, hour: int = 9) -> time_machine.travel:
    """So many days after the request."""
    return time_machine.travel(START + timedelta(days=day, hours=hour - 9), tick=False)


@pytest.fixture
def case(client: Client, inbox: Inbox) -> Request:
    """An access request of a guest, whose address is proved."""
    with at(0):
        answer = client.post("/en/privacy/request/", {"kind": "access", "email": "g@example.org"})
        client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})
        inbox()
    return Request.objects.get()


@pytest.fixture
def dpo(db: None) -> Client:
    with at(0):
        return officer()


def decide(case: Request, dpo: Client, decision: str, **typed: str) -> str:
    dpo.force_login(User.objects.get(email="maud@soocas.example"))
    answer = dpo.post(
        f"/admin/privacy/request/{case.pk}/decide/", {"decision": decision, **typed}, follow=True
    )
    assert answer.status_code == 200
    case.refresh_from_db()
    return answer.content.decode()


def days(case: Request) -> tuple[str, str]:
    case.refresh_from_db()
    assert case.first_due_at
    both = (case.first_due_at, case.due_at)
    first, last = (one.astimezone(AMSTERDAM).date().isoformat() for one in both)
    return first, last


def happened(case: Request) -> list[str]:
    return [*case.events.exclude(action="looked").values_list("action", flat=True)]


def sweep(inbox: Inbox) -> None:
    watch_clocks()
    inbox()


def ask(case: Request, dpo: Client, topic: str, doubt: str = "") -> None:
    typed = {"topic": topic, "question": "Which of the two orders?", "doubt": doubt}
    decide(case, dpo, "ask", **typed)


def test_more_time_is_taken_only_once_its_notice_was_sent(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(20):
        decide(case, dpo, "extend", **MORE)
        watch_clocks()
        assert days(case) == ("2026-04-10", "2026-04-10")  # the notice still waits

        inbox()
        watch_clocks()

        assert days(case) == ("2026-04-10", "2026-06-10")
        notice = next(str(mail.body) for mail in inbox() if "more time" in mail.subject)
    assert MORE["delay"] in notice
    assert "10 June 2026" in notice
    assert "autoriteitpersoonsgegevens.nl" in notice
    assert "Art. 79" in notice
    assert case.notes.get().text == MORE["delay"]
    assert [one for one in happened(case) if "extend" in one] == ["extending", "extended"]
    assert is_intact(case)


def test_more_time_that_was_promised_counts_also_if_the_case_ends_meanwhile(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(20):
        decide(case, dpo, "extend", **MORE)
        decide(case, dpo, "refuse", ground="excessive", reasons="The fifth time this month.")
        assert left(case).state == "refused"
        sweep(inbox)

    case.refresh_from_db()
    assert case.extended_at is not None
    assert days(case)[1] == "2026-06-10"
    assert [one for one in happened(case) if "extend" in one] == ["extending", "extended"]
    assert is_intact(case)


def test_more_time_is_taken_once(case: Request, dpo: Client, inbox: Inbox) -> None:
    with at(20):
        decide(case, dpo, "extend", **MORE)
        decide(case, dpo, "extend", **MORE)
        inbox()
        watch_clocks()
        decide(case, dpo, "extend", **MORE)
        sweep(inbox)

    assert Message.objects.filter(kind="privacy/extended").count() == 1
    assert days(case)[1] == "2026-06-10"


@pytest.mark.parametrize("said", [{}, {"delay": " "}, {"cause": "bored"}])
def test_no_more_time_without_reasons(
    case: Request, dpo: Client, inbox: Inbox, said: dict[str, str]
) -> None:
    with at(20):
        decide(case, dpo, "extend", **({**MORE, **said} if said else {}))
        sweep(inbox)

    assert not Message.objects.filter(kind="privacy/extended").exists()
    assert days(case)[1] == "2026-04-10"


def test_no_more_time_after_the_first_month(case: Request, dpo: Client, inbox: Inbox) -> None:
    with at(32):
        decide(case, dpo, "extend", **MORE)
        sweep(inbox)

    assert "extending" not in happened(case)
    assert days(case)[1] == "2026-04-10"


def test_a_notice_that_leaves_after_the_first_month_gives_no_time(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(31, hour=23):
        decide(case, dpo, "extend", **MORE)
    with at(32):
        inbox()  # the mail server was down over midnight
        sweep(inbox)

    assert days(case)[1] == "2026-04-10"
    assert case.extended_at is None
    assert "not_extended" in happened(case)
    told = [mail for mail in inbox() if mail.to == ["maud@soocas.example"]]
    assert case.reference in told[0].subject


def test_a_notice_sent_in_time_counts_though_the_sweep_came_late(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(30):
        decide(case, dpo, "extend", **MORE)
        inbox()
    with at(40):
        watch_clocks()

    assert days(case)[1] == "2026-06-10"


def test_a_notice_that_was_lost_gives_no_time_and_may_be_sent_again(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(20):
        decide(case, dpo, "extend", **MORE)
        Message.objects.filter(kind="privacy/extended").update(state="bounced")
        watch_clocks()
        assert days(case)[1] == "2026-04-10"

        decide(case, dpo, "extend", **MORE)
        inbox()
        watch_clocks()

    assert days(case)[1] == "2026-06-10"


def test_officers_are_warned_at_each_mark_once(case: Request, dpo: Client, inbox: Inbox) -> None:
    def warned() -> list[int]:
        watch_clocks()
        case.refresh_from_db()
        letters = Message.objects.filter(kind="privacy/clock").count()
        return [case.warned, letters]

    seen = []
    for day in (1, 15, 16, 17, 24, 25, 28, 29, 30, 31, 32, 40):
        with at(day):
            seen.append(warned())

    assert seen == [
        *([0, 0], [0, 0], [50, 1], [50, 1], [75, 2], [75, 2], [75, 2]),
        *([90, 3], [90, 3], [90, 3], [100, 4], [100, 4]),
    ]
    assert [*case.events.filter(action="warned").values_list("reason", flat=True)] == [
        *("50", "75", "90", "100")
    ]
    assert {mail.to[0] for mail in inbox() if case.reference in mail.subject} == {
        "maud@soocas.example"
    }
    assert not [mail for mail in inbox() if "g@example.org" in mail.body]


def test_marks_passed_in_an_outage_give_one_warning_for_the_last(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(40):
        sweep(inbox)
        sweep(inbox)

    assert [*case.events.filter(action="warned").values_list("reason", flat=True)] == ["100"]


def test_nobody_is_warned_of_a_case_that_is_closed_or_not_proved(
    case: Request, dpo: Client, client: Client, inbox: Inbox
) -> None:
    with at(1):
        decide(case, dpo, "refuse", ground="no_match", reasons="Nothing is here.")
        left(case)
        client.post("/en/privacy/request/", {"kind": "access", "email": "h@example.org"})
    with at(40):
        sweep(inbox)

    assert not Message.objects.filter(kind="privacy/clock").exists()


def test_the_clock_stands_still_while_a_doubt_about_the_person_is_open(
    case: Request, dpo: Client, client: Client, inbox: Inbox
) -> None:
    with at(10):
        ask(case, dpo, "identity", doubt="The name differs from that of the order.")
        link = link_in(inbox()[-1])
        assert case.paused_at
    with at(16):
        watch_clocks()
        assert case.warned == 0
        answer = client.post(link, {"reply": "I married."}, follow=True)
    case.refresh_from_db()

    assert "The officer has your answer" in answer.content.decode()
    assert case.state == "in_assessment"
    assert [case.paused_at, case.asked_at] == [None, None]
    assert days(case) == ("2026-04-10", "2026-04-16")  # six days later
    assert [*case.notes.values_list("kind", "text")] == [
        ("question", "Which of the two orders?"),
        ("internal", "The name differs from that of the order."),
        ("reply", "I married."),
    ]
    assert happened(case)[-4:] == ["asked", "paused", "replied", "resumed"]
    assert is_intact(case)


def test_nobody_is_asked_who_he_is_without_a_doubt_on_record(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(10):
        ask(case, dpo, "identity")

    assert case.state == "in_assessment"
    assert not Message.objects.filter(kind="privacy/asked").exists()


@pytest.mark.parametrize(
    ("country", "topic", "still", "due"),
    [
        ("NL", "clarification", False, "2026-04-10"),  # here only a doubt about who asks
        ("NL", "order", False, "2026-04-10"),
        ("GB", "clarification", True, "2026-04-16"),
        ("GB", "identity", True, "2026-04-16"),
        ("GB", "order", False, "2026-04-10"),
        ("US-CA", "identity", False, "2026-04-24"),  # never
        ("US-CA", "clarification", False, "2026-04-24"),
    ],
)
def test_what_stops_the_clock_is_said_by_the_law(
    case: Request,
    dpo: Client,
    client: Client,
    inbox: Inbox,
    country: str,
    topic: str,
    still: bool,
    due: str,
) -> None:
    with at(1):
        decide(case, dpo, "country", country=country)
    with at(10):
        ask(case, dpo, topic, doubt="The name differs.")
        link = link_in(inbox()[-1])
        assert bool(case.paused_at) is still
        assert ("stands still" in client.get(link).content.decode()) is still
    with at(16):
        client.post(link, {"reply": "The first."})

    assert days(case)[1] == due


def test_another_country_counts_all_anew_and_the_person_is_told(
    case: Request, dpo: Client, client: Client, inbox: Inbox
) -> None:
    with at(1):
        decide(case, dpo, "country", country="GB")
    with at(10):
        ask(case, dpo, "clarification")
    with at(16):
        client.post(link_in(inbox()[-1]), {"reply": "The first."})
    assert days(case)[1] == "2026-04-16"

    with at(17):
        decide(case, dpo, "country", country="DE")  # here that question stops nothing
        assert days(case) == ("2026-04-10", "2026-04-10")
        decide(case, dpo, "country", country="US-CA")
        told = str(inbox()[-1].body)

    assert days(case) == ("2026-04-24", "2026-04-24")
    assert case.regime == "ccpa"
    assert "24 April 2026" in told
    assert [*case.events.filter(action="regime").values_list("reason", flat=True)] == [
        *("gdpr > uk", "uk > gdpr", "gdpr > ccpa")
    ]


@pytest.mark.parametrize("country", ["", "ZZ", "EU", "xx", "NL\x00", "x" * 500])
def test_a_country_that_is_none_changes_nothing(case: Request, dpo: Client, country: str) -> None:
    with at(1):
        decide(case, dpo, "country", country=country)

    assert (case.regime, case.country) == ("gdpr", "")


def test_receipt_that_nothing_confirmed_is_shown_to_the_officers_where_the_law_asks_for_it(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    Message.objects.filter(kind="privacy/request_received").update(state="bounced")
    with at(1):
        watch_clocks()
        decide(case, dpo, "country", country="US-CA")
    with at(8):
        watch_clocks()
        assert "warned" not in happened(case)
    with at(13):
        sweep(inbox)
        sweep(inbox)

    assert [*case.events.filter(action="warned").values_list("reason", flat=True)] == ["confirm"]


def test_a_question_is_repeated_once_and_silence_decides_nothing(
    case: Request, dpo: Client, client: Client, inbox: Inbox
) -> None:
    with at(10):
        ask(case, dpo, "order")
        first = link_in(inbox()[-1])
    for day in (12, 17, 18, 25):
        with at(day):
            sweep(inbox)
    again = [mail for mail in inbox() if mail.subject == "Our question about your request"]
    case.refresh_from_db()
    assert len(again) == 1
    assert link_in(again[0]) == first
    assert case.state == "awaiting_requester"

    with at(32):
        sweep(inbox)
        late = client.post(first, {"reply": "Here."}, follow=True).content.decode()
    case.refresh_from_db()

    assert case.state == "in_assessment"
    assert case.closed_at is None
    assert "unanswered" in happened(case)
    assert "We have a question" not in late
    assert not Note.objects.filter(kind="reply").exists()
    assert days(case)[1] == "2026-04-10"


def test_an_answer_is_taken_once_and_only_through_its_link(
    case: Request, dpo: Client, client: Client, inbox: Inbox
) -> None:
    with at(10):
        ask(case, dpo, "order")
        link = link_in(inbox()[-1])

        empty = client.post(link, {"reply": " "})
        with_nul = client.post(link, {"reply": "\x00"})
        client.post(link, {"reply": "SO-1"})
        client.post(link, {"reply": "SO-2"})
        forged = client.post("/en/privacy/reply/abc/", {"reply": "x"})

    assert (empty.status_code, with_nul.status_code) == (200, 200)
    assert "error" in empty.content.decode()
    assert forged.status_code == 404
    assert [*case.notes.filter(kind="reply").values_list("text", flat=True)] == ["SO-1"]


def test_the_officer_may_decide_without_waiting_for_the_answer(
    case: Request, dpo: Client, client: Client, inbox: Inbox
) -> None:
    with at(10):
        ask(case, dpo, "identity", doubt="The name differs.")
        link = link_in(inbox()[-1])
    with at(12):
        decide(case, dpo, "refuse", ground="insufficient_verification", reasons="No proof came.")
        late = client.get(link).content.decode()

    assert case.state == "answering"
    assert happened(case)[-3:] == ["unanswered", "resumed", "refused"]
    assert "Our answer is on its way" in late


def test_the_case_page_shows_both_dates_and_the_law(
    case: Request, dpo: Client, inbox: Inbox
) -> None:
    with at(20):
        decide(case, dpo, "extend", **MORE)
        inbox()
        watch_clocks()
        page = dpo.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()

    assert "10 juni 2026" in page or "10 June 2026" in page
    assert "10 april 2026" in page or "10 April 2026" in page
    assert "Art. 12(3)" in page
