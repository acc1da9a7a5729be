"""Invoices and credit notes as the buyer gets them: read back as text."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from pypdf import PdfReader
from pytest_django import Settings

from catalog.models import Product, Variant
from orders.models import CreditNote, Invoice, Order, OrderLine
from orders.paper import pdf
from outbox.models import Message
from tests.orders.paper import SMALL, credited, invoiced, refunded, sold
from tests.orders.shop import PayPal, Shopper

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
GERMANY: dict[str, Any] = {
    "delivery_country": "DE",
    "billing_country": "DE",
    "shipping_vat_rate": Decimal(19),
}


def text_of(printed: bytes) -> str:
    """What one can select in it, each run of white space as one space."""
    pages = PdfReader(io.BytesIO(printed)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_an_invoice_says_all_that_the_law_asks(settings: Settings) -> None:
    settings.SELLER = {
        "name": "Soocas B.V.",
        "street": "Kade 1",
        "place": "1011 AA Amsterdam",
        "kvk": "12345678",
        "vat": "NL123456789B01",
    }
    invoice = invoiced(("129.95", "21", 1), ("3.50", "9", 3), discounts=["10.00", "0.35"], now=NOON)
    line = invoice.order.lines.get(quantity=3)

    said = text_of(pdf.invoice(invoice))

    for seller in settings.SELLER.values():
        assert seller in said
    for stated in (
        "Invoice F2026-000001",
        "Date of issue 24 November 2026",
        "Paid in advance on 24 November 2026",
        f"Order number {invoice.order.number}",
        "Anna Jansen Lindenlaan 12 1015 AA Amsterdam",
        f"Article number {line.sku}",
        "3 € 3.2110 € 3.50 9% € 10.15",  # pieces, each without VAT, with it, rate, amount
        "Less € 0.35, VAT included",
        "Delivery: To the door 1 € 3.2645 € 3.95 21% € 3.95",
        "−€ 10.35",
        "Total, VAT included € 134.05",
        "21% € 102.40 € 21.50 € 123.90",  # rate, taxable amount, VAT, both
        "9% € 9.31 € 0.84 € 10.15",
        f"Paid by PayPal, payment {invoice.content['capture']}",
    ):
        assert stated in said.replace("\N{NO-BREAK SPACE}", " "), stated


def test_an_invoice_is_in_the_language_of_the_order() -> None:
    invoice = invoiced(("1129.95", "21", 1), language="nl", now=NOON)

    said = text_of(pdf.invoice(invoice)).replace("\N{NO-BREAK SPACE}", " ")

    assert "Factuur F2026-000001" in said
    assert "Factuurdatum 24 november 2026" in said
    assert "Totaal, inclusief btw € 1.133,90" in said
    assert "Nederland" in said
    assert "Invoice" not in said


def test_a_sale_abroad_names_the_country_whose_vat_applies() -> None:
    invoice = invoiced(("119.00", "19", 1), shipping="0", now=NOON, **GERMANY)

    said = text_of(pdf.invoice(invoice)).replace("\N{NO-BREAK SPACE}", " ")

    assert "19% (Germany) € 100.00 € 19.00 € 119.00" in said
    assert "Delivered to a consumer in Germany: its VAT applies (One Stop Shop)." in said


def test_an_invoice_of_nothing_has_no_vat_to_show() -> None:
    invoice = invoiced(("10.00", "21", 1), discounts=["10.00"], shipping="0")

    said = text_of(pdf.invoice(invoice)).replace("\N{NO-BREAK SPACE}", " ")

    assert "Total, VAT included € 0.00" in said
    assert "VAT rate" not in said


def test_a_sale_at_home_speaks_of_no_other_country() -> None:
    said = text_of(pdf.invoice(invoiced(("119.00", "21", 1), now=NOON)))

    assert "One Stop Shop" not in said


def test_a_credit_note_names_the_invoice_it_corrects() -> None:
    invoice = invoiced(("129.95", "21", 1), ("3.50", "9", 3), now=NOON)
    line = invoice.order.lines.get(quantity=3)
    note = credited(refunded(invoice.order, "7.00", pieces={line: (2, "7.00")}))
    assert note

    said = text_of(pdf.credit_note(note)).replace("\N{NO-BREAK SPACE}", " ")

    assert f"Credit note {note.number}" in said
    assert "Corrects invoice F2026-000001 Issued on 24 November 2026" in said
    assert "Credited, VAT included € 7.00" in said
    assert "9% € 6.42 € 0.58 € 7.00" in said
    assert f"Paid back by PayPal, refund {note.content['refund']}" in said
    assert "Anna Jansen" in said


def test_a_paper_has_a_title_a_language_and_embedded_letters() -> None:
    reader = PdfReader(io.BytesIO(pdf.invoice(invoiced(("10.00", "21", 1), language="nl"))))

    root: Any = reader.root_object
    assert reader.metadata
    assert str(reader.metadata.title).startswith("Factuur F")
    assert root["/Lang"] == "nl"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    fonts: Any = root["/Pages"]["/Kids"][0].get_object()["/Resources"]["/Font"]
    for font in fonts.values():
        [inner] = font["/DescendantFonts"]
        assert "/FontFile2" in inner.get_object()["/FontDescriptor"]
        assert "/ToUnicode" in font
    width, height = (float(n) / 72 * 25.4 for n in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)


def test_every_letter_of_the_union_can_be_read() -> None:
    name = "Łukasz Žižković Ångström Ġorġ Ţepeş Őry ß € Παπαδόπουλος Иванова"

    invoice = invoiced(("10.00", "21", 1), billing_name=name)

    assert name in text_of(pdf.invoice(invoice))


def test_the_same_content_gives_the_same_bytes() -> None:
    invoice = invoiced(("10.00", "21", 1), now=NOON)

    assert pdf.invoice(invoice) == pdf.invoice(Invoice.objects.get())


def test_a_long_order_goes_on_over_pages_and_says_how_many() -> None:
    invoice = invoiced(*[("12.34", "21", 1)] * 40)

    reader = PdfReader(io.BytesIO(pdf.invoice(invoice)))

    assert len(reader.pages) == 3
    for number, page in enumerate(reader.pages, 1):
        assert f"Page {number} of 3" in page.extract_text()
        assert "Each, without VAT" in page.extract_text()


def test_a_paper_does_not_follow_the_order_or_the_catalogue() -> None:
    invoice = invoiced(("10.00", "21", 1))
    before = pdf.invoice(invoice)

    Order.objects.update(billing_name="Bob", total=0, number="2020-1", language="nl")
    OrderLine.objects.update(title="Other", unit_price=Decimal("99.00"), sku="OTHER")
    Variant.objects.update(price=Decimal("77.00"))
    Product.objects.update(name_en="Other")

    again = Invoice.objects.get()
    with connection.execute_wrapper(_no_statement):
        assert pdf.invoice(again) == before


def _no_statement(*_: object) -> Any:
    raise AssertionError("The paper asked the database.")


def test_an_erased_paper_says_so_instead_of_failing() -> None:
    invoice = invoiced(("10.00", "21", 1))
    note = credited(refunded(invoice.order, "5.00"))
    gone = dict.fromkeys(("name", "street", "house_number", "postcode", "city", "country"), "")
    Invoice.objects.update(**gone)
    CreditNote.objects.update(**gone)
    assert note

    for printed in (
        pdf.invoice(Invoice.objects.get()),
        pdf.credit_note(CreditNote.objects.get()),
    ):
        said = text_of(printed)
        assert "Name and address have been erased, as data protection law demands." in said
        assert "Anna" not in said
        assert "Total" in said or "Credited" in said


@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100))
def test_whatever_somebody_is_called_his_invoice_is_printed(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    invoice = Invoice(
        number="F2026-000001", name=name, street=name, city=name[:10], country="NL",
        issued_at=NOON, total=Decimal(1), language="en", content=SMALL,
    )  # fmt: skip

    with caplog.at_level(logging.WARNING):
        assert pdf.invoice(invoice).startswith(b"%PDF")

    assert caplog.text == ""


def address(order: Order, paper: str = "invoice") -> str:
    return f"/en/orders/{order.token}/{paper}.pdf"


def test_the_buyer_downloads_the_invoice_by_the_orders_link(client: Client) -> None:
    invoice = invoiced(("10.00", "21", 1))

    answer = client.get(address(invoice.order))

    assert answer.status_code == 200
    assert answer.content == pdf.invoice(invoice)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="soocas-{invoice.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in answer
    assert answer.cookies == {}


def test_a_credit_note_is_there_beside_it(client: Client) -> None:
    invoice = invoiced(("10.00", "21", 1))
    note = credited(refunded(invoice.order, "5.00"))
    other = invoiced(("10.00", "21", 1))
    assert note

    answer = client.get(address(invoice.order, f"credit-notes/{note.number}"))

    assert answer.content == pdf.credit_note(note)
    assert note.number in answer["Content-Disposition"]
    assert "Anna" not in answer["Content-Disposition"]
    assert client.get(address(other.order, f"credit-notes/{note.number}")).status_code == 404


@pytest.mark.parametrize(
    "paper",
    ["credit-notes/C2026-000001", "credit-notes/C2026-000001%00", "credit-notes/x", "invoice%00"],
)
def test_what_there_is_not_is_not_found(client: Client, paper: str) -> None:
    invoice = invoiced(("10.00", "21", 1))

    assert client.get(address(invoice.order, paper)).status_code == 404


def test_an_order_without_an_invoice_has_none_to_download(client: Client) -> None:
    order = sold(("10.00", "21", 1), state=Order.State.PLACED)

    assert client.get(address(order)).status_code == 404


def test_papers_are_only_looked_at(client: Client) -> None:
    invoice = invoiced(("10.00", "21", 1))

    assert client.post(address(invoice.order)).status_code == 405


def test_the_order_page_links_its_papers(client: Client) -> None:
    invoice = invoiced(("10.00", "21", 1))
    note = credited(refunded(invoice.order, "5.00"))
    assert note

    page = client.get(f"/en/orders/{invoice.order.token}/").content.decode()

    assert address(invoice.order) in page
    assert address(invoice.order, f"credit-notes/{note.number}") in page


def test_the_mail_links_the_invoice(place: Any, paypal: PayPal, shopper: Shopper) -> None:
    order = place()
    paypal.approve(order)
    shopper.returns(order)

    link = str(Message.objects.get(kind="orders/confirmed").context["invoice_url"])

    assert shopper.client.get(link[link.index("/", 8) :])["Content-Type"] == "application/pdf"


def test_page_mail_invoice_and_paypal_show_the_same_cents(
    place: Any, paypal: PayPal, shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads)
    order = place()
    paypal.approve(order)
    shopper.returns(order)

    page = shopper.sees(order)
    mail = Message.objects.get(kind="orders/confirmed").context
    said = text_of(pdf.invoice(Invoice.objects.get()))

    [unit] = paypal.orders()[0]["purchase_units"]
    assert unit["amount"]["value"] == mail["total"] == "154.90"
    [vat] = mail["vat"]
    assert Invoice.objects.get().content["vat"][0]["vat"] == vat["vat"] == "26.88"
    for amount in ("154.90", "26.88"):
        assert amount in page
        assert amount in said
