from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from outbox.models import Message
from privacy.models import Request
from privacy.requests.events import is_intact
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox, link_in, officer

DELETE = "/nl/account/privacy/delete/"


def after_cooling_off() -> time_machine.travel:
    later = timezone.now() + settings.COOLING_OFF + timedelta(seconds=1)
    return time_machine.travel(later, tick=False)


def test_the_account_pages_ask_to_sign_in(client: Client) -> None:
    for page in ("", "download/", "correct/", "delete/", "scheduled/", "requests/"):
        answer = client.get(f"/nl/account/privacy/{page}")

        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


def test_deletion_and_download_ask_to_prove_again_who_asks(client: Client, anna: User) -> None:
    client.force_login(anna)

    asked = [client.post("/nl/account/privacy/download/")]  # its page only tells how far it is
    asked += [ask("/nl/account/privacy/delete/") for ask in (client.get, client.post)]

    for answer in asked:
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
    assert not Request.objects.exists()


def test_the_preview_shows_what_goes_and_erases_nothing(signed_in: Client, anna: User) -> None:
    answer = signed_in.get(DELETE)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "plan" in page
    anna.refresh_from_db()
    assert anna.name == "Anna Jansen"
    assert not Request.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deletion_waits_for_its_cooling_off_and_then_runs_by_itself(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    answer = signed_in.post(DELETE, follow=True)
    run_due_requests()

    case = Request.objects.get()
    assert case.state == "cooling_off"
    assert anna.email in answer.content.decode()
    assert User.objects.filter(email=anna.email).exists()

    inbox()  # what still waits to be sent would stay until it is
    with after_cooling_off():
        run_due_requests()
        again = signed_in.get("/nl/account/privacy/")
        mails = [*inbox()]
        run_due_requests()

    case.refresh_from_db()
    assert case.state in ("fulfilled", "partially_retained")
    assert (case.user, case.subject_id, case.email, case.sealed) == (None, None, "", {})
    assert is_intact(case)
    assert not User.objects.filter(email=anna.email).exists()
    assert not Session.objects.filter(user_id=anna.pk).exists()
    assert again.status_code == 302
    assert [mail.to for mail in mails] == [[anna.email], [anna.email]]
    assert case.reference in mails[-1].body
    assert not Message.objects.filter(kind="privacy/receipt", recipient=anna.email).exists()


def test_a_double_click_is_one_deletion_with_one_mail(signed_in: Client, inbox: Inbox) -> None:
    for _ in range(2):
        assert signed_in.post(DELETE).status_code == 302

    assert Request.objects.count() == 1
    assert len(inbox()) == 1


def test_the_link_in_the_mail_takes_the_deletion_back_without_signing_in(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    signed_in.post(DELETE)
    link, stranger = link_in(inbox()[0]), Client()

    looked = stranger.get(link)
    assert looked.status_code == 200
    assert Request.objects.get().state == "cooling_off"

    stranger.post(link)
    repeated = stranger.post(link, follow=True)
    with after_cooling_off():
        run_due_requests()

    assert repeated.status_code == 200
    assert Request.objects.get().state == "withdrawn"
    anna.refresh_from_db()
    assert anna.name == "Anna Jansen"
    assert len(inbox()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_link_of_one_taken_back_claims_nothing_about_a_later_deletion(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    signed_in.post(DELETE)
    link = link_in(inbox()[0])
    Client().post(link)
    said = Client().get(link).content.decode()
    Client().post(link)
    signed_in.post(DELETE)
    with after_cooling_off():
        run_due_requests()
    assert not User.objects.filter(email=anna.email).exists()

    assert "Dit verzoek is teruggedraaid" in said
    for page in (said, Client().get(link).content.decode()):
        assert "Er is niets gewist" not in page
        assert "Je account blijft" not in page


def test_the_link_no_longer_works_once_everything_is_erased(
    signed_in: Client, inbox: Inbox
) -> None:
    signed_in.post(DELETE)
    link = link_in(inbox()[0])

    with after_cooling_off():
        run_due_requests()

        assert Client().get(link).status_code == 404
        assert Client().post(link).status_code == 404


def test_a_person_takes_it_back_in_the_account_too_but_not_for_another(
    signed_in: Client, inbox: Inbox
) -> None:
    signed_in.post(DELETE)
    address = f"/nl/account/privacy/requests/{Request.objects.get().reference}/"
    other = Client()
    other.force_login(User.objects.create_user("bram@example.com", "x"))

    assert other.post(address).status_code == 404
    assert Request.objects.get().state == "cooling_off"
    signed_in.post(address)
    assert Request.objects.get().state == "withdrawn"
    assert signed_in.post(address).status_code == 302


def test_the_officer_can_only_hold_a_deletion_and_release_it(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    signed_in.post(DELETE)
    case = Request.objects.get()
    dpo, decide = officer(), f"/admin/privacy/request/{case.pk}/decide/"

    for decision in ("approve", "refuse", "answer", "ask"):
        dpo.post(
            decide, {"decision": decision, "ground": "excessive", "reasons": "x", "answer": "x"}
        )
        case.refresh_from_db()
        assert case.state == "cooling_off"
    dpo.post(decide, {"decision": "hold", "why_still": "claim", "still": "A claim runs."})
    with after_cooling_off():
        run_due_requests()
        assert User.objects.filter(pk=anna.pk, email=anna.email).exists()
        dpo.force_login(User.objects.get(email="maud@soocas.example"))  # two weeks later
        dpo.post(decide, {"decision": "release"})
        run_due_requests()

    assert not User.objects.filter(email=anna.email).exists()


def test_an_erasure_repeated_or_resumed_has_one_receipt(signed_in: Client, inbox: Inbox) -> None:
    signed_in.post(DELETE)
    with after_cooling_off():
        for _ in range(3):
            run_due_requests()
        inbox()
    case = Request.objects.get()

    assert Message.objects.filter(kind="privacy/receipt").count() == 1
    assert case.events.filter(action="receipt").count() == 1


def test_the_request_page_shows_the_clock_and_the_history(signed_in: Client) -> None:
    signed_in.post(DELETE)

    page = signed_in.get("/en/account/privacy/requests/").content.decode()

    assert Request.objects.get().reference in page
    assert "Proved by signing in again" in page


@pytest.mark.parametrize("path", ["", "download/", "correct/", "delete/", "requests/"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_account_pages_stand_in_both_languages(
    signed_in: Client, language: str, path: str
) -> None:
    answer = signed_in.get(f"/{language}/account/privacy/{path}")

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()
