"""The mail that acknowledges an order at once (Art. 11 Directive 2000/31), and the page before."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from catalog.models import Variant
from orders.models import Order, Voucher
from outbox.models import Message
from outbox.tasks import send
from tests.orders.shop import PayPal, Shopper

WORDS = {
    "nl": ("ontvangen, nog niet betaald", "Totaal te betalen", "Bezorgen", "Korting", "Gaat naar"),
    "en": ("received, not paid yet", "Total to pay", "Delivery", "Discount", "Goes to"),
}


def mailed(kind: str, outbox: list[EmailMultiAlternatives]) -> EmailMultiAlternatives:
    send(Message.objects.get(kind=f"orders/{kind}").pk)
    return outbox[-1]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_order_is_acknowledged_at_once_with_the_way_to_pay(
    client: Client,
    paypal: PayPal,
    brush: Variant,
    heads: Variant,
    mailoutbox: list[EmailMultiAlternatives],
    language: str,
) -> None:
    Voucher.objects.create(code="TENTH", percent=10)
    shopper = Shopper(client, language)
    shopper.puts(brush)
    shopper.puts(heads)
    shopper.redeems("TENTH")
    shopper.orders()

    mail = mailed("placed", mailoutbox)

    order = Order.objects.get()
    subject, *words = WORDS[language]
    html = str(mail.alternatives[0][0])
    assert mail.to == ["anna@example.com"]
    assert subject in mail.subject
    assert order.number in mail.subject
    for text in (str(mail.body), html):
        for word in (*words, "HEADS-4", "139,41" if language == "nl" else "139.41", "1015 AA"):
            assert word in text
        assert f"/{language}/orders/{order.token}/?proof=" in text
    link = str(mail.body).partition("http")[2].split()[0]
    assert shopper.client.get("/" + link.split("/", 3)[3], follow=True).status_code == 200


def test_its_link_leads_to_the_payment(paypal: PayPal, shopper: Shopper, brush: Variant) -> None:
    shopper.puts(brush)
    shopper.orders()
    url = str(Message.objects.get().context["url"])

    page = Client().get(url[url.index("/", 8) :], follow=True).content.decode()

    assert "Your order is not paid yet" in page
    assert "Pay at PayPal" in page


def test_it_is_queued_once_however_often_the_form_is_sent(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    for _ in range(3):
        shopper.sends(form)

    assert [m.kind for m in Message.objects.all()] == ["orders/placed"]


def test_an_order_that_is_not_placed_mails_nothing(
    paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    shopper.puts(brush)
    form = shopper.form()
    Variant.objects.update(on_hand=0)

    shopper.sends(form)

    assert not Order.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_confirmation_shows_discount_and_way_of_delivery(
    client: Client,
    paypal: PayPal,
    heads: Variant,
    mailoutbox: list[EmailMultiAlternatives],
    language: str,
) -> None:
    Voucher.objects.create(code="TENTH", percent=10)
    shopper = Shopper(client, language)
    shopper.puts(heads)
    shopper.chooses("NL", "express")
    shopper.redeems("TENTH")
    shopper.orders()
    order = Order.objects.get()
    paypal.approve(order)
    shopper.returns(order)

    mail = mailed("confirmed", mailoutbox)

    way = {"nl": "Morgen voor 12 uur bezorgd", "en": "Delivery before noon tomorrow"}[language]
    for text in (str(mail.body), str(mail.alternatives[0][0])):
        assert way in text
        assert WORDS[language][3] in text
        assert "2,50" in text or "2.50" in text


SAID: dict[str, Any] = {
    "nl": ("Bestellen en betalen", "een kaart kan ook", "Verzegeld"),
    "en": ("Order and pay", "a card will do", "Sealed for hygiene: no return once opened"),
}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_summary_sealed_goods_and_paypal_s_own_statement_stand_before_the_button(
    client: Client, paypal: PayPal, heads: Variant, language: str
) -> None:
    shopper = Shopper(client, language)
    shopper.puts(heads)

    page = shopper.reads("checkout/")

    button, card, sealed = SAID[language]
    above = page.partition(f">{button}</button>")[0]
    assert above.rstrip().endswith('<button class="button button-wide" type="submit"')
    summary = above[above.rindex("<dl") :]
    assert "</dl>" in summary
    assert "<input" not in summary  # nothing stands between the summary and the button
    assert card in above
    assert sealed in above
    assert "https://www.paypal.com/nl/legalhub/privacy-full" in above
    assert sealed in shopper.reads("cart/")
