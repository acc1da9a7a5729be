"""What a request reaches in other rooms, and what is held about the request itself."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.models import Invoice, Order
from privacy.models import Request, RequestEvent, VerificationCode
from privacy.tasks import purge, run_due_requests
from tests.orders.paper import SMALL
from tests.privacy.archives import make_all, opened
from tests.privacy.conftest import Inbox, code_in, left, officer

GUEST = "guest@example.org"
WHERE = {"street": "Lindenlaan", "house_number": "12", "postcode": "1015 AA", "city": "Amsterdam"}


@pytest.fixture
def order(db: None) -> Order:
    """A guest's closed order of last year, whose address was proved, with its invoice."""
    return make_order("2025-000001")


def make_order(number: str, *, proved: bool = True, paper: bool = True) -> Order:
    then = timezone.now() - timedelta(days=365)
    address = {f"{kind}_{k}": v for kind in ("delivery", "billing") for k, v in WHERE.items()}
    order = Order.objects.create(
        number=number,
        nonce=number,
        email=GUEST.upper(),
        email_proved_at=then if proved else None,
        phone="+31612345678",
        delivery_name="Greet Gast",
        billing_name="Greet Gast",
        delivery_country="NL",
        billing_country="NL",
        shipping=Decimal("0.00"),
        shipping_vat_rate=Decimal("21.00"),
        total=Decimal("89.95"),
        state=Order.State.CLOSED,
        placed_at=then,
        closed_at=then,
        liable_from_at=then,
        **address,
    )
    if paper:
        Invoice.objects.create(
            order=order,
            number=f"F{number}",
            issued_at=then,
            name="Greet Gast",
            country="NL",
            total=order.total,
            content=SMALL,
            **WHERE,
        )
    return order


def ask(client: Client, inbox: Inbox, kind: str, **typed: str) -> Request:
    answer = client.post("/en/privacy/request/", {"kind": kind, "email": GUEST, **typed})
    client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})
    inbox()  # what still waits to be sent would stay until it is
    return Request.objects.latest("pk")


def approve(case: Request) -> Request:
    officer().post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    make_all()
    case.refresh_from_db()
    return case


def test_a_guests_order_is_erased_but_for_the_invoice_and_the_receipt_says_until_when(
    client: Client, inbox: Inbox, order: Order
) -> None:
    case = approve(ask(client, inbox, "erasure"))

    order.refresh_from_db()
    assert (order.email, order.phone, order.delivery_street) == ("", "", "")
    assert Invoice.objects.get().name == "Greet Gast"
    receipt = inbox()[-1]
    run_due_requests()
    case.refresh_from_db()
    assert case.state == "partially_retained"
    assert receipt.to == [GUEST]
    assert "Art. 17(3)(b)" in receipt.body
    assert f"until 1 January {timezone.now().year - 1 + 8}" in receipt.body
    assert "Lindenlaan" not in receipt.body


def test_what_had_to_stay_ends_by_itself(client: Client, inbox: Inbox, order: Order) -> None:
    case = approve(ask(client, inbox, "erasure"))
    inbox()
    run_due_requests()

    with time_machine.travel(timezone.now() + timedelta(days=366 * 8), tick=False):
        purge()
        run_due_requests()

    assert not Invoice.objects.filter(name="Greet Gast").exists()
    assert not Request.objects.filter(pk=case.pk).exclude(state="fulfilled").exists()


def test_an_order_that_nobody_proved_is_reached_only_by_its_number(
    client: Client, inbox: Inbox
) -> None:
    mistyped, named = (
        make_order("2025-000002", proved=False),
        make_order("2025-000003", proved=False),
    )

    case = ask(client, inbox, "erasure", order_reference=named.number)
    page = officer("dpo", "ilias@soocas.example").get(f"/admin/privacy/request/{case.pk}/change/")
    approve(case)

    assert "orders: 1" in page.content.decode() or "bestellingen: 1" in page.content.decode()
    mistyped.refresh_from_db()
    named.refresh_from_db()
    assert mistyped.delivery_street == "Lindenlaan"
    assert named.delivery_street == ""


def test_the_copy_for_a_guest_holds_his_order_his_requests_and_who_looked(
    client: Client, inbox: Inbox, order: Order
) -> None:
    case = ask(client, inbox, "access")
    officer("dpo", "ilias@soocas.example").get(f"/admin/privacy/request/{case.pk}/change/")
    approve(case)
    link = inbox()[-1].body.split("http")[1].split()[0]

    file = opened(client.post(link[link.index("/", 5) :]))
    held = file.read("data.json").decode()

    json.loads(held)
    assert "Lindenlaan" in held
    assert "2025-000001" in held
    assert "looked" in held
    assert "ilias" not in held
    assert case.codes.get().digest not in held


def test_a_verified_address_of_an_account_reaches_the_account_too(
    client: Client, inbox: Inbox, anna: User
) -> None:
    answer = client.post("/en/privacy/request/", {"kind": "erasure", "email": anna.email.upper()})
    client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})

    approve(Request.objects.get())

    assert not User.objects.filter(email=anna.email).exists()


def test_an_address_that_an_account_never_verified_does_not_reach_it(
    client: Client, inbox: Inbox, db: None
) -> None:
    User.objects.create_user(GUEST, "x", name="Somebody Else")

    approve(ask(client, inbox, "erasure"))

    assert User.objects.get(email=GUEST).name == "Somebody Else"


def test_after_an_erasure_the_address_is_nowhere_in_the_requests(
    client: Client, inbox: Inbox, order: Order
) -> None:
    approve(ask(client, inbox, "erasure", message=f"Write to {GUEST}"))
    inbox()
    run_due_requests()

    rows = [*Request.objects.values(), *RequestEvent.objects.values()]
    assert GUEST not in str(rows)


def test_the_purge_forgets_the_address_at_once_and_the_case_after_two_years(
    client: Client, inbox: Inbox
) -> None:
    case = ask(client, inbox, "question", message="Do you?")
    officer().post(
        f"/admin/privacy/request/{case.pk}/decide/", {"decision": "answer", "answer": "Yes, we do."}
    )
    left(case)
    running = ask(client, inbox, "question", message="And now?")

    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        purge()
    case.refresh_from_db()
    assert (case.email, case.answer) == ("", "Yes, we do.")
    assert not VerificationCode.objects.filter(request=case).exists()

    with time_machine.travel(timezone.now() + timedelta(days=100), tick=False):
        purge()
    case.refresh_from_db()
    assert case.answer == ""

    with time_machine.travel(timezone.now() + timedelta(days=366 * 2 + 1), tick=False):
        purge()
    assert not Request.objects.filter(pk=case.pk).exists()
    running.refresh_from_db()
    assert running.email == GUEST
