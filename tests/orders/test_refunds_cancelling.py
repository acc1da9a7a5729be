"""A paid order ends before anything was sent: stock, voucher and money go back, once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from orders.models import CreditNote, Order, Voucher
from orders.parcels import services as parcels
from orders.refunds import cancelling, services
from outbox.models import Message
from tests.mailbox import Mailbox
from tests.orders.backwards import Bought, Place, asks, later, paid_sum, sent, states
from tests.orders.shop import PayPal, Shopper, pays
from tests.pages import Page
from tests.people import staff_member
from tests.soocas.test_every_page import faults


def cancels(shopper: Shopper, order: Order) -> Page:
    answer = shopper.client.post(shopper.url(f"orders/{order.token}/cancel/"), follow=True)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def told(kind: str) -> int:
    return Message.objects.filter(kind=f"orders/{kind}").count()


def test_a_buyer_cancels_and_everything_goes_back(
    bought: Bought, shopper: Shopper, paypal: PayPal, brush: Variant, heads: Variant
) -> None:
    order = bought()
    asked = shopper.client.get(shopper.url(f"orders/{order.token}/cancel/")).content.decode()
    assert "You get €\N{NO-BREAK SPACE}179.85 back" in asked
    assert Order.objects.get(pk=order.pk).state == Order.State.CONFIRMED

    page = cancels(shopper, order)
    later(seconds=1)

    assert "Your order is cancelled" in page.text
    order.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert [parcel.state for parcel in order.shipments.all()] == ["cancelled"]
    for variant, on_hand in ((brush, 5), (heads, 3)):
        variant.refresh_from_db()
        assert (variant.on_hand, variant.reserved) == (on_hand, 0)
    assert paypal.say("GET", "ledger")["totals"] == {"EUR": "0.00"}
    assert paid_sum(order) == 0
    assert str(CreditNote.objects.get().total) == "179.85"
    assert (told("cancelled"), told("refunded")) == (1, 1)


def test_cancelling_twice_cancels_once(bought: Bought, shopper: Shopper, brush: Variant) -> None:
    order = bought()

    cancels(shopper, order)
    page = cancels(shopper, order)

    assert "over" not in page.said("li")
    assert states(order) == [("requested", "179.85")]
    brush.refresh_from_db()
    assert brush.on_hand == 5
    assert told("cancelled") == 1


def test_what_was_sent_cannot_be_cancelled(bought: Bought, shopper: Shopper) -> None:
    order = bought()
    parcels.ship(order.shipments.get(), now=timezone.now(), tracking="3S")

    page = cancels(shopper, order)

    assert "It has been handed to the carrier" in page.text
    assert "Cancel the order" not in page.text
    assert Order.objects.get(pk=order.pk).state == Order.State.CONFIRMED
    assert states(order) == []


def test_what_was_sent_in_part_cannot_be_cancelled(bought: Bought) -> None:
    order = bought()
    heads = order.lines.get(sku="HEADS-4").pk
    first = order.shipments.get()
    parcels.split(first, {heads: 1}, now=timezone.now())
    parcels.ship(first, now=timezone.now(), tracking="3S")

    assert not cancelling.cancel_paid(order, now=timezone.now())

    assert sorted(parcel.state for parcel in order.shipments.all()) == ["open", "shipped"]


def test_a_packed_order_can_still_be_cancelled(bought: Bought) -> None:
    order = bought()
    parcels.pack(order.shipments.get(), now=timezone.now())

    assert cancelling.cancel_paid(order, now=timezone.now())


def test_an_unpaid_order_is_not_cancelled_as_a_paid_one(place: Place, shopper: Shopper) -> None:
    order = place()

    cancels(shopper, order)

    assert Order.objects.get(pk=order.pk).state == Order.State.PLACED


def test_what_went_back_before_is_not_paid_twice(
    bought: Bought, shopper: Shopper, paypal: PayPal
) -> None:
    order = bought()
    sent(asks(order, "20.00"))
    waiting = asks(order, "30.00", by=staff_member())

    cancels(shopper, order)
    later(seconds=1)

    waiting.refresh_from_db()
    assert waiting.state == "refused"  # what was to be decided is in the rest
    assert paid_sum(order) == 0
    assert paypal.say("GET", "ledger")["totals"] == {"EUR": "0.00"}


def test_the_voucher_of_a_cancelled_order_can_be_used_again(
    bought: Bought, shopper: Shopper
) -> None:
    voucher = Voucher.objects.create(code="WELKOM", amount=Decimal(5), most_uses=1, uses=1)
    order = bought()
    Order.objects.update(voucher=voucher)

    cancels(shopper, order)
    cancels(shopper, order)

    voucher.refresh_from_db()
    assert voucher.uses == 0


def test_a_cancelled_order_closes_once_its_money_is_back(
    bought: Bought, shopper: Shopper, paypal: PayPal
) -> None:
    order = bought()
    paypal.fails("refund", "pending")
    cancels(shopper, order)

    later(minutes=1)
    order.refresh_from_db()
    assert order.closed_at is None
    paypal.settle_refund(str(order.refunds.get().paypal_id), "COMPLETED")
    later(days=1)

    order.refresh_from_db()
    assert order.closed_at is not None


def test_a_free_order_is_cancelled_without_a_refund(bought: Bought, shopper: Shopper) -> None:
    order = bought()
    order.attempts.all().delete()  # as one that a voucher paid whole
    Order.objects.update(paid=0)

    cancels(shopper, order)

    assert Order.objects.get(pk=order.pk).state == Order.State.CANCELLED
    assert states(order) == []
    assert told("cancelled") == 1


def test_a_redelivery_is_not_the_buyer_s_to_cancel(bought: Bought, shopper: Shopper) -> None:
    order = bought()
    first = Order.objects.get(pk=order.pk)
    first.pk, first.nonce, first.number, first.token = None, "n", "T-1", "t" * 30
    import uuid

    first.uuid, first.gift_code = uuid.uuid4(), None
    first.replaces, first.total, first.paid = order, Decimal(0), Decimal(0)
    first.save()

    page = cancels(shopper, first)

    assert "in place of order" in page.text
    assert Order.objects.get(pk=first.pk).state == Order.State.CONFIRMED


@pytest.mark.parametrize("token", ["x" * 24, "x" * 40])
def test_a_guessed_token_cancels_nothing(client: Client, db: None, token: str) -> None:
    assert client.post(f"/en/orders/{token}/cancel/").status_code == 404
    assert client.get(f"/en/orders/{token}/cancel/").status_code == 404


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_that_asks_is_sound(bought: Bought, client: Client, language: str) -> None:
    order = bought()

    answer = client.get(f"/{language}/orders/{order.token}/cancel/")

    assert faults(Page(answer.content.decode())) == []
    assert "no-store" in answer["Cache-Control"]


def test_the_page_of_an_order_that_ended_says_that_its_money_goes_back(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.fails("capture", "wrong-amount")
    pays(order, paypal, shopper)
    services.approve(order.refunds.get(), by=staff_member(), now=timezone.now())
    later(seconds=1)

    text = Page(shopper.sees(order)).text

    assert "What was paid for it goes back to you" in text
    assert "€ 128.95" in text
    assert "nothing is charged" not in text


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("nl", ["Bestelling {} is geannuleerd", "Bestelling {}: je terugbetaling"]),
        ("en", ["Order {} is cancelled", "Order {}: your refund"]),
    ],
)
def test_the_mails_say_how_much_comes_back_and_when_in_the_order_s_language(
    bought: Bought, mailbox: Mailbox, language: str, subjects: list[str]
) -> None:
    order = bought()
    Order.objects.update(language=language)
    cancelling.cancel_paid(order, now=timezone.now())
    sent(order.refunds.get())

    mailbox.deliver()

    wanted = [subject.format(order.number) for subject in subjects]
    mails = [mail for mail in mailbox.mails() if mail.subject in wanted]
    assert len(mails) == 2
    money = "179,85" if language == "nl" else "179.85"
    for mail in mails:
        assert money in mail.text
        assert money in mail.html
    refunded = next(mail for mail in mails if ":" in mail.subject)
    note = CreditNote.objects.get().number
    days = "tien werkdagen" if language == "nl" else "ten working days"
    for body in (refunded.text, refunded.html):
        assert note in body
        assert days in body
