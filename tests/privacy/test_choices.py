"""The page of choices: it acts at once, without JavaScript, and tells all that was decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mailings.models import Subscription
from mailings.personal_data import CONFIRMING, NEWSLETTER, OPENS, WORDING
from orders.models import Order
from orders.personal_data.purposes import FOR_YOU, HANDLING, PHONE_CHECK
from privacy import gate
from privacy.models import Duty, Hold, Request
from privacy.purposes import purposes
from privacy.tasks import purge
from tests.orders.paper import sold

PAGE = "/en/account/privacy/choices/"


def do(client: Client, act: str, **typed: str) -> str:
    answer = client.post(PAGE, {"do": act, **typed}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("purpose", [OPENS, FOR_YOU, PHONE_CHECK])
def test_a_consent_is_given_and_withdrawn_with_one_button_each(
    signed_in: Client, anna: User, purpose: object
) -> None:
    key = purpose.key  # type: ignore[attr-defined]
    allows = purposes[key].allows

    assert not allows(anna)
    page = do(signed_in, "give", purpose=key)
    assert allows(anna)
    assert str(purposes[key].notice) in page
    do(signed_in, "give", purpose=key)
    do(signed_in, "withdraw", purpose=key)
    do(signed_in, "withdraw", purpose=key)

    assert not allows(anna)
    assert [d.action for d in gate.history(anna)] == ["given", "withdrawn"]
    given = gate.history(anna).first()
    assert given.wording.startswith("Yes, you may")
    assert given.notice_version == purposes[key].notice


def test_the_newsletter_stands_in_the_same_history_and_really_stops(
    signed_in: Client, anna: User
) -> None:
    page = do(signed_in, "give", purpose="newsletter")
    assert NEWSLETTER.allows(anna)
    assert Subscription.objects.get().state == "confirmed"
    assert str(WORDING) in page

    do(signed_in, "withdraw", purpose="newsletter")

    assert not NEWSLETTER.allows(anna)
    assert Subscription.objects.get().state == "ended"
    assert [d.action for d in gate.history(anna)] == ["given", "withdrawn"]


def test_no_advertising_at_all_is_absolute_until_a_new_yes(signed_in: Client, anna: User) -> None:
    do(signed_in, "give", purpose="newsletter")
    do(signed_in, "give", purpose="for-you")

    do(signed_in, "no_marketing")

    assert not NEWSLETTER.allows(anna)
    assert not FOR_YOU.allows(anna)
    assert not Request.objects.exists(), "nobody decides on it"
    do(signed_in, "give", purpose="newsletter")
    assert NEWSLETTER.allows(anna)


def test_an_objection_stops_at_once_and_becomes_one_request(signed_in: Client, anna: User) -> None:
    assert CONFIRMING.allows(anna)

    for _ in range(2):
        do(signed_in, "object", purpose=CONFIRMING.key)

    assert not CONFIRMING.allows(anna)
    case = Request.objects.get()
    assert (case.kind, case.state, case.user) == ("objection", "in_assessment", anna)
    assert [e.action for e in case.events.all()] == ["received", "signed_in", "stopped"]


def test_what_is_only_kept_is_used_again_when_the_person_says_so(
    signed_in: Client, anna: User
) -> None:
    for _ in range(2):
        do(signed_in, "restrict", why="wrong")
    assert not HANDLING.allows(anna)
    assert "only kept now" in signed_in.get(PAGE).content.decode()
    assert Request.objects.get().kind == "restriction"

    do(signed_in, "lift")
    do(signed_in, "lift")

    assert HANDLING.allows(anna)
    assert [d.action for d in gate.history(anna)] == ["restricted", "lifted"]


def test_an_order_is_kept_longer_until_a_day_and_that_is_taken_back(
    signed_in: Client, anna: User
) -> None:
    then = timezone.now() - timedelta(days=600)
    order = sold(("9.95", "21", 1), customer=anna, now=then, state="closed", closed_at=then)
    until = (timezone.localdate() + timedelta(days=400)).isoformat()

    page = do(signed_in, "keep", thing=f"orders.Order:{order.pk}", until=until)
    assert order.number in page
    purge()
    assert Order.objects.get().email
    do(signed_in, "take_back", hold=str(Hold.objects.get().pk))
    purge()

    assert not Order.objects.get().email


@pytest.mark.parametrize(
    "typed",
    [
        {"do": "give", "purpose": "mail"},
        {"do": "give", "purpose": "\x00"},
        {"do": "withdraw"},
        {"do": "object", "purpose": "claims"},
        {"do": "object", "purpose": "security"},
        {"do": "restrict", "why": "x"},
        {"do": "restrict"},
        {"do": "keep", "thing": "accounts.User:1", "until": "2027-01-01"},
        {"do": "keep", "thing": "orders.Order:\x00", "until": "9999-12-31"},
        {"do": "take_back", "hold": "9" * 30},
        {"do": "take_back", "hold": "x"},
        {"do": "\x00"},
        {},
    ],
)
def test_what_is_forged_changes_nothing(
    signed_in: Client, anna: User, typed: dict[str, str]
) -> None:
    answer = signed_in.post(PAGE, typed, follow=True)

    assert answer.status_code == 200
    assert not gate.history(anna).exists()
    assert not Hold.objects.exists()
    assert not Request.objects.exists()


@pytest.mark.parametrize("day", ["2000-01-01", "9999-12-31", "0001-01-01"])
def test_a_day_that_cannot_be_is_refused_in_words(signed_in: Client, anna: User, day: str) -> None:
    order = sold(("9.95", "21", 1), customer=anna)

    page = do(signed_in, "keep", thing=f"orders.Order:{order.pk}", until=day)

    assert "Choose a day from tomorrow" in page
    assert not Hold.objects.exists()


def test_nobody_keeps_another_persons_order_or_takes_back_his_wish(
    signed_in: Client, anna: User
) -> None:
    other = User.objects.create_user("other@example.org", "x")
    order = sold(("9.95", "21", 1), customer=other, email=other.email)
    now = timezone.now()
    wish = Hold.objects.create(
        model="orders.Order", key=str(order.pk), ground="wish", user=other, placed_at=now
    )

    do(signed_in, "keep", thing=f"orders.Order:{order.pk}", until="2027-12-31")
    do(signed_in, "take_back", hold=str(wish.pk))

    assert Hold.objects.get().released_at is None
    assert not Duty.objects.exists()


def test_the_page_is_for_its_owner_alone(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, {"do": "no_marketing"}).status_code == 302
