"""What the letter after an erasure says: all that stays, who was told, and whether we write on."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts.models import User
from orders.models import Order
from orders.personal_data import PAYMENT, PAYPAL
from outbox.personal_data import MAIL_PROVIDER
from privacy.models import Request
from privacy.requests import filing
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox

pytestmark = pytest.mark.django_db(transaction=True)

LAST = "This letter is the last thing we send to this address"
ADDRESS = ("name", "street", "house_number", "postcode", "city")
SHOWN = {"delivery_country": "NL", "billing_country": "NL"}


def order_of(anna: User, **values: Any) -> Order:
    typed = {f"{side}_{name}": "x" for side in ("delivery", "billing") for name in ADDRESS}
    money = {"shipping": Decimal(0), "shipping_vat_rate": Decimal(21), "total": Decimal(20)}
    row: dict[str, Any] = {"number": "SO-1", "nonce": "n", "placed_at": timezone.now(), **values}
    return Order.objects.create(customer=anna, email=anna.email, **typed, **money, **SHOWN, **row)


def erased(anna: User, inbox: Inbox) -> tuple[EmailMultiAlternatives, str]:
    """The receipt of Anna's deletion, as text and as HTML."""
    User.objects.update(language="en")
    anna.refresh_from_db()
    filing.file_deletion(anna, now=timezone.now() - settings.COOLING_OFF - timedelta(hours=1))
    inbox()
    run_due_requests()
    mail = inbox()[-1]
    run_due_requests()
    assert "What we erased" in mail.subject
    return mail, str(mail.alternatives[0][0])


def test_while_an_unpaid_order_keeps_the_address_the_letter_is_not_the_last(
    anna: User, inbox: Inbox
) -> None:
    order_of(anna)

    mail, html = erased(anna, inbox)

    assert Order.objects.get().email == anna.email
    for text in (str(mail.body), html):
        assert LAST not in text
        assert "we may still write to you" in text


def test_once_the_order_is_over_its_address_goes_and_the_letter_is_the_last(
    anna: User, inbox: Inbox
) -> None:
    order_of(anna, state="closed", closed_at=timezone.now(), liable_from_at=timezone.now())

    mail, html = erased(anna, inbox)

    assert Order.objects.get().email == ""
    for text in (str(mail.body), html):
        assert LAST in text
        assert "we may still write to you" not in text


def test_the_case_itself_is_on_the_list_of_what_stays_with_its_two_years(
    anna: User, inbox: Inbox
) -> None:
    mail, html = erased(anna, inbox)

    case = Request.objects.get()
    assert (case.state, case.email) == ("fulfilled", "")
    until: datetime = timezone.localtime(case.closed_at) + timedelta(days=1)
    for text in (str(mail.body), html):
        assert "This request and its history, without your address" in text
        assert f"until {until.day} {until:%B} {until.year + 2}" in text
        assert "Art. 17(3)(b)" in text
        assert "Nothing stays" not in text


def test_who_had_received_data_is_named_with_the_day_and_what(anna: User, inbox: Inbox) -> None:
    now = timezone.now() - timedelta(days=30)
    for _ in range(2):
        PAYPAL.received(anna, purpose=PAYMENT, fields=["number", "total"], now=now)
    PAYPAL.received("bram@example.com", purpose=PAYMENT, fields=["phone"], now=now)

    mail, html = erased(anna, inbox)

    day = timezone.localtime(now)
    for text in (str(mail.body), html):
        assert f"{PAYPAL.name} (Luxembourg), {day.day} {day:%B %Y}: order number, total" in text
        assert text.count(PAYPAL.name) == 1
        assert "phone" not in text


def test_what_the_case_keeps_while_a_recipient_is_silent_is_on_the_list_of_what_stays(
    anna: User, inbox: Inbox
) -> None:
    PAYPAL.received(anna, purpose=PAYMENT, fields=["number"], now=timezone.now())

    mail, html = erased(anna, inbox)

    for text in (str(mail.body), html):
        assert "until each recipient has answered" in text
        assert "until the rest is erased too" not in text


def test_who_received_nothing_is_not_named_and_who_carried_our_mail_is(
    anna: User, inbox: Inbox
) -> None:
    mail, html = erased(anna, inbox)

    for text in (str(mail.body), html):
        assert f"{MAIL_PROVIDER.name} (Netherlands)" in text
        assert PAYPAL.name not in text
        assert "until each recipient has answered" not in text
