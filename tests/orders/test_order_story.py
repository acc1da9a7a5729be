"""The order's own page: all that happened, what can be done, and what is kept until when."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Order, Refund, Return
from orders.parcels import services as parcels
from orders.personal_data import kept
from orders.refunds import services as refunds
from orders.returns import inspecting, services
from orders.tasks import sweep
from tests.orders.goods import arrives, own_page, statement, withdraws
from tests.orders.parcels import send
from tests.orders.shop import PayPal, Shopper
from tests.pages import Page
from tests.people import person
from tests.soocas.test_every_page import faults

pytestmark = pytest.mark.django_db


def steps(order: Order) -> list[str]:
    """The timeline, step by step, without its moments."""
    page = Client().get(f"/en/orders/{order.token}/").content.decode()
    timeline = page.split('class="timeline"')[1].split("</ol>")[0]
    found = re.findall(r"<li[^>]*>\s*<p>(.*?)</p>", timeline, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", step) for step in found]


def aside(order: Order) -> str:
    page = Client().get(f"/en/orders/{order.token}/").content.decode()
    return page.split("<aside")[1].split("</aside>")[0]


def test_a_paid_order_says_what_happened_what_is_now_and_what_comes(paid: Order) -> None:
    assert steps(paid) == [
        "Placed",
        "Paid, €\N{NO-BREAK SPACE}129.95, with PayPal",
        "Being packed",
        "Handed to the carrier",
        "Delivered",
    ]


def test_a_parcel_on_its_way_says_so_with_its_code(paid: Order) -> None:
    send(paid, tracking="3SSOOC0000001")

    said = steps(paid)
    assert "Handed to the carrier, PostNL received the name, address and phone number" in said[2]
    assert "3SSOOC0000001" in said[2]
    assert said[3:] == ["On its way to you", "Delivered"]


def test_a_phone_number_that_nobody_gave_is_not_said_to_be_handed_over(paid: Order) -> None:
    Order.objects.filter(pk=paid.pk).update(phone="")
    send(paid, tracking="3SSOOC0000001")

    said = steps(paid)[2]

    assert "PostNL received the name and address" in said
    assert "phone" not in said


def test_the_whole_way_is_told_in_order(paid: Order, paypal: PayPal) -> None:
    arrives(paid)
    client = Client()
    withdraws(client, statement(paid), own_page(paid))
    client.post(f"/en/{own_page(paid, 'returns/1/sent/')}", {"tracking": "3SBACK"})
    back = Return.objects.get()
    row = back.lines.get()
    services.receive(back, {row.pk: 1}, now=timezone.now())
    inspecting.inspect(back, {row.pk: inspecting.Finding("as_new", 1)}, now=timezone.now())
    assert steps(paid)[-1].startswith("On its way back to you")
    sweep()

    said = [step.partition(",")[0] for step in steps(paid)]
    assert said == [
        "Placed",
        "Paid",
        "Handed to the carrier",
        "Delivered",
        "You withdrew from the contract",
        "You sent it back",
        "Your return is here",
        "We looked at it",
        "Paid back",
    ]
    assert "129.95, to the payment you used" in steps(paid)[-1]
    assert Refund.objects.count() == 1


def test_a_refund_that_waits_for_approval_is_not_told(paid: Order) -> None:
    refunds.request(
        paid, reason="goodwill", now=timezone.now(), amount=paid.total, by=person(is_staff=True)
    )

    assert not any("back" in step for step in steps(paid))


def test_the_clock_says_until_when_one_may_withdraw(paid: Order) -> None:
    arrives(paid)

    page = Client().get(f"/en/orders/{paid.token}/").content.decode()

    assert "You can withdraw until" in page
    assert re.search(r'<span class="clock">\s*<svg class="bristles"', page)
    assert re.search(r"1[4-8] days left", page)
    with time_machine.travel(timezone.now() + timedelta(days=12), tick=False):
        assert "clock-warn" in Client().get(f"/en/orders/{paid.token}/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        page = Client().get(f"/en/orders/{paid.token}/").content.decode()
        assert "You can withdraw until" not in page


def test_before_shipping_it_offers_to_cancel_and_says_why_nothing_can_be_sent_back(
    paid: Order,
) -> None:
    said = aside(paid)

    assert f'href="/en/{own_page(paid, "cancel/")}"' in said
    assert f'href="/en/{own_page(paid, "withdraw/")}"' in said
    assert f'href="/en/{own_page(paid, "send-back/")}"' not in said
    assert "Nothing of this order is with you." in said
    assert "Nothing has been handed to the carrier yet." in said
    assert f"/en/orders/{paid.token}/invoice.pdf" in said


def test_delivered_it_offers_to_send_back_and_no_more_to_cancel(paid: Order) -> None:
    arrives(paid)

    said = aside(paid)

    assert f'href="/en/{own_page(paid, "send-back/")}"' in said
    assert f'action="/en/{own_page(paid, "missing/")}"' in said
    assert f'href="/en/{own_page(paid, "cancel/")}"' not in said


def test_after_two_years_the_guarantee_is_over(paid: Order, client: Client) -> None:
    arrives(paid)

    with time_machine.travel(timezone.now() + timedelta(days=731), tick=False):
        assert "The two years of the legal guarantee are over." in aside(paid)
        assert client.get(f"/en/{own_page(paid, 'send-back/')}").status_code == 302


def test_a_closed_order_may_still_be_sent_back_under_the_guarantee(
    paid: Order, client: Client
) -> None:
    arrives(paid)
    with time_machine.travel(timezone.now() + timedelta(days=100), tick=False):
        sweep()
        page = client.get(f"/en/{own_page(paid, 'send-back/')}")

    paid.refresh_from_db()
    assert paid.state == Order.State.CLOSED
    assert page.status_code == 200


def test_what_did_not_arrive_is_reported_once(paid: Order, client: Client) -> None:
    where = f"/en/{own_page(paid, 'missing/')}"
    client.post(where)
    assert not paid.events.filter(kind="not_arrived").exists()

    send(paid)
    for _ in range(2):
        client.post(where)

    assert paid.events.get(kind="not_arrived").alert
    assert "You told us that something did not arrive" in " ".join(steps(paid))
    assert client.get(where).status_code == 405


def test_a_cancelled_order_tells_what_went_back(paid: Order, client: Client) -> None:
    client.post(f"/en/{own_page(paid, 'cancel/')}")
    sweep()

    said = steps(paid)
    assert "Cancelled" in said
    assert said[-1].startswith("Paid back, €\N{NO-BREAK SPACE}129.95")
    assert "was not paid" not in Client().get(f"/en/orders/{paid.token}/").content.decode()
    assert "This order is over." in aside(paid)


def test_what_is_kept_is_said_with_its_reason_and_its_end(paid: Order) -> None:
    said = {fact.label: fact.text for fact in kept.facts(paid, timezone.now())}

    year = timezone.localdate(paid.invoice.issued_at).year
    assert (
        said["On the invoice"] == f"Keep invoices for the tax authority, until 1 January {year + 8}"
    )
    assert said["E-mail"].endswith("as long as our contract with you runs, then 90 days")
    assert said["Shared with"].startswith("PayPal")
    assert "PostNL" not in said["Shared with"]

    arrives(paid)
    closed = timezone.now() + timedelta(days=30)
    with time_machine.travel(closed, tick=False):
        sweep()
    paid.refresh_from_db()
    said = {fact.label: fact.text for fact in kept.facts(paid, closed)}
    assert "PostNL" in said["Shared with"]
    assert re.fullmatch(r"Handle your order and tell you about it, until .* 20\d\d", said["E-mail"])
    over = kept.facts(paid, closed + timedelta(days=100))
    assert "E-mail" not in [fact.label for fact in over]


def test_what_is_erased_is_not_said_to_be_kept(paid: Order) -> None:
    Order.objects.filter(pk=paid.pk).update(phone="", email="")
    paid.refresh_from_db()

    labels = [fact.label for fact in kept.facts(paid, timezone.now())]

    assert "Phone" not in labels
    assert "E-mail" not in labels


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", ["", "withdraw/", "send-back/"])
def test_the_pages_of_an_order_are_whole(
    two_lines: Order, client: Client, path: str, language: str
) -> None:
    arrives(two_lines)
    withdraws(client, statement(two_lines, what="some") | one_of(two_lines), own_page(two_lines))

    page = Page(client.get(f"/{language}/{own_page(two_lines, path)}").content.decode())

    assert faults(page) == []


def one_of(order: Order) -> dict[str, Any]:
    return {f"line_{order.lines.get(sku='HEADS-4').pk}": "1"}


def test_a_long_story_costs_hardly_more_than_a_short_one(two_lines: Order, client: Client) -> None:
    def costs() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/en/orders/{two_lines.token}/")
        return len(asked)

    arrives(two_lines)
    withdraws(client, statement(two_lines, what="some") | one_of(two_lines), own_page(two_lines))
    short = costs()
    withdraws(client, statement(two_lines), own_page(two_lines))

    assert costs() == short


def test_the_list_says_how_each_order_stands_and_what_can_be_done(
    paypal: PayPal, place: Callable[..., Order], shopper: Shopper
) -> None:
    user = person(email="anna@example.com")
    shopper.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    orders = [place() for _ in range(3)]
    for order in orders[:2]:
        paypal.approve(order)
        shopper.returns(order)
    arrives(orders[0])
    [parcel] = orders[1].shipments.all()
    parcels.ship(parcel, now=timezone.now())

    page = shopper.client.get("/en/account/orders/").content.decode()

    for order, state in zip(orders, ("Delivered", "On its way", "Not paid"), strict=True):
        [card] = [part for part in page.split("<section") if order.number in part]
        assert f">{state}</span>" in card
        assert (own_page(order) in card) == (state != "Not paid")
        assert (own_page(order, "send-back/") in card) == (state != "Not paid")
    assert "/en/orders/find/" in page
