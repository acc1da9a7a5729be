from __future__ import annotations

import io
import threading
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from outbox.models import Message
from privacy.models import Request
from privacy.requests import execution
from privacy.requests.events import is_intact
from privacy.tasks import run_due_requests
from tests.privacy.archives import make_all
from tests.privacy.conftest import Inbox, code_in, left, link_in, officer

LIST = "/admin/privacy/request/"


def proved(client: Client, inbox: Inbox, kind: str, email: str = "guest@example.org") -> Request:
    typed = {"kind": kind, "email": email, "message": "My words."}
    answer = client.post("/en/privacy/request/", typed)
    client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})
    return Request.objects.latest("pk")


def decide(case: Request, by: Client, decision: str, **typed: str) -> Request:
    answer = by.post(f"{LIST}{case.pk}/decide/", {"decision": decision, **typed})
    assert answer.status_code in (200, 302)
    case.refresh_from_db()
    return case


def test_the_queue_lists_open_requests_by_due_date_with_the_days_left(
    client: Client, inbox: Inbox
) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40), tick=False):
        late = proved(client, inbox, "access", "early@example.org")
    fresh = proved(client, inbox, "erasure")
    done = decide(
        proved(client, inbox, "question", "q@example.org"), officer(), "answer", answer="Yes."
    )
    left(done)

    page = officer("dpo", "ilias@soocas.example").get(LIST).content.decode()

    assert page.index(late.reference) < page.index(fresh.reference)
    assert "over" in page or "te laat" in page
    assert done.reference not in page
    assert "guest@example.org" not in page


def test_what_nobody_proved_yet_is_not_in_the_queue_but_can_be_found(client: Client) -> None:
    client.post("/en/privacy/request/", {"kind": "access", "email": "guest@example.org"})
    reference, dpo = Request.objects.get().reference, officer()

    assert reference not in dpo.get(LIST).content.decode()
    found = dpo.get(LIST, {"state__exact": "awaiting_verification"})
    assert reference in found.content.decode()


@pytest.mark.parametrize("clock", ["late", "week", "closed", "nonsense"])
def test_the_queue_filters_by_clock(client: Client, inbox: Inbox, clock: str) -> None:
    proved(client, inbox, "access")

    assert officer().get(LIST, {"clock": clock}).status_code in (200, 302)


def test_the_case_page_shows_the_plan_masks_the_address_and_puts_the_look_on_record(
    client: Client, inbox: Inbox
) -> None:
    case = proved(client, inbox, "erasure")
    dpo = officer()

    for _ in range(2):
        page = dpo.get(f"{LIST}{case.pk}/change/").content.decode()

    assert "g•••@example.org" in page
    assert "Not reached" not in page  # the letters with the code go with the rest
    assert "Niet bereikt" not in page
    assert "orders." not in page
    assert "outbox." not in page
    assert "guest@example.org" not in page
    assert 'value="approve"' in page
    assert [e.action for e in case.events.all()][-1] == "looked"
    assert case.events.filter(action="looked").count() == 1


def test_an_approved_erasure_is_carried_out_once_and_a_receipt_is_mailed(
    client: Client, inbox: Inbox
) -> None:
    case = proved(client, inbox, "erasure")
    dpo = officer()

    decide(case, dpo, "approve")
    decide(case, dpo, "approve")
    run_due_requests()
    inbox()
    run_due_requests()

    case.refresh_from_db()
    assert case.state in ("fulfilled", "partially_retained")
    assert case.email == ""
    assert case.events.filter(action="approved").count() == 1
    assert is_intact(case)
    receipts = [m for m in inbox() if m.subject in ("What we erased", "Wat we hebben gewist")]
    assert [m.to for m in receipts] == [["guest@example.org"]]


def test_nothing_is_erased_before_the_officer_approves(client: Client, inbox: Inbox) -> None:
    case = proved(client, inbox, "erasure")

    with time_machine.travel(timezone.now() + timedelta(days=200), tick=False):
        run_due_requests()

    case.refresh_from_db()
    assert case.state == "in_assessment"
    assert not Message.objects.filter(kind="privacy/receipt").exists()


def test_an_approved_access_request_hands_out_the_data_once_by_a_link(
    client: Client, inbox: Inbox
) -> None:
    case = decide(proved(client, inbox, "access"), officer(), "approve")
    make_all()
    link, stranger = link_in(inbox()[-1]), Client()

    looked = stranger.get(link)
    first = stranger.post(link)
    content = b"".join(first.streaming_content)  # type: ignore[attr-defined]
    second = stranger.post(link, follow=True)

    case.refresh_from_db()
    assert looked.status_code == 200
    assert "attachment" in first["Content-Disposition"]
    assert "data.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert second.status_code == 410
    assert (case.state, case.email) == ("fulfilled", "")


def test_the_download_link_ends_after_a_week(client: Client, inbox: Inbox) -> None:
    case = decide(proved(client, inbox, "access"), officer(), "approve")
    make_all()
    link = link_in(inbox()[-1])

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert Client().post(link).status_code == 410
        run_due_requests()
        assert Client().post(link).status_code == 404

    case.refresh_from_db()
    assert (case.state, case.email) == ("fulfilled", "")


def test_a_refusal_needs_a_ground_and_reasons_and_tells_where_to_complain(
    client: Client, inbox: Inbox
) -> None:
    case, dpo = proved(client, inbox, "erasure"), officer()

    kept = dpo.post(f"{LIST}{case.pk}/decide/", {"decision": "refuse", "reasons": "My words"})
    case.refresh_from_db()
    assert case.state == "in_assessment"
    assert "My words" in kept.content.decode()

    decide(case, dpo, "refuse", ground="no_match", reasons="We found nothing.")
    mail = inbox()[-1]
    assert left(case).state == "refused"
    assert "We found nothing." in mail.body
    assert "autoriteitpersoonsgegevens.nl" in mail.body
    assert "Nothing found" in mail.body


def test_a_held_request_is_not_approved_until_it_is_released(client: Client, inbox: Inbox) -> None:
    case, dpo = proved(client, inbox, "erasure"), officer()

    decide(case, dpo, "hold", why_still="dispute", still="A dispute runs.")
    assert decide(case, dpo, "approve").state == "in_assessment"
    decide(case, dpo, "release")
    assert decide(case, dpo, "approve").state == "approved"


def test_nobody_decides_on_his_own_request(client: Client, inbox: Inbox) -> None:
    from allauth.account.models import EmailAddress

    dpo = officer()
    maud = User.objects.get(email="maud@soocas.example")
    EmailAddress.objects.create(user=maud, email=maud.email, verified=True, primary=True)
    case = proved(client, inbox, "erasure", maud.email)

    for decision in ("approve", "refuse"):
        decide(case, dpo, decision, ground="no_match", reasons="x")

    assert case.state == "in_assessment"


@pytest.mark.parametrize("decision", ["", "everything", "delete"])
def test_a_forged_decision_does_nothing(client: Client, inbox: Inbox, decision: str) -> None:
    case = proved(client, inbox, "erasure")

    assert decide(case, officer(), decision).state == "in_assessment"


@pytest.mark.parametrize("role", ["staff", "support"])
def test_other_staff_have_no_way_into_the_queue(client: Client, inbox: Inbox, role: str) -> None:
    case, staff = proved(client, inbox, "erasure"), officer(role)

    assert staff.get(LIST).status_code == 403
    assert staff.get(f"{LIST}{case.pk}/change/").status_code == 403
    assert staff.post(f"{LIST}{case.pk}/decide/", {"decision": "approve"}).status_code == 403
    case.refresh_from_db()
    assert case.state == "in_assessment"


def test_an_auditor_reads_and_decides_nothing(client: Client, inbox: Inbox) -> None:
    case, auditor = proved(client, inbox, "erasure"), officer("auditor")

    page = auditor.get(f"{LIST}{case.pk}/change/")
    forged = auditor.post(f"{LIST}{case.pk}/decide/", {"decision": "approve"})

    assert page.status_code == 200
    assert 'value="approve"' not in page.content.decode()
    assert forged.status_code == 403


def test_nobody_adds_edits_or_deletes_a_request_by_hand(client: Client, inbox: Inbox) -> None:
    case = proved(client, inbox, "erasure")
    User.objects.create_superuser("root@soocas.example", "x")
    root = Client()
    root.force_login(User.objects.get(email="root@soocas.example"))

    assert root.get(f"{LIST}add/").status_code == 403
    assert root.post(f"{LIST}{case.pk}/delete/", {"post": "yes"}).status_code == 403
    root.post(f"{LIST}{case.pk}/change/", {"state": "fulfilled"})
    root.post(LIST, {"action": "delete_selected", "_selected_action": case.pk, "post": "yes"})

    case.refresh_from_db()
    assert case.state == "in_assessment"
    assert root.get(f"{LIST}{case.pk}/change/").status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", "x", "99999999999999999999999"])
def test_an_unknown_case_is_a_404(db: None, number: str) -> None:
    assert officer().get(f"{LIST}{number}/change/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_erase_once(client: Client, inbox: Inbox) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)  # the groups, emptied by an earlier test
    case = decide(proved(client, inbox, "erasure"), officer(), "approve")
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        execution.execute(case.pk, now=timezone.now())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Message.objects.filter(kind="privacy/receipt").count() == 1
    assert case.events.filter(action__in=["erased", "partly_erased"]).count() == 1
    assert case.events.filter(action="receipt").count() == 1
    assert is_intact(case)
