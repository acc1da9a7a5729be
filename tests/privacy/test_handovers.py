"""Whose a hand-over is, and how long it stays: never a stranger's, and as long as its order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.letters.post import page_of
from orders.models import Invoice, Order
from orders.personal_data import told_paypal
from privacy import gate
from privacy.models import ConsentDecision, Disclosure, Duty, Request
from privacy.requests import filing
from privacy.tasks import purge
from tests.privacy.conftest import Inbox, officer, rounds
from tests.privacy.test_kinds import decide
from tests.privacy.test_kinds import proved as asked
from tests.privacy.test_receipt import order_of
from tests.privacy.test_requests_own_data import make_order

pytestmark = pytest.mark.django_db(transaction=True)
CENTRE, TOLD, DELETE = (f"/en/account/privacy/{page}" for page in ("", "told/", "delete/"))
OVER = {"state": "closed", "closed_at": "2026-01-01T12:00Z", "liable_from_at": "2026-01-01T12:00Z"}
STRANGER = {"number": "SO-9", "nonce": "stranger"}


def strangers(address: str, **values: str) -> Order:
    """A guest's order on which this address was typed, which nobody proved."""
    order = order_of(User.objects.create_user("x@example.net"), **{**STRANGER, **values})
    typed = {"customer": None, "email": address, "delivery_name": "Stan Strange"}
    Order.objects.filter(pk=order.pk).update(**typed)
    order.refresh_from_db()
    told_paypal(order, now=timezone.now())
    return order


def deleted(anna: User, inbox: Inbox) -> Request:
    anna.refresh_from_db()
    case = filing.file_deletion(
        anna, now=timezone.now() - settings.COOLING_OFF - timedelta(hours=1)
    )
    inbox()
    return gone_on(case, inbox)


def gone_on(case: Request, inbox: Inbox) -> Request:
    purge()
    return rounds(case, inbox)


def to_paypal(case: Request) -> list[Duty]:
    return [*case.duties.filter(recipient="paypal").order_by("pk")]


def test_the_payment_of_a_mistyped_address_is_neither_told_nor_asked_to_be_erased(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    strangers(anna.email)
    for page in (CENTRE, TOLD):
        assert "PayPal (" not in signed_in.get(page).content.decode()
        assert "SO-9" not in signed_in.get(page).content.decode()

    case = deleted(anna, inbox)

    assert to_paypal(case) == []
    assert Disclosure.objects.filter(reference="SO9", email=anna.email).exists()


def test_what_was_not_reached_is_named_before_and_after(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    User.objects.update(language="en")
    strangers(anna.email)

    before = signed_in.get(DELETE).content.decode()
    deleted(anna, inbox)
    receipt = next(mail for mail in inbox() if mail.subject == "What we erased")

    assert "Not reached" in before
    assert "<li>Orders (1)</li>" in before
    assert "Orders (1)" in str(receipt.body).partition("nobody proved it for them")[2]
    assert "Stan" not in before + str(receipt.body)
    assert Order.objects.get().email == anna.email


def test_who_opens_the_link_of_the_orders_mail_reads_who_received_it(
    signed_in: Client, anna: User
) -> None:
    order = strangers(anna.email)
    assert not Disclosure.objects.exclude(proved_at=None).exists()

    signed_in.get(page_of(order).removeprefix(settings.SITE_URL))

    assert Disclosure.objects.get(reference="SO9").proved_at is not None
    assert "PayPal" in signed_in.get(TOLD).content.decode()


@pytest.mark.parametrize(("number", "told"), [("SO-9", 1), ("SO-8", 0), ("", 0)])
def test_who_names_the_number_has_its_recipients_told(
    client: Client, inbox: Inbox, number: str, told: int
) -> None:
    strangers("guest@example.org", **OVER)
    case = asked(client, inbox, "erasure", order_reference=number)
    decide(case, officer(), "approve")

    gone_on(case, inbox)

    assert len(to_paypal(case)) == told
    kept = Disclosure.objects.filter(email="guest@example.org", about__startswith="order:")
    assert kept.exists() is not bool(told)


def test_recipients_of_an_order_that_runs_are_told_when_it_goes_and_not_before(
    anna: User, inbox: Inbox
) -> None:
    User.objects.update(language="en")
    over, runs = order_of(anna, **OVER), order_of(anna, number="SO-2", nonce="2")
    for order in (over, runs):
        told_paypal(order, now=timezone.now())

    case = deleted(anna, inbox)

    assert case.state == "partially_retained"
    [first] = to_paypal(case)
    assert (first.state, first.ended_at is not None) == ("confirmed", True)
    kept = Disclosure.objects.get(about=f"order:{runs.pk}")
    assert kept.email == anna.email
    assert not Disclosure.objects.filter(about=f"order:{over.pk}", email=anna.email).exists()
    receipt = next(mail for mail in inbox() if mail.subject == "What we erased")
    assert "Hand-overs of your data (1)" in str(receipt.body)

    Order.objects.filter(pk=runs.pk).update(**OVER)
    case = gone_on(case, inbox)

    assert case.state == "fulfilled"
    assert [duty.state for duty in to_paypal(case)] == ["confirmed", "confirmed"]
    assert not Disclosure.objects.filter(email=anna.email).exists()


def test_of_whom_only_something_running_was_given_it_is_said_that_he_is_told_later(
    anna: User, inbox: Inbox
) -> None:
    User.objects.update(language="en")
    told_paypal(order_of(anna), now=timezone.now())

    case = deleted(anna, inbox)

    assert to_paypal(case) == []
    receipt = next(mail for mail in inbox() if mail.subject == "What we erased")
    assert "is told when what still runs with you has ended" in str(receipt.body)


def test_a_restriction_outlives_the_account_as_long_as_an_order_runs(
    anna: User, inbox: Inbox
) -> None:
    order = order_of(anna)
    told_paypal(order, now=timezone.now())
    gate.decide(None, anna, ConsentDecision.Action.RESTRICTED, timezone.now())

    case = deleted(anna, inbox)

    assert not User.objects.filter(pk=anna.pk).exists()
    assert gate.is_restricted(order.email)

    Order.objects.update(**OVER)
    case = gone_on(case, inbox)

    assert case.state == "fulfilled", [*case.events.values_list("action", flat=True)]
    assert not ConsentDecision.objects.filter(email=anna.email).exists()


def test_what_the_law_keeps_until_a_day_is_said_again_when_the_rest_goes(
    anna: User, inbox: Inbox
) -> None:
    """By then nothing leads from the invoice to her: what was said of it once is said again."""
    User.objects.update(language="en")
    make_order("2026-000001")
    lately = timezone.now() - timedelta(days=10)
    Order.objects.update(customer=anna, closed_at=lately, liable_from_at=lately)
    runs = order_of(anna, number="SO-2", nonce="2")
    case = deleted(anna, inbox)
    assert (case.state, case.retained_until_at) == ("partially_retained", None)

    Order.objects.filter(pk=runs.pk).update(**OVER)
    case = gone_on(case, inbox)

    last = [str(mail.body) for mail in inbox() if mail.subject == "What we erased"][-1]
    stays = last.partition("This must stay:")[2].partition("These had received")[0]
    due = Invoice.objects.get().issued_at.year + 8
    assert "Invoices (1)" in stays
    assert f"until 1 January {due}" in stays
    assert case.state == "partially_retained"
    assert case.retained_until_at is not None
    assert timezone.localtime(case.retained_until_at).year == due
