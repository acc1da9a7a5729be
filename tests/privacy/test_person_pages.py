"""The person's own pages: each request with its story, who was told, and who looked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.personal_data import CARRIER, told_carrier
from privacy.models import Duty, Look, Note, Request
from tests.privacy.conftest import left, officer
from tests.privacy.test_requests_own_data import make_order

ASK = "/en/account/privacy/requests/new/"
TOLD = "/en/account/privacy/told/"


def asked(client: Client, kind: str = "question") -> Request:
    client.post(ASK, {"kind": kind, "message": "What is this?"})
    return Request.objects.latest("pk")


def page_of(case: Request) -> str:
    return f"/en/account/privacy/requests/{case.reference}/"


def press(case: Request, **said: str) -> None:
    officer().post(f"/admin/privacy/request/{case.pk}/decide/", said)
    case.refresh_from_db()


@pytest.mark.parametrize("kind", ["objection", "restriction", "question", "complaint"])
def test_a_request_from_the_account_is_with_the_officer_at_once(
    signed_in: Client, anna: User, kind: str
) -> None:
    case = asked(signed_in, kind)

    assert (case.kind, case.user, case.state) == (kind, anna, "in_assessment")
    page = signed_in.get(page_of(case)).content.decode()
    assert "Answer by" in page
    assert "What is this?" in page
    assert "Withdraw this request" in page


@pytest.mark.parametrize("kind", ["erasure", "access", "portability", "", "x"])
def test_what_has_its_own_way_is_not_asked_here(signed_in: Client, kind: str) -> None:
    assert signed_in.post(ASK, {"kind": kind, "message": "Hello"}).status_code == 200
    assert not Request.objects.exists()


def test_a_question_of_the_officer_is_answered_on_the_page_of_the_request(
    signed_in: Client,
) -> None:
    case = asked(signed_in)
    press(case, decision="ask", topic="clarification", question="Which order?")
    before = signed_in.get(page_of(case)).content.decode()

    signed_in.post(page_of(case), {"do": "reply", "reply": "The last one."})

    case.refresh_from_db()
    assert "Which order?" in before
    assert case.state == "in_assessment"
    assert Note.objects.get(kind="reply").text == "The last one."


def test_an_answer_can_be_reviewed_by_somebody_else_from_its_page(signed_in: Client) -> None:
    case = asked(signed_in)
    press(case, decision="answer", answer="That is how it is.")
    left(case)

    signed_in.post(page_of(case), {"do": "appeal", "message": "I disagree."})
    signed_in.post(page_of(case), {"do": "appeal", "message": "I disagree."})

    review = Request.objects.get(kind="appeal")
    assert review.appeal_of == case


def test_a_running_request_cannot_be_appealed_and_one_that_ended_not_withdrawn(
    signed_in: Client,
) -> None:
    case = asked(signed_in)
    signed_in.post(page_of(case), {"do": "appeal", "message": "I disagree."})
    running = Request.objects.count()
    press(case, decision="answer", answer="Done.")
    left(case)

    signed_in.post(page_of(case), {"do": "withdraw"})

    case.refresh_from_db()
    assert running == 1
    assert case.state == "fulfilled"


def test_what_officers_write_for_each_other_is_not_on_the_persons_page(signed_in: Client) -> None:
    case = asked(signed_in)
    case.notes.create(kind="internal", text="A doubt.", written_at=timezone.now())

    assert "A doubt." not in signed_in.get(page_of(case)).content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("awaiting_requester", "Wacht op je antwoord"),
        ("needs_operator", "We kijken ernaar"),
        ("in_assessment", "In beoordeling"),
    ],
)
def test_where_a_request_stands_is_said_to_the_person(
    signed_in: Client, state: str, said: str
) -> None:
    case = asked(signed_in)
    Request.objects.filter(pk=case.pk).update(state=state)

    for page in (page_of(case), "/nl/account/privacy/requests/"):
        shown = signed_in.get(page.replace("/en/", "/nl/")).content.decode()
        assert said in shown
        assert "beheerder nodig" not in shown


def test_nobody_sees_or_touches_another_persons_request(signed_in: Client, client: Client) -> None:
    case = asked(signed_in)
    other = Client()
    other.force_login(User.objects.create_user("bram@example.com", "x"))

    assert other.get(page_of(case)).status_code == 404
    for do in ("withdraw", "reply", "appeal"):
        assert other.post(page_of(case), {"do": do}).status_code == 404
    case.refresh_from_db()
    assert case.state == "in_assessment"


def test_who_received_what_and_what_they_answered_is_shown(signed_in: Client, anna: User) -> None:
    order, now = make_order("2026-000001"), timezone.now()
    order.customer = anna
    told_carrier(order, CARRIER, fields=("delivery_name",), now=now)
    case = asked(signed_in)
    Duty.objects.create(
        request=case,
        recipient="carrier",
        kind="rectification",
        state="confirmed",
        said="Changed here too.",
        opened_at=now,
        next_try_at=now,
    )

    page = signed_in.get(TOLD).content.decode()

    assert CARRIER.name in page
    assert "Changed here too." in page
    assert case.reference in page


def test_who_looked_is_shown_by_role_and_time_and_never_by_name(
    signed_in: Client, anna: User
) -> None:
    maud = User.objects.create_user("maud@soocas.example", "x", name="Maud Verhoeven")
    Look.objects.create(
        user=anna, staff=maud, role="support", model="accounts.User", looked_at=timezone.now()
    )

    page = signed_in.get(TOLD).content.decode()

    assert "Customer service" in page
    assert "Maud" not in page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_of_the_privacy_centre_lead_to_one_another(
    signed_in: Client, language: str
) -> None:
    centre = f"/{language}/account/privacy/"
    page = signed_in.get(centre).content.decode()

    for name in ("download", "correct", "choices", "requests", "told", "delete"):
        assert f'href="{centre}{name}/"' in page
        answer = signed_in.get(f"{centre}{name}/")
        assert answer.status_code == 200
        assert f'href="{centre}"' in answer.content.decode()
