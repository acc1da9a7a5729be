"""Wrong-person drill: nobody gets, changes or erases what is another's, whatever he claims."""

from __future__ import annotations

import re
import sys
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from orders.models import Order
from outbox.models import Message
from privacy import subjects
from privacy.corrections import to_go_on
from privacy.export import collect
from privacy.models import Correction, Export, Request, VerificationCode
from privacy.requests.subject import subject_of
from privacy.tasks import run_due_requests
from tests.privacy.archives import make_all, opened
from tests.privacy.conftest import Inbox, code_in, link_in, officer
from tests.privacy.test_requests_own_data import GUEST, make_order

FORM = "/en/privacy/request/"
STRANGER = "stranger@example.net"


def file(client: Client, email: str, kind: str = "rectification", **typed: str) -> str:
    said = {"kind": kind, "email": email, "message": "Mine.", **typed}
    answer = client.post(FORM, said)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def proved(client: Client, inbox: Inbox, email: str, **typed: str) -> Request:
    page = file(client, email, **typed)
    client.post(page, {"code": code_in(inbox()[-1])})
    return Request.objects.latest("pk")


def held(case: Request) -> str:
    return str(collect(subject_of(case)))


def test_an_own_address_with_anothers_phone_or_name_opens_nothing_of_the_other(
    client: Client, inbox: Inbox
) -> None:
    order = make_order("2026-000001")

    case = proved(client, inbox, STRANGER, message=f"I am Greet Gast, {order.phone}")

    assert "Lindenlaan" not in held(case)
    page = client.get(link_in(inbox()[-1])).content.decode()
    assert order.number not in page


def test_an_own_address_with_anothers_order_number_opens_nothing_of_the_other(
    client: Client, inbox: Inbox
) -> None:
    order = make_order("2026-000001")

    case = proved(client, inbox, STRANGER, order_reference=order.number)

    assert "Greet Gast" not in held(case)


def test_a_strangers_mistyped_address_does_not_hand_over_his_order(
    client: Client, inbox: Inbox
) -> None:
    mistyped = make_order("2026-000001", proved=False)

    case = proved(client, inbox, GUEST)

    assert mistyped.number not in held(case)
    assert mistyped.number not in client.get(link_in(inbox()[-1])).content.decode()


def test_an_account_of_the_same_address_unproved_opens_no_guests_order(db: None) -> None:
    order = make_order("2026-000001")
    account = User.objects.create_user(GUEST, "x")
    EmailAddress.objects.create(user=account, email=GUEST, verified=False, primary=True)

    assert order.number not in str(collect(subjects.of(account)))


@pytest.mark.parametrize(
    "alike",
    ["guest+shop@example.org", "guést@example.org", "guest@exämple.org", "guest@example.org.evil"],
)
def test_an_address_that_looks_alike_is_another_persons(
    client: Client, inbox: Inbox, alike: str
) -> None:
    make_order("2026-000001")
    answer = client.post(FORM, {"kind": "access", "email": alike, "message": ""})
    if answer.status_code == 200:  # the form takes no such address
        assert not Request.objects.exists()
        return
    codes = [mail for mail in inbox() if alike in mail.to[0] or mail.to[0] != GUEST]

    client.post(str(answer["Location"]), {"code": code_in(codes[-1])})

    assert GUEST not in {mail.to[0] for mail in inbox()}
    assert "Greet Gast" not in held(Request.objects.get())


def test_the_same_address_in_another_case_is_the_same_person(client: Client, inbox: Inbox) -> None:
    make_order("2026-000001")

    case = proved(client, inbox, "GUEST@Example.ORG")

    assert "Greet Gast" in held(case)


def test_the_receiver_of_a_gift_gets_his_part_and_nothing_of_the_buyers(
    client: Client, inbox: Inbox
) -> None:
    order = make_order("2026-000001")
    Order.objects.filter(pk=order.pk).update(
        gift=True, gift_code="ABCD-EFGH-JKLM-NPQR", delivery_name="Lise Ontvanger"
    )

    case = proved(client, inbox, STRANGER, order_reference="ABCD-EFGH-JKLM-NPQR")

    told = held(case)
    assert "Lise Ontvanger" in told
    for his in (order.number, "Greet Gast", GUEST, order.phone):
        assert his not in told
    choice = client.get(link_in(inbox()[-1])).content.decode()
    assert order.number not in choice
    page = client.get(link_in(inbox()[-1]), {"what": f"orders.Order:{order.pk}"}).content.decode()
    assert "Lise Ontvanger" in page
    for his in (order.number, "Greet Gast", GUEST, order.phone):
        assert his not in page


def test_the_receiver_of_a_gift_cannot_dispute_the_buyers_part(
    client: Client, inbox: Inbox
) -> None:
    order = make_order("2026-000001")
    Order.objects.filter(pk=order.pk).update(gift=True, gift_code="ABCD-EFGH-JKLM-NPQR")
    proved(client, inbox, STRANGER, order_reference="ABCD-EFGH-JKLM-NPQR")

    client.post(
        link_in(inbox()[-1]),
        {"what": f"orders.Order:{order.pk}", "change-phone": "0", "words-billing_name": "Me"},
    )

    assert not Correction.objects.exists()


def test_guessing_codes_locks_and_the_right_one_comes_too_late(
    client: Client, inbox: Inbox
) -> None:
    page = file(client, GUEST)
    right = code_in(inbox()[-1])
    wrong = [f"{number:06}" for number in range(6) if f"{number:06}" != right][:5]

    for code in wrong:
        client.post(page, {"code": code})
    client.post(page, {"code": right})

    assert Request.objects.get().state == "awaiting_verification"
    assert VerificationCode.objects.get().tries == 5


def test_a_code_proves_only_the_request_it_was_sent_for(client: Client, inbox: Inbox) -> None:
    make_order("2026-000001")
    theirs, mine = file(client, GUEST), file(client, STRANGER)
    code = code_in(next(mail for mail in inbox() if mail.to == [STRANGER]))

    client.post(theirs, {"code": code})

    assert Request.objects.get(email=GUEST).email_proved_at is None
    client.post(mine, {"code": code})
    assert Request.objects.get(email=STRANGER).email_proved_at is not None


def test_a_forged_an_expired_and_a_replayed_link_open_nothing(client: Client, inbox: Inbox) -> None:
    make_order("2026-000001")
    case = proved(client, inbox, GUEST)
    link = link_in(inbox()[-1])
    forged = signing.dumps(case.reference, salt="another")

    assert client.get(f"/en/privacy/correct/{forged}/").status_code == 404
    assert client.get(f"/en/privacy/correct/{case.reference}/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert client.get(link).status_code == 404
    Request.objects.update(state="withdrawn", closed_at=timezone.now())
    assert client.get(link).status_code == 404


def test_a_link_of_one_case_is_no_link_of_another(client: Client, inbox: Inbox) -> None:
    make_order("2026-000001")
    mine = proved(client, inbox, STRANGER)
    page = client.get(f"/en/privacy/correct/{to_go_on.token_of(mine)}/").content.decode()

    assert "2026-000001" not in page


def test_a_known_and_an_unknown_address_cost_the_same_statements_hashing_and_work(
    client: Client, anna: User
) -> None:
    make_order("2026-000001")
    cost = [work(client, email) for email in (anna.email, GUEST, "nobody@example.net")]

    assert cost[0] == cost[1] == cost[2]


class Hashing:
    """Counts what is digested, as Python itself reports it: which function, how often."""

    NAMES = ("sha", "md5", "blake", "pbkdf2", "scrypt", "hmac", "argon", "digest")

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> Counter[str]:
        sys.setprofile(self.note)
        return self.counts

    def __exit__(self, *_how: object) -> None:
        sys.setprofile(None)

    def note(self, _frame: object, event: str, called: object) -> None:
        name = str(getattr(called, "__name__", ""))
        if event == "c_call" and any(known in name for known in self.NAMES):
            self.counts[name] += 1


def test_a_known_and_an_unknown_address_cost_the_same_hashing(client: Client, anna: User) -> None:
    make_order("2026-000001")
    hashed = [digests(client, email) for email in (anna.email, GUEST, "nobody@example.net")]

    assert hashed[0] == hashed[1] == hashed[2]
    assert sum(hashed[0].values()) > 0


def digests(client: Client, email: str) -> Counter[str]:
    with Hashing() as counts:
        client.post(FORM, {"kind": "erasure", "email": email})
    return counts


def work(client: Client, email: str) -> tuple[list[str], int, int, int, list[str]]:
    """The statements as they are but for their values, letters, codes, status and headers."""
    letters, codes = Message.objects.count(), VerificationCode.objects.count()
    with CaptureQueriesContext(connection) as done:
        answer = client.post(FORM, {"kind": "erasure", "email": email})
    said = [
        re.sub(r"'[^']*'|\b\d+\b|\bs\d+_x\d+", "?", query["sql"]) for query in done.captured_queries
    ]
    return (
        said,
        Message.objects.count() - letters,
        VerificationCode.objects.count() - codes,
        answer.status_code,
        sorted(answer.headers),
    )


def test_an_erasure_asked_for_before_the_address_changed_stops_and_both_hear_it(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    signed_in.post("/en/account/privacy/delete/")
    EmailAddress.objects.update(email="new@example.com")
    User.objects.filter(pk=anna.pk).update(email="new@example.com")

    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        run_due_requests()
        told = {mail.to[0] for mail in inbox()[-2:]}

    assert User.objects.filter(pk=anna.pk).exists()
    assert told == {"anna.jansen@example.com", "new@example.com"}


def test_staff_cannot_open_a_persons_own_pages_or_fetch_what_was_made_for_him(
    signed_in: Client, inbox: Inbox
) -> None:
    signed_in.post("/en/account/privacy/download/", {"kind": "access"})
    case = Request.objects.latest("pk")

    staff = officer()

    assert staff.get(f"/en/account/privacy/requests/{case.reference}/").status_code == 404
    fetched = staff.post(f"/en/account/privacy/download/{case.reference}/")
    assert fetched.status_code in (302, 404)
    assert "zip" not in str(fetched.headers.get("Content-Type"))


def written_down(staff: Client, kind: str) -> Request:
    """What staff filed for somebody, as if it had come by post."""
    said = {"kind": kind, "email": GUEST, "message": "By post.", "language": "en"}
    assert staff.post("/admin/privacy/request/enter/", said).status_code == 302
    return Request.objects.latest("pk")


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_staff_who_files_for_somebody_is_seen_by_him_and_gets_and_erases_nothing(
    client: Client, inbox: Inbox, kind: str
) -> None:
    order, staff = make_order("2026-000001"), officer()
    case = written_down(staff, kind)
    page = f"/admin/privacy/request/{case.pk}/decide/"

    staff.post(page, {"decision": "approve"})
    run_due_requests()

    case.refresh_from_db()
    assert case.state == "awaiting_verification"
    assert not Export.objects.exists()
    assert Order.objects.get(pk=order.pk).email == order.email
    mail = inbox()[-1]
    assert mail.to == [GUEST]
    assert "Our data protection officer wrote down a request" in str(mail.body)
    assert "Our data protection officer" in str(mail.alternatives[0][0])
    client.post(f"/en/privacy/request/{case.reference}/code/", {"code": code_in(mail)})
    seen = client.get(f"/en/privacy/request/{case.reference}/").content.decode()
    assert "Our data protection officer wrote this request down" in seen


def test_who_filed_it_does_not_approve_it_and_what_a_colleague_approves_goes_to_the_person_alone(
    client: Client, inbox: Inbox
) -> None:
    make_order("2026-000001")
    staff = officer()
    case = written_down(staff, "access")
    client.post(f"/en/privacy/request/{case.reference}/code/", {"code": code_in(inbox()[-1])})

    staff.post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    case.refresh_from_db()
    assert case.state == "in_assessment"
    colleague = officer(email="kees@soocas.example")
    colleague.post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    run_due_requests()
    make_all()

    link = next(link_in(mail) for mail in inbox() if "/fetch/" in mail.body)
    assert {tuple(mail.to) for mail in inbox()} == {(GUEST,)}
    token = link.strip("/").split("/")[-1]
    assert token not in staff.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()
    assert staff.post(f"/en/account/privacy/download/{case.reference}/").status_code in (302, 404)
    assert Client().get(link).status_code == 200  # still there for him


def test_a_link_that_was_used_opens_nothing_for_whoever_sends_it_again(
    client: Client, inbox: Inbox
) -> None:
    make_order("2026-000001")
    page = file(client, GUEST, "access")
    client.post(page, {"code": code_in(inbox()[-1])})
    case, staff = Request.objects.get(), officer()
    staff.post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    run_due_requests()
    make_all()
    link = next(link_in(mail) for mail in inbox() if "/fetch/" in mail.body)
    first = client.post(link)
    assert first["Content-Type"] == "application/zip"
    assert opened(first).namelist()

    for replayed in (client, Client(), staff):
        for answer in (replayed.get(link), replayed.post(link)):
            assert answer.status_code == 410
            assert "zip" not in answer["Content-Type"]
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        run_due_requests()
        assert client.post(link).status_code in (404, 410)


def test_two_accounts_whose_addresses_differ_by_a_tag_see_each_their_own(db: None) -> None:
    first, second = (User.objects.create_user(f"jo{tag}@example.org", "x") for tag in ("", "+b"))
    for user in (first, second):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    order = make_order("2026-000001")
    Order.objects.filter(pk=order.pk).update(email=first.email)

    assert order.number in str(collect(subjects.of(first)))
    assert order.number not in str(collect(subjects.of(second)))
