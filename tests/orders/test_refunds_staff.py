"""Staff give money back in two steps: somebody asks, and somebody approves."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from orders.models import Order, OrderEvent, Refund
from orders.tasks import send_refund
from tests.orders.backwards import Bought, asks, sent, states
from tests.orders.shop import PayPal
from tests.pages import Page
from tests.people import staff_member
from tests.soocas.test_every_page import faults

State = Refund.State


class Worker:
    """Somebody at a desk."""

    def __init__(self, role: str = "staff", language: str = "en") -> None:
        self.user: User = staff_member(role=role)
        self.client = Client(headers={"accept-language": language})
        self.client.force_login(self.user)

    def sees(self, address: str) -> Page:
        answer = self.client.get(f"/admin/orders/refund/{address}")
        assert answer.status_code == 200
        return Page(answer.content.decode())

    def form(self, order: Order, **said: Any) -> dict[str, str]:
        """What the request page holds when a preview was asked for, filled in."""
        filled = {"reason": "goodwill", "position": "1"} | said
        page = self.posts(f"of/{order.pk}/ask/", **filled, preview="1").content.decode()
        found = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]  # type: ignore[index]
            for name in ("position", "seen")
        }
        return filled | found

    def posts(self, address: str, **said: Any) -> Any:
        return self.client.post(f"/admin/orders/refund/{address}", said, follow=True)

    def asks(self, order: Order, **said: Any) -> Refund:
        form = self.form(order, **said)
        answer = self.posts(f"of/{order.pk}/ask/", **form, ask="1")
        assert answer.status_code == 200
        return order.refunds.latest("position")

    def approves(self, refund: Refund) -> str:
        return str(self.posts(f"{refund.pk}/approve/").content.decode())


@pytest.fixture
def anna(db: None) -> Worker:
    return Worker()


@pytest.fixture
def bob(db: None) -> Worker:
    return Worker()


def line(order: Order, sku: str) -> str:
    return f"line-{order.lines.get(sku=sku).pk}"


def again(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


def test_the_preview_shows_amount_lines_vat_and_what_remains_and_asks_for_nothing(
    bought: Bought, anna: Worker
) -> None:
    order = bought()
    said = {line(order, "HEADS-4"): "2"}

    page = Page(
        anna.posts(f"of/{order.pk}/ask/", reason="returned", position="1", **said).content.decode()
    )

    assert "€ 49.90" in page.text
    assert "of which 21 % VAT € 8.66" in page.text
    assert "Remains of the payment € 129.95" in page.text
    assert states(order) == []


def test_what_is_asked_for_waits_and_goes_once_it_is_approved(
    bought: Bought, anna: Worker, bob: Worker, paypal: PayPal
) -> None:
    order = bought()

    refund = anna.asks(order, reason="returned", **{line(order, "HEADS-4"): "1"})
    send_refund(refund.pk)
    assert states(order) == [("requested", "24.95")]
    bob.approves(refund)
    send_refund(refund.pk)

    done = again(refund)
    assert (done.state, done.reason) == (State.COMPLETED, "returned")
    assert (done.requested_by, done.approved_by) == (anna.user, bob.user)
    assert paypal.money()[1:] == [("refund", "-24.95")]
    kinds = list(OrderEvent.objects.filter(kind__startswith="refund_").values_list("kind"))
    assert ("refund_requested",) in kinds
    assert ("refund_approved",) in kinds


def test_a_small_refund_may_be_approved_by_who_asked(bought: Bought, anna: Worker) -> None:
    refund = anna.asks(bought(), amount="10.00")

    anna.approves(refund)

    assert again(refund).approved_by == anna.user


def test_a_large_refund_needs_another_person(
    bought: Bought, anna: Worker, bob: Worker, settings: Settings
) -> None:
    settings.REFUND_FOUR_EYES_FROM = Decimal(100)
    refund = anna.asks(bought(), amount="100.00")

    assert "somebody else than who asked for it must approve" in anna.approves(refund)
    assert again(refund).approved_at is None
    assert "Approve and send" not in anna.sees(f"{refund.pk}/change/").text
    bob.approves(refund)

    assert again(refund).approved_by == bob.user


def test_a_large_refund_in_small_pieces_needs_another_person_as_well(
    bought: Bought, anna: Worker, settings: Settings
) -> None:
    settings.REFUND_FOUR_EYES_FROM = Decimal(100)
    order = bought()
    first = anna.asks(order, amount="60.00")
    anna.approves(first)
    second = anna.asks(order, amount="60.00")

    anna.approves(second)

    assert again(first).approved_at is not None
    assert again(second).approved_at is None


def test_what_is_refused_is_not_sent_and_can_be_asked_for_anew(
    bought: Bought, anna: Worker, bob: Worker, paypal: PayPal
) -> None:
    order = bought()
    refund = anna.asks(order, amount="10.00")

    bob.posts(f"{refund.pk}/refuse/")
    anna.posts(f"{refund.pk}/approve/")
    send_refund(refund.pk)

    refund = again(refund)
    assert (refund.state, refund.approved_by, refund.approved_at) == ("refused", bob.user, None)
    assert [kind for kind, _ in paypal.money()] == ["capture"]
    anna.posts(f"{refund.pk}/again/")
    assert states(order) == [("refused", "10.00"), ("requested", "10.00")]


def test_a_double_click_asks_once(bought: Bought, anna: Worker) -> None:
    order = bought()
    form = anna.form(order, amount="10.00")

    first = anna.posts(f"of/{order.pk}/ask/", **form, ask="1")
    second = anna.posts(f"of/{order.pk}/ask/", **form, ask="1")

    assert states(order) == [("requested", "10.00")]
    assert first.redirect_chain == second.redirect_chain


def test_two_colleagues_with_one_page_do_not_both_ask(
    bought: Bought, anna: Worker, bob: Worker
) -> None:
    order = bought()
    mine, his = anna.form(order, amount="10.00"), bob.form(order, amount="10.00")

    anna.posts(f"of/{order.pk}/ask/", **mine, ask="1")
    answer = bob.posts(f"of/{order.pk}/ask/", **his, ask="1")

    assert states(order) == [("requested", "10.00")]
    assert "Meanwhile another refund of this order was asked for" in answer.content.decode()


def test_what_changed_since_the_preview_is_shown_again_first(bought: Bought, anna: Worker) -> None:
    order = bought()
    form = anna.form(order, amount="10.00") | {"amount": "20.00"}

    answer = anna.posts(f"of/{order.pk}/ask/", **form, ask="1").content.decode()

    assert states(order) == []
    assert "€\N{NO-BREAK SPACE}20.00" in answer


@pytest.mark.parametrize(
    "said",
    [
        {"amount": "180.00"},
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "1e9"},
        {"amount": "NaN"},
        {"amount": "0.001"},
        {"amount": "ten\x00"},
        {"reason": "because"},
        {"reason": "double"},
        {"position": "99999999999999999999"},
        {"position": ""},
        {},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_asked_for(
    bought: Bought, anna: Worker, said: dict[str, str]
) -> None:
    order = bought()
    form = {"reason": "goodwill", "position": "1", "seen": "x", "ask": "1"} | said

    assert anna.posts(f"of/{order.pk}/ask/", **form).status_code == 200

    assert states(order) == []


def test_more_pieces_than_were_bought_are_refused(bought: Bought, anna: Worker) -> None:
    order = bought()
    said = {line(order, "HEADS-4"): "3"}

    answer = anna.posts(f"of/{order.pk}/ask/", reason="lost", position="1", **said)

    assert "less than or equal to 2" in answer.content.decode()


def test_a_dutch_comma_is_an_amount(bought: Bought) -> None:
    order = bought()

    Worker(language="nl").asks(order, amount="10,50")

    assert states(order) == [("requested", "10.50")]


def test_nobody_without_the_right_asks_or_approves(bought: Bought, anna: Worker) -> None:
    order = bought()
    refund = anna.asks(order, amount="10.00")
    auditor, dpo = Worker("auditor"), Worker("dpo")

    for who in (auditor, dpo):
        assert who.posts(f"of/{order.pk}/ask/", amount="1", position="2").status_code == 403
        assert who.posts(f"of/{order.pk}/cancel/").status_code == 403
        for deed in ("approve", "refuse", "again"):
            assert who.posts(f"{refund.pk}/{deed}/").status_code == 403
    assert "You may look, not act" in auditor.sees(f"{refund.pk}/change/").text
    assert dpo.client.get(f"/admin/orders/refund/{refund.pk}/change/").status_code == 403
    assert again(refund).approved_at is None


def test_deeds_are_done_by_their_button_only(bought: Bought, anna: Worker) -> None:
    refund = anna.asks(bought(), amount="10.00")

    for deed in ("approve", "refuse", "again"):
        assert anna.client.get(f"/admin/orders/refund/{refund.pk}/{deed}/").status_code == 405
        assert anna.posts(f"{2**70}/{deed}/").status_code == 404
    assert anna.client.get(f"/admin/orders/refund/of/{2**70}/ask/").status_code == 404
    for odd in ("x", "-1", str(2**70)):
        assert anna.client.get(f"/admin/orders/refund/{odd}/change/").status_code == 404
    assert anna.client.get(f"/admin/orders/refund/{refund.pk}/delete/").status_code == 403


def test_the_list_shows_what_waits_for_approval(bought: Bought, anna: Worker) -> None:
    order = bought()
    sent(asks(order, "5.00"))
    refund = anna.asks(order, amount="10.00")

    page = anna.sees("?todo=approve")

    assert "1 refund" in page.text
    assert str(refund) in page.text
    assert anna.user.get_short_name() in page.text


def test_the_order_s_page_leads_to_its_refunds(bought: Bought, anna: Worker) -> None:
    order = bought()
    refund = anna.asks(order, amount="10.00")

    answer = anna.client.get(f"/admin/orders/order/{order.pk}/change/")
    leads = {a.get("href") for a in Page(answer.content.decode()).all("a")}

    assert f"/admin/orders/refund/of/{order.pk}/ask/" in leads
    assert f"/admin/orders/refund/of/{order.pk}/cancel/" in leads
    assert f"/admin/orders/refund/{refund.pk}/change/" in leads


def test_the_order_s_page_says_why_nothing_can_go_back(bought: Bought, anna: Worker) -> None:
    order = bought()
    sent(asks(order, "179.85"))

    answer = anna.client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()

    assert "Refund: Everything was paid back, or is about to be." in Page(answer).text


def test_staff_cancels_a_paid_order(bought: Bought, anna: Worker) -> None:
    order = bought()
    asked = anna.client.get(f"/admin/orders/refund/of/{order.pk}/cancel/").content.decode()
    assert "€\N{NO-BREAK SPACE}179.85" in asked

    anna.posts(f"of/{order.pk}/cancel/")
    anna.posts(f"of/{order.pk}/cancel/")

    order.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert states(order) == [("requested", "179.85")]
    assert order.refunds.get().requested_by == anna.user


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_are_sound(bought: Bought, language: str) -> None:
    order, worker = bought(), Worker(language=language)
    refund = worker.asks(order, amount="10.00")
    failed = asks(order, "5.00")
    Refund.objects.filter(pk=failed.pk).update(state=State.FAILED, problem="X")
    wrong = {"amount": "x", "reason": "y", line(order, "HEADS-4"): "9"}
    shown = [
        worker.posts(f"of/{order.pk}/ask/", amount="1", reason="lost", position="3"),
        worker.posts(f"of/{order.pk}/ask/", **wrong, position="3"),
    ]

    pages = [Page(answer.content.decode()) for answer in shown]
    paths = [f"{refund.pk}/change/", f"{failed.pk}/change/", f"of/{order.pk}/cancel/"]
    pages += [worker.sees(path) for path in paths]

    for page in pages:
        assert faults(page) == []


def test_what_failed_is_asked_for_anew_once_however_often_it_is_pressed(
    bought: Bought, anna: Worker, bob: Worker, paypal: PayPal
) -> None:
    order = bought()
    refund = anna.asks(order, amount="5.00")
    paypal.fails("refund", "failed")
    anna.approves(refund)
    sent(refund)
    assert states(order) == [("failed", "5.00")]

    for _ in range(3):
        anna.posts(f"{refund.pk}/again/")

    assert states(order) == [("failed", "5.00"), ("requested", "5.00")]
    assert "Ask for it anew" not in anna.sees(f"{refund.pk}/change/").text
    new = order.refunds.latest("position")
    bob.approves(new)
    assert sent(new).state == State.COMPLETED
    assert "It was asked for anew already" in str(bob.posts(f"{refund.pk}/again/").content.decode())


def test_cancelling_for_much_money_waits_for_another_person(
    bought: Bought, anna: Worker, bob: Worker, settings: Settings
) -> None:
    settings.REFUND_FOUR_EYES_FROM = Decimal(100)
    order = bought()

    page = anna.posts(f"of/{order.pk}/cancel/").content.decode()

    order.refresh_from_db()
    refund = order.refunds.get()
    assert order.state == Order.State.CANCELLED
    assert "So much waits until somebody else approves it" in page
    assert refund.approved_at is None
    anna.approves(refund)
    assert again(refund).approved_at is None
    bob.approves(refund)
    assert again(refund).approved_by == bob.user
