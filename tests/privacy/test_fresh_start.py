"""A new account with the address of somebody erased: it sees nothing of what had to stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from orders.models import Order
from orders.personal_data import told_paypal
from privacy import export, gate, subjects
from privacy.models import ConsentDecision, Request
from privacy.requests import filing
from privacy.requests.subject import subject_of
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox
from tests.privacy.test_handovers import OVER, deleted, gone_on
from tests.privacy.test_kinds import proved as asked
from tests.privacy.test_receipt import order_of

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "anna.jansen@example.com"
PAGES = ("", "requests/", "choices/", "told/", "correct/", "delete/")


@pytest.fixture
def left(anna: User, inbox: Inbox) -> Order:
    """An order of hers that still runs when she is erased, and a request that is still open."""
    order = order_of(anna, number="SO-7", email_proved_at=timezone.now())
    told_paypal(order, now=timezone.now())
    gate.decide(None, anna, ConsentDecision.Action.RESTRICTED, timezone.now())
    question = Request.objects.create(
        kind="question",
        state="in_assessment",
        user_id=anna.pk,
        email=ADDRESS,
        email_proved_at=timezone.now(),
        message="An old secret.",
        received_at=timezone.now(),
        due_at=timezone.now(),
    )
    case = deleted(anna, inbox)
    assert case.state == "partially_retained"
    assert Order.objects.get().email == ADDRESS
    assert Request.objects.filter(pk=question.pk).exists()
    order.refresh_from_db()
    return order


@pytest.fixture
def newcomer(left: Order) -> User:
    user = User.objects.create_user(ADDRESS, "another battery", name="Nina Newcomer", language="en")
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


def seen(user: User) -> str:
    client = Client()
    client.force_login(user)
    pages = (client.get(f"/en/account/privacy/{page}") for page in PAGES)
    return "".join(page.content.decode() for page in pages)


def test_it_sees_nothing_of_what_had_to_stay(newcomer: User) -> None:
    told = str(export.collect(subjects.of(newcomer))) + seen(newcomer)

    assert "Nina Newcomer" in told
    for old in ("SO-7", "PayPal (", "An old secret.", "Anna Jansen", "Not reached"):
        assert old not in told


def test_a_restriction_of_the_old_order_is_none_of_the_new_account(
    newcomer: User, left: Order
) -> None:
    assert gate.is_restricted(left.email)
    assert not gate.is_restricted(newcomer)
    assert not gate.history(newcomer).exists()


def test_what_it_orders_as_a_guest_and_proves_it_sees(newcomer: User) -> None:
    new = order_of(newcomer, number="SO-8", nonce="8", email_proved_at=timezone.now())
    Order.objects.filter(pk=new.pk).update(customer=None)

    told = str(export.collect(subjects.of(newcomer)))

    assert "SO-8" in told
    assert "SO-7" not in told


@pytest.mark.parametrize(("number", "opened"), [("SO-7", True), ("", False)])
def test_the_number_still_opens_it(
    left: Order, client: Client, inbox: Inbox, number: str, opened: bool
) -> None:
    case = asked(client, inbox, "access", email=ADDRESS, order_reference=number)

    assert ("SO-7" in str(export.collect(subject_of(case)))) is opened


def test_the_first_erasure_still_ends_what_was_left(
    newcomer: User, left: Order, inbox: Inbox
) -> None:
    Order.objects.update(**OVER)
    over = {"state": "fulfilled", "closed_at": OVER["closed_at"]}
    Request.objects.filter(kind="question").update(**over)

    case = gone_on(Request.objects.get(kind="erasure"), inbox)

    assert case.sealed == {}  # it looks for nothing more
    assert Order.objects.get().email == ""
    assert User.objects.filter(pk=newcomer.pk).exists()


def test_as_long_as_the_ledger_cannot_be_read_nothing_old_is_shown_and_nothing_begins(
    newcomer: User, settings: Settings, tmp_path: Path, inbox: Inbox
) -> None:
    case = filing.file_deletion(newcomer, now=timezone.now() - configured.COOLING_OFF * 2)
    inbox()
    settings.TOMBSTONES = str(tmp_path / "gone" / "ledger.jsonl")

    told = seen(newcomer)
    run_due_requests()
    case.refresh_from_db()

    assert "SO-7" not in told
    assert case.state == "cooling_off"
    assert User.objects.filter(pk=newcomer.pk).exists()
