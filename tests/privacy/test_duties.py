"""Who was really given someone's data is told what became of it, until he answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from orders.personal_data import FULFILMENT, PAYMENT, PAYPAL
from outbox.models import Message
from outbox.personal_data import MAIL_PROVIDER
from privacy import duties, subjects, telling
from privacy.models import Disclosure, Duty, Request
from privacy.purposes import Notice, Recipient, recipients
from privacy.requests import filing
from privacy.requests.decisions import NotPossible
from privacy.requests.events import PERSON, is_intact
from privacy.tasks import tell_recipients
from tests.privacy.conftest import Inbox

pytestmark = pytest.mark.django_db(transaction=True)
Tell = Callable[[Notice], bool]


@pytest.fixture
def case(anna: User) -> Request:
    return filing.file_deletion(anna, now=timezone.now())


@pytest.fixture(autouse=True)
def printer(settings: Settings) -> Iterator[Recipient]:
    """A company that works for us: it must answer."""
    settings.RECIPIENT_ADDRESSES = {
        **settings.RECIPIENT_ADDRESSES,
        "printer": "privacy@printer.example",
    }
    yield Recipient("Printer", "DE", key="printer", contract="contract")
    recipients.pop("printer")


def given(anna: User, *, days: int = 3) -> None:
    at = timezone.now() - timedelta(days=days)
    PAYPAL.received(anna, purpose=PAYMENT, fields=["number"], about="order:1", now=at)
    printer = recipients["printer"]
    for name in ("delivery_name", "phone"):
        printer.received(anna, purpose=FULFILMENT, fields=[name], about="order:1", now=at)


def opened(case: Request, kind: str = "erasure") -> dict[str, Duty]:
    found = duties.open_for(case, Duty.Kind(kind), subjects.of(case.user), now=timezone.now())
    return {duty.recipient: duty for duty in found}


@pytest.fixture
def calls(printer: Recipient) -> Callable[[Tell], None]:
    """Give the printer an interface."""

    def interface(tell: Tell) -> None:
        object.__setattr__(printer, "tell", tell)

    return interface


def later(**ahead: float) -> datetime:
    return timezone.now() + timedelta(**ahead)


def test_each_actual_recipient_has_one_duty_and_nobody_else(case: Request, anna: User) -> None:
    given(anna)
    PAYPAL.received("bram@example.com", purpose=PAYMENT, fields=["phone"], now=timezone.now())

    opened(case)
    opened(case)

    assert sorted(Duty.objects.values_list("recipient", flat=True)) == ["paypal", "printer"]


def test_a_recipient_is_told_no_address_that_he_was_never_given(
    case: Request, anna: User, inbox: Inbox
) -> None:
    given(anna)
    opened(case)

    tell_recipients()
    letters = [mail for mail in inbox() if mail.to == ["privacy@paypal.example"]]

    assert len(letters) == 1
    assert case.reference in letters[0].body
    assert anna.email not in str(letters[0].message())
    assert anna.name not in str(letters[0].message())


def test_paypal_is_told_and_owes_no_answer_but_only_once_the_letter_has_left(
    case: Request, anna: User, inbox: Inbox
) -> None:
    given(anna)
    paypal = opened(case)["paypal"]

    tell_recipients()
    tell_recipients()
    paypal.refresh_from_db()
    assert paypal.state == "open"

    inbox()
    tell_recipients()
    paypal.refresh_from_db()
    assert paypal.state == "confirmed"
    assert paypal.sealed == {}
    assert Message.objects.filter(kind="privacy/duty", recipient__contains="paypal").count() == 1


def test_who_works_for_us_must_answer_and_the_officer_writes_it_down(
    case: Request, anna: User, inbox: Inbox
) -> None:
    given(anna)
    printer = opened(case)["printer"]
    tell_recipients()
    inbox()
    tell_recipients()
    printer.refresh_from_db()
    assert printer.state == "told"
    assert duties.running(case).filter(pk=printer.pk).exists()

    duties.answer(printer, Duty.State.CONFIRMED, "done", by=PERSON, now=timezone.now())

    printer.refresh_from_db()
    assert (printer.state, printer.said, printer.sealed) == ("confirmed", "done", {})
    assert case.events.filter(action="recipient", reason="printer:confirmed").count() == 1
    assert is_intact(case)
    with pytest.raises(NotPossible):
        duties.answer(printer, Duty.State.IMPOSSIBLE, "no", by=PERSON, now=timezone.now())


def test_what_is_impossible_needs_its_reason(case: Request, anna: User) -> None:
    given(anna)
    printer = opened(case)["printer"]

    with pytest.raises(NotPossible):
        duties.answer(printer, Duty.State.IMPOSSIBLE, "  ", by=PERSON, now=timezone.now())

    assert duties.running(case).filter(pk=printer.pk).exists()


def test_a_letter_that_does_not_arrive_is_written_again_and_shown_to_the_officer_once(
    case: Request, anna: User
) -> None:
    given(anna)
    printer = opened(case)["printer"]

    for day in range(1, 16):
        telling.tell_due(now=later(days=day))
        Message.objects.filter(kind="privacy/duty").exclude(state="failed").update(state="failed")

    printer.refresh_from_db()
    assert printer.state == "failed"
    assert case.events.filter(action="escalated", reason="printer").count() == 1
    assert Message.objects.filter(kind="privacy/duty", recipient__contains="printer").count() > 1
    assert duties.running(case).filter(pk=printer.pk).exists()


def test_an_interface_that_is_down_is_asked_again_and_never_counts_as_told(
    case: Request, anna: User, calls: Callable[[Tell], None]
) -> None:
    asked: list[Notice] = []

    def tell(notice: Notice) -> bool:
        asked.append(notice)
        if len(asked) < 3:
            raise ConnectionError("down")
        return True

    calls(tell)
    given(anna)
    printer = opened(case)["printer"]

    telling.tell_due(now=later(minutes=1))
    telling.tell_due(now=later(minutes=1))  # not yet due again
    printer.refresh_from_db()
    assert (printer.state, len(asked)) == ("failed", 1)
    telling.tell_due(now=later(minutes=3))
    telling.tell_due(now=later(hours=1))

    printer.refresh_from_db()
    assert printer.state == "confirmed"
    assert {notice.reference for notice in asked} == {case.reference}


def test_who_stays_silent_for_two_weeks_is_shown_to_the_officer(
    case: Request, anna: User, inbox: Inbox
) -> None:
    given(anna)
    opened(case)
    tell_recipients()
    inbox()
    tell_recipients()

    telling.tell_due(now=later(days=13))
    assert not case.events.filter(action="escalated").exists()
    telling.tell_due(now=later(days=15))
    telling.tell_due(now=later(days=17))

    assert case.events.filter(action="escalated", reason="printer").count() == 1


def test_a_recipient_that_nobody_knows_how_to_reach_keeps_its_duty_open(
    case: Request, anna: User, settings: Settings
) -> None:
    settings.RECIPIENT_ADDRESSES = {}
    given(anna)
    opened(case)

    for day in range(1, 9):
        telling.tell_due(now=later(days=day))

    assert set(Duty.objects.values_list("state", flat=True)) == {"failed"}
    assert case.events.filter(action="escalated").count() == 2


def test_each_mail_is_on_record_and_its_carrier_forgets_by_contract(
    case: Request, anna: User, inbox: Inbox
) -> None:
    inbox()

    duty = opened(case)["mail-provider"]

    mine = Disclosure.objects.filter(email=anna.email, recipient=MAIL_PROVIDER.key)
    assert mine.filter(purpose="mail").count() == 1
    assert duty.state == "confirmed"
    assert "30" in duty.said or "vanzelf" in duty.said


def test_of_a_correction_a_recipient_learns_only_what_he_has(
    case: Request, anna: User, inbox: Inbox
) -> None:
    given(anna)
    for field, after in (("delivery_name", "Anna Bos"), ("birthday", "1 May")):
        case.corrections.create(
            model="orders.Order", key="1", field=field, after=after, state="applied"
        )
    opened(case, "rectification")

    tell_recipients()
    mails = {mail.to[0]: str(mail.body) for mail in inbox()}

    assert "Anna Bos" in mails["privacy@printer.example"]
    assert "Anna Bos" not in mails["privacy@paypal.example"]
    assert "1 May" not in mails["privacy@printer.example"]
