"""Who was forgotten stays forgotten, whatever comes late; what is due to the books still counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from orders.models import Order
from outbox.models import Message
from tests.orders.shop import FORM, Letterbox, PayPal, Shopper, deliver
from tests.orders.test_forgotten import (
    ask_to_be_forgotten,
    bought,
    close,
    inbox,
    still_there,
)
from tests.privacy.conftest import Inbox

__all__ = ["bought", "inbox"]
LAW_KEEPS = {
    (table, column)
    for table in ("orders_invoice", "orders_creditnote")
    for column in ("name", "street")
}
Place = Callable[..., Order]


def forgotten(order: Order, inbox: Inbox) -> Order:
    """Half a year after it was closed its buyer asks to be forgotten."""
    close(order)
    with time_machine.travel(timezone.now() + timedelta(days=20 + 181), tick=False):
        ask_to_be_forgotten(inbox)
    return Order.objects.get(pk=order.pk)


def test_a_late_message_of_paypal_settles_the_money_and_names_nobody(
    bought: Order, paypal: PayPal, letterbox: Letterbox, client: Client, inbox: Inbox
) -> None:
    held = Order.objects.get(pk=bought.pk)  # as the worker has it who was at it when all began
    forgotten(bought, inbox)
    before = Message.objects.count()

    paypal.refund_externally(bought, "20.00", note=f"for {FORM['email']}")
    resource = {
        **paypal.order(bought)["purchase_units"][0]["payments"]["captures"][0],
        "payer": {"email_address": FORM["email"], "name": {"given_name": FORM["delivery_name"]}},
    }
    paypal.reports("PAYMENT.CAPTURE.COMPLETED", resource)
    letters = letterbox.wait(2)
    answers = [deliver(client, letter).status_code for letter in letters for _ in range(2)]
    held.gift_note = "Tot zondag"
    held.save()

    assert set(answers) == {200}
    assert [str(r.amount) for r in bought.refunds.all()] == ["20.00"]
    order = Order.objects.get(pk=bought.pk)
    assert (order.email, order.phone, order.delivery_name, order.billing_street) == ("", "", "", "")
    assert (order.gift_note, order.customer) == ("", None)
    assert still_there() <= LAW_KEEPS
    assert not Message.objects.filter(recipient=FORM["email"]).exists()
    assert Message.objects.count() == before


def test_a_guest_who_orders_again_is_served_and_finds_nothing_old(
    bought: Order, place: Place, brush: Variant, paypal: PayPal, inbox: Inbox
) -> None:
    old = forgotten(bought, inbox)
    again = Shopper(Client())
    again.puts(brush)

    again.orders()
    order = Order.objects.latest("pk")
    paypal.approve(order)
    again.returns(order)
    inbox()

    order.refresh_from_db()
    assert (order.state, order.email) == (Order.State.CONFIRMED, FORM["email"])
    assert order.delivery_name == FORM["delivery_name"]
    person = Client()
    person.post("/en/orders/find/", {"number": old.number, "email": FORM["email"]})
    assert not Message.objects.filter(kind="orders/link").exists()
    assert Order.objects.get(pk=old.pk).email == ""
