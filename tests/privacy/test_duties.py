"""Who was really given someone's data is told what became of it, until he answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from orders.personal_data import CARRIER, FULFILMENT, PAYMENT, PAYPAL
from outbox.models import Message
from outbox.personal_data import MAIL_PROVIDER
from privacy import duties, subjects, telling
from privacy.models import Disclosure, Duty, Request
from privacy.purposes import Notice
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


def given(anna: User, *, days: int = 3) -> None:
    at = timezone.now() - timedelta(days=days)
    PAYPAL.received(anna, purpose=PAYMENT, fields=["number"], about="order:1", now=at)
    CARRIER.received(anna, purpose=FULFILMENT, fields=["delivery_name"], about="order:1", now=at)
    CARRIER.received(anna, purpose=FULFILMENT, fields=["phone"], about="order:2", now=at)


def opened(case: Request, kind: str = "erasure") -> dict[str, Duty]:
    found = duties.open_for(case, Duty.Kind(kind), subjects.of(case.user), now=timezone.now())
    return {duty.recipient: duty for duty in found}


@pytest.fixture
def calls() -> Iterator[Callable[[Tell], None]]:
    """Give the carrier an interface for one test."""

    def interface(tell: Tell) -> None:
        object.__setattr__(CARRIER, "tell", tell)

    yield interface
    object.__setattr__(CARRIER, "tell", None)


def later(**ahead: float) -> datetime:
    return timezone.now() + timedelta(**ahead)


def test_each_actual_recipient_has_one_duty_and_nobody_else(case: Request, anna: User) -> None:
    given(anna)
    PAYPAL.received("bram@example.com", purpose=PAYMENT, fields=["phone"], now=timezone.now())

    opened(case)
    opened(case)

    assert sorted(Duty.objects.values_list("recipient", flat=True)) == ["carrier", "paypal"]


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


def test_the_carrier_must_answer_and_the_officer_writes_it_down(
    case: Request, anna: User, inbox: Inbox
) -> None:
    given(anna)
    carrier = opened(case)["carrier"]
    tell_recipients()
    inbox()
    tell_recipients()
    carrier.refresh_from_db()
    assert carrier.state == "told"
    assert duties.running(case).filter(pk=carrier.pk).exists()

    duties.answer(carrier, Duty.State.CONFIRMED, "done", by=PERSON, now=timezone.now())

    carrier.refresh_from_db()
    assert (carrier.state, carrier.said, carrier.sealed) == ("confirmed", "done", {})
    assert case.events.filter(action="recipient", reason="carrier:confirmed").count() == 1
    assert is_intact(case)
    with pytest.raises(NotPossible):
        duties.answer(carrier, Duty.State.IMPOSSIBLE, "no", by=PERSON, now=timezone.now())


def test_what_is_impossible_needs_its_reason(case: Request, anna: User) -> None:
    given(anna)
    carrier = opened(case)["carrier"]

    with pytest.raises(NotPossible):
        duties.answer(carrier, Duty.State.IMPOSSIBLE, "  ", by=PERSON, now=timezone.now())

    assert duties.running(case).filter(pk=carrier.pk).exists()


def test_a_letter_that_does_not_arrive_is_written_again_and_shown_to_the_officer_once(
    case: Request, anna: User
) -> None:
    given(anna)
    carrier = opened(case)["carrier"]

    for day in range(1, 16):
        telling.tell_due(now=later(days=day))
        Message.objects.filter(kind="privacy/duty").exclude(state="failed").update(state="failed")

    carrier.refresh_from_db()
    assert carrier.state == "failed"
    assert case.events.filter(action="escalated", reason="carrier").count() == 1
    assert Message.objects.filter(kind="privacy/duty", recipient__contains="carrier").count() > 1
    assert duties.running(case).filter(pk=carrier.pk).exists()


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
    carrier = opened(case)["carrier"]

    telling.tell_due(now=later(minutes=1))
    telling.tell_due(now=later(minutes=1))  # not yet due again
    carrier.refresh_from_db()
    assert (carrier.state, len(asked)) == ("failed", 1)
    telling.tell_due(now=later(minutes=3))
    telling.tell_due(now=later(hours=1))

    carrier.refresh_from_db()
    assert carrier.state == "confirmed"
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

    assert case.events.filter(action="escalated", reason="carrier").count() == 1


def test_a_recipient_that_nobody_knows_how_to_reach_keeps_its_duty_open(
    case: Request, anna: User, settings: object
) -> None:
    settings.RECIPIENT_ADDRESSES = {}  # type: ignore[attr-defined]
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

    assert "Anna Bos" in mails["privacy@carrier.example"]
    assert "Anna Bos" not in mails["privacy@paypal.example"]
    assert "1 May" not in mails["privacy@carrier.example"]
