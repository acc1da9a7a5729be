"""What an authority demands: decided by an officer, on record first, told when the law lets us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from privacy import authorities, duties, export, subjects
from privacy.archives.about import about
from privacy.models import Disclosure, Duty, Request
from privacy.requests import filing
from privacy.requests.receipt import recipients
from privacy.tasks import tell_recipients
from tests.orders.rows import make_order
from tests.privacy.conftest import officer

BOOK = "/admin/privacy/disclosure/"
OFFICE = "Politie Amsterdam"


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "nonce": str(uuid4()),
        "whom": "anna.jansen@example.com",
        "authority": "police",
        "named": OFFICE,
        "ground": "sv_126nd",
        "number": "PV-2026-11",
        "categories": ["contact", "purchases"],
        **changed,
    }


def in_days(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}"


def given() -> list[Disclosure]:
    return [*Disclosure.objects.filter(recipient__in=authorities.KEYS)]


def decide(client: Client, **changed: Any) -> str:
    answer = client.post(f"{BOOK}add/", typed(**changed), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def told(anna: User) -> str:
    """All that Anna can read of who received something of hers."""
    client = Client()
    client.force_login(anna)
    me = subjects.of(anna)
    pages = [client.get(f"/en/account/privacy/{page}") for page in ("told/", "")]
    said = [page.content.decode() for page in pages if page.status_code == 200]
    assert len(said) == 2
    return str([*said, export.collect(me), about(me, []), recipients(me, "en")])


def test_the_officer_s_decision_stands_in_the_ledger_and_in_the_person_s_list(anna: User) -> None:
    page = decide(officer())

    [row] = given()
    assert (row.user, row.recipient, row.named, row.ground) == (anna, "police", OFFICE, "sv_126nd")
    assert (row.about, row.fields) == ("PV-2026-11", ["contact", "purchases"])
    assert row.decided_by is not None
    assert OFFICE in page
    assert anna.email not in page
    said = told(anna)
    assert OFFICE in said
    assert "Art. 126nd" in said
    assert "contact details" in said


def test_what_the_demand_forbids_to_tell_is_nowhere_until_its_day_and_then_everywhere(
    anna: User,
) -> None:
    page = decide(officer(), told_from=in_days(30))

    assert OFFICE in page, "the officers know"
    said = told(anna)
    assert OFFICE not in said
    assert "PV-2026-11" not in said
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert OFFICE in told(anna)


@pytest.mark.parametrize("role", ["staff", "support", "auditor"])
def test_none_but_officers_decide_a_hand_over(anna: User, role: str) -> None:
    client = officer(role)

    assert client.get(f"{BOOK}add/").status_code == 403
    assert client.post(f"{BOOK}add/", typed()).status_code == 403
    assert given() == []


def test_who_may_look_reads_the_book_and_others_do_not(anna: User) -> None:
    decide(officer())

    assert OFFICE in officer("auditor", "a@soocas.example").get(BOOK).content.decode()
    assert officer("staff", "s@soocas.example").get(BOOK).status_code == 403


def test_there_is_no_page_of_one_that_could_be_changed_or_deleted(anna: User) -> None:
    client = officer()
    decide(client)
    [row] = given()

    for page in ("change/", "delete/", "history/"):
        assert client.get(f"{BOOK}{row.pk}/{page}").status_code == 403
        assert client.post(f"{BOOK}{row.pk}/{page}", {"post": "yes"}).status_code == 403
    assert given() == [row]


def test_a_double_click_is_one_hand_over(anna: User) -> None:
    client, form = officer(), typed()

    for _click in range(2):
        assert client.post(f"{BOOK}add/", form).status_code == 302

    assert len(given()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "x"},
        {"whom": ""},
        {"whom": "nobody@example.com"},
        {"whom": "\x00"},
        {"whom": "9" * 300},
        {"authority": "paypal"},
        {"authority": ""},
        {"named": ""},
        {"named": "anna@example.com"},
        {"ground": ""},
        {"ground": "because"},
        {"number": ""},
        {"number": "anna@example.com"},
        {"number": "\x00"},
        {"categories": []},
        {"categories": ["credentials"]},
        {"told_from": "yesterday"},
        {"told_from": "2020-01-01"},
        {"told_from": "9999-12-31"},
    ],
)
def test_without_person_authority_ground_number_and_extent_nothing_is_handed_over(
    anna: User, wrong: dict[str, Any]
) -> None:
    answer = officer().post(f"{BOOK}add/", typed(**wrong))

    assert answer.status_code == 200
    assert given() == []


def test_nobody_decides_what_is_handed_over_about_himself(db: None) -> None:
    client = officer()
    maud = User.objects.get(email="maud@soocas.example")
    maud.emailaddress_set.create(email=maud.email, verified=True)  # type: ignore[attr-defined]

    page = decide(client, whom=maud.email)

    assert "eigen verzoek" in page
    assert given() == []


def test_it_is_decided_for_the_person_of_a_case_from_its_page(anna: User) -> None:
    case, client = filing.file_deletion(anna, now=timezone.now()), officer()
    page = client.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()
    assert f"{BOOK}add/?case={case.reference}" in page
    assert case.reference in client.get(f"{BOOK}add/?case={case.reference}").content.decode()

    decide(client, whom=case.reference.lower())

    assert [row.user for row in given()] == [anna]


def test_a_guest_whose_address_nobody_proved_reads_it_once_he_has(db: None) -> None:
    make_order(email="guest@example.org")

    decide(officer(), whom="Guest@Example.org")

    [row] = given()
    assert (row.user, row.email) == (None, "guest@example.org")
    assert OFFICE in str(export.collect(subjects.of("guest@example.org")))


def erased(anna: User) -> tuple[Request, Duty]:
    case = filing.file_deletion(anna, now=timezone.now())
    duties.open_for(case, Duty.Kind.ERASURE, subjects.of(anna), now=timezone.now())
    return case, case.duties.get(recipient="police")


def test_an_erasure_tells_the_authority_by_its_own_number_and_asks_no_more(
    anna: User, settings: Any, inbox: Any
) -> None:
    settings.RECIPIENT_ADDRESSES = {"police": "desk@police.example"}
    decide(officer())
    _case, duty = erased(anna)

    tell_recipients()
    [letter] = [mail for mail in inbox() if mail.to == ["desk@police.example"]]
    tell_recipients()

    duty.refresh_from_db()
    assert "PV-2026-11" in letter.body
    assert duty.state == "confirmed"


def test_under_a_gag_the_officer_decides_and_the_person_sees_nothing_of_it(
    anna: User, settings: Any, inbox: Any
) -> None:
    settings.RECIPIENT_ADDRESSES = {"police": "desk@police.example"}
    client = officer()
    decide(client, told_from=in_days(30))
    case, duty = erased(anna)

    tell_recipients()
    assert [mail for mail in inbox() if mail.to == ["desk@police.example"]] == []
    page = client.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()
    assert "Politie en Openbaar Ministerie" in page
    answer = {"decision": "answered", "duty": duty.pk, "ended": "impossible", "said": "zwijgplicht"}
    client.post(f"/admin/privacy/request/{case.pk}/decide/", answer)

    duty.refresh_from_db()
    assert duty.state == "impossible"
    assert "olice" not in str([event.reason for event in case.events.all()])
    seen = Client()
    seen.force_login(anna)
    mine = seen.get(f"/nl/account/privacy/requests/{case.reference}/", follow=True)
    assert "Openbaar Ministerie" not in mine.content.decode()
    assert "zwijgplicht" not in str(export.collect(subjects.of(anna)))
