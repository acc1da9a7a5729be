"""What a person reads of herself on the privacy page."""

from __future__ import annotations

import re

from django.test import Client
from django.utils import timezone

from accounts.models import Address, User
from orders.models import Invoice, Order
from orders.personal_data import PAYMENT, PAYPAL
from tests.privacy.test_requests_own_data import make_order

PAGE = "/nl/account/privacy/"


def read(client: Client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def test_values_stand_under_the_plain_name_of_their_source(signed_in: Client, anna: User) -> None:
    for number in ("2026-000001", "2026-000002"):
        make_order(number)
    Order.objects.update(customer=anna)
    invoices = [*Invoice.objects.values_list("number", flat=True)]

    page = read(signed_in)

    assert len(invoices) == 2
    assert page.count("Dit is alles wat we van je hebben") == 1
    assert '<h3 class="label">Bestellingen</h3>' in page
    assert "Bestelling 2026-000001" in page
    assert {f"Factuur {number}" for number in invoices} <= {*re.findall(r"Factuur [\w-]+", page)}
    assert " · Bestellingen" not in page


def test_a_link_leads_to_the_very_field_that_she_corrects(signed_in: Client, anna: User) -> None:
    where = {"street": "Lindenlaan", "house_number": "12", "postcode": "1015 AA"}
    Address.objects.create(user=anna, name="Anna Jansen", city="Amsterdam", **where)

    anchors = re.findall(r'href="/nl/account/privacy/correct/#([^"]+)"', read(signed_in))
    form = signed_in.get("/nl/account/privacy/correct/").content.decode()

    assert len(anchors) > 8
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in form] == []


def test_what_runs_says_so_and_what_has_ended_has_its_day(signed_in: Client, anna: User) -> None:
    make_order("2026-000001")
    Order.objects.update(customer=anna, state="confirmed", closed_at=None)

    page = read(signed_in)

    assert "Zolang de overeenkomst met jou loopt, daarna 90 dagen" in page
    assert f"1 januari {timezone.now().year + 7}" in page  # the invoice of last year


def test_who_received_what_is_told_in_words(signed_in: Client, anna: User) -> None:
    fields = ("number", "lines", "total")
    PAYPAL.received(anna, purpose=PAYMENT, fields=fields, about="order:1", now=timezone.now())

    page = read(signed_in)

    assert "<td>Bestelnummer, bestelregels, totaal</td>" in page
    assert "<td>Luxemburg</td>" in page
    assert "<td>LU</td>" not in page


def test_who_did_not_receive_it_yet_is_not_said_to_have(signed_in: Client, anna: User) -> None:
    make_order("2026-000001")
    Order.objects.update(customer=anna)

    page = read(signed_in)

    assert (
        "<dt>Kreeg het</dt><dd>Niemand buiten Soocas</dd> <dt>Krijgt het als dat nodig is</dt>"
        in page
    )
    assert "Nog niemand buiten Soocas." in page


def test_it_says_where_what_was_ordered_as_a_guest_is(signed_in: Client) -> None:
    assert 'Ontbreekt er een bestelling? <a href="/nl/privacy/request/">' in read(signed_in)
