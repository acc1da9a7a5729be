"""The money page and the bookkeeper's files: what the papers add up to, and who may see it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from orders.models import Invoice, Refund
from orders.paper import books, export
from orders.paper.books import Term
from tests.orders.paper import credited, invoiced, refunded
from tests.orders.test_desk import at_work
from tests.pages import Page

pytestmark = pytest.mark.django_db

MONEY = "/admin/orders/invoice/money/"
OCTOBER, NOVEMBER = (datetime(2026, month, 24, 11, tzinfo=UTC) for month in (10, 11))
SUMMER = datetime(2026, 9, 24, 11, tzinfo=UTC)
GERMANY: dict[str, Any] = {
    "delivery_country": "DE",
    "billing_country": "DE",
    "shipping_vat_rate": Decimal(19),
}


def downloaded(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(f"{MONEY}{path}.csv")
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_export_has_a_row_for_each_paper_and_rate() -> None:
    invoice = invoiced(("129.95", "21", 1), ("3.50", "9", 3), shipping="0", now=NOVEMBER)
    note = credited(refunded(invoice.order, "14.00", now=NOVEMBER))
    assert note

    rows = downloaded(at_work("staff"), "vat/2026-11")

    assert [(r["kind"], r["number"], r["rate"], r["net"], r["vat"], r["gross"]) for r in rows] == [
        ("credit note", note.number, "21", "-10,70", "-2,25", "-12,95"),
        ("credit note", note.number, "9", "-0,96", "-0,09", "-1,05"),
        ("invoice", invoice.number, "21", "107,40", "22,55", "129,95"),
        ("invoice", invoice.number, "9", "9,63", "0,87", "10,50"),
    ]
    assert {r["date"] for r in rows} == {"2026-11-24"}
    assert {(r["country"], r["scheme"]) for r in rows} == {("NL", "NL")}
    assert {r["order"] for r in rows} == {invoice.order.number}
    assert [r["corrects"] for r in rows] == [invoice.number] * 2 + [""] * 2
    refund = Refund.objects.get()
    assert [r["paypal"] for r in rows] == [refund.paypal_id] * 2 + [invoice.content["capture"]] * 2


def test_the_export_names_nobody() -> None:
    invoiced(("10.00", "21", 1), now=NOVEMBER)

    answer = at_work("staff").get(f"{MONEY}vat/2026-11.csv")

    text = b"".join(answer).decode()
    for personal in ("Anna", "Jansen", "Lindenlaan", "1015", "anna@example.com"):
        assert personal not in text


def test_an_export_holds_its_month_in_the_shops_time_zone_and_no_other() -> None:
    last = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    invoiced(("10.00", "21", 1), now=last)
    invoiced(("20.00", "21", 1), now=datetime(2026, 11, 30, 23, tzinfo=UTC))  # 1 December there

    [row] = downloaded(at_work("staff"), "vat/2026-11")

    assert (row["date"], row["gross"]) == ("2026-11-30", "13,95")


def test_a_paper_that_comes_to_nothing_still_has_its_row() -> None:
    invoiced(("10.00", "21", 1), discounts=["10.00"], shipping="0", now=NOVEMBER)

    [row] = downloaded(at_work("staff"), "vat/2026-11")

    assert (row["rate"], row["gross"]) == ("", "0,00")


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(begin: str) -> None:
    cell = f"{begin}HYPERLINK(1)"

    assert export._cell(cell) == f"'{cell}"
    assert export._cell(Decimal("-1.50")) == "-1,50"


def test_the_one_stop_shop_summary_puts_a_correction_to_its_own_quarter() -> None:
    at_home = invoiced(("121.00", "21", 1), now=NOVEMBER)
    old = invoiced(("119.00", "19", 1), shipping="0", now=SUMMER, **GERMANY)
    new = invoiced(("238.00", "19", 1), shipping="0", now=OCTOBER, **GERMANY)
    for invoice in (at_home, old, new):
        credited(refunded(invoice.order, "11.90", now=NOVEMBER))

    rows = downloaded(at_work("auditor"), "oss/2026-Q4")

    assert [list(row.values()) for row in rows] == [
        ["2026-Q4", "", "DE", "19", "190,00", "36,10", "226,10", "EUR"],
        ["2026-Q4", "2026-Q3", "DE", "19", "-10,00", "-1,90", "-11,90", "EUR"],
    ]


def test_the_money_page_shows_month_vat_and_abroad_apart() -> None:
    invoice = invoiced(("121.00", "21", 1), shipping="0", now=NOVEMBER)
    credited(refunded(invoice.order, "12.10", now=NOVEMBER))
    invoiced(("119.00", "19", 1), shipping="0", now=NOVEMBER, **GERMANY)

    page = Page(at_work("staff").get(f"{MONEY}?month=2026-11").content.decode())

    text = " ".join(page.text.split()).replace("\N{NO-BREAK SPACE}", " ")
    assert "November 2026 2 € 240.00 1 € 12.10 € 227.90" in text
    assert "21 % € 90.00 € 18.90 € 108.90" in text
    assert "Germany 19 % € 100.00 € 19.00 € 119.00" in text
    assert "PayPal's fees are not known here" in text


def test_the_books_add_up_to_the_papers() -> None:
    invoice = invoiced(("33.33", "21", 3), ("7.77", "9", 2), now=NOVEMBER)
    credited(refunded(invoice.order, "10.00", now=NOVEMBER))
    term = Term.month(timezone.localdate(NOVEMBER))

    rates = books.rates(term)
    [month] = books.months(2026)

    assert sum(r.gross for r in rates) == month.left == invoice.total - Decimal("10.00")
    assert sum(r.gross for r in books.rows(term)) == month.left
    assert all(r.net + r.vat == r.gross for r in rates)


@pytest.mark.parametrize("path", ["", "vat/2026-11.csv", "oss/2026-Q4.csv"])
@pytest.mark.parametrize(("role", "status"), [("dpo", 403), ("support", 403), ("auditor", 200)])
def test_money_is_seen_by_staff_and_auditor_alone(path: str, role: str, status: int) -> None:
    client = at_work(role)

    assert client.get(f"{MONEY}{path}").status_code == status
    assert LogEntry.objects.exists() == (status == 200 and path != "")
    assert Client().get(f"{MONEY}{path}").status_code == 302


def test_each_export_is_on_record() -> None:
    client = at_work("staff")

    client.get(f"{MONEY}vat/2026-11.csv")
    client.head(f"{MONEY}oss/2026-Q4.csv")

    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("soocas-vat-2026-11.csv", "exported")
    assert str(entry.user_id) == client.session["_auth_user_id"]


@pytest.mark.parametrize(
    "path",
    ["vat/2026-13.csv", "vat/2026-Q4.csv", "vat/0000-01.csv", "oss/2026-Q5.csv", "oss/2026-11.csv"],
)
def test_a_term_that_there_is_not_is_not_found(path: str) -> None:
    assert at_work("staff").get(f"{MONEY}{path}").status_code == 404


@pytest.mark.parametrize("month", ["x", "2026-99", "9" * 50, "%00", "٢٠٢٦-١١"])
def test_a_month_that_there_is_not_shows_this_one(month: str) -> None:
    page = at_work("staff").get(f"{MONEY}?month={month}", follow=True)

    assert page.status_code == 200
    assert f"{timezone.localdate():%Y-%m}.csv" in page.content.decode()


def test_an_export_leaves_the_rest_with_the_database_until_it_is_asked_for() -> None:
    for _ in range(3):
        invoiced(("10.00", "21", 1), now=NOVEMBER)
    lines = export.month(Term.month(timezone.localdate(NOVEMBER)))
    assert next(lines).startswith("\N{BYTE ORDER MARK}date;kind;")
    assert _open_cursors() == 0

    next(lines)
    assert _open_cursors() == 1  # the result waits there, however many rows it has

    assert len(list(lines)) == 2
    assert _open_cursors() == 0


def _open_cursors() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        return int(cursor.fetchone()[0])


# the papers in the admin


def test_staff_finds_a_paper_and_downloads_it() -> None:
    invoice = invoiced(("10.00", "21", 1))
    note = credited(refunded(invoice.order, "5.00"))
    assert note
    client = at_work("staff")

    for model, paper in (("invoice", invoice), ("creditnote", note)):
        found = client.get(f"/admin/orders/{model}/?q={paper.number}").content.decode()
        assert f"/admin/orders/{model}/{paper.pk}.pdf" in found
        assert MONEY in found
        page = client.get(f"/admin/orders/{model}/{paper.pk}/change/")
        assert paper.number in page.content.decode()
        printed = client.get(f"/admin/orders/{model}/{paper.pk}.pdf")
        assert printed["Content-Type"] == "application/pdf"
        assert "no-store" in printed["Cache-Control"]


def test_the_orders_page_offers_the_invoice_or_says_why_not() -> None:
    invoice = invoiced(("10.00", "21", 1))
    client = at_work("staff")

    page = client.get(f"/admin/orders/order/{invoice.order.pk}/change/").content.decode()

    assert f"/admin/orders/invoice/{invoice.pk}.pdf" in page


@pytest.mark.parametrize("number", ["999999", "99999999999999999999"])
def test_a_paper_that_there_is_not_is_not_found(number: str) -> None:
    assert at_work("staff").get(f"/admin/orders/invoice/{number}.pdf").status_code == 404


def test_who_may_not_see_orders_gets_no_paper() -> None:
    invoice = invoiced(("10.00", "21", 1))

    assert at_work("dpo").get(f"/admin/orders/invoice/{invoice.pk}.pdf").status_code == 403


def test_nobody_changes_or_deletes_a_paper_by_hand() -> None:
    invoice = invoiced(("10.00", "21", 1))
    client = at_work("staff")

    for path in (f"{invoice.pk}/delete/", "add/"):
        assert client.post(f"/admin/orders/invoice/{path}", {"post": "yes"}).status_code == 403
    client.post(f"/admin/orders/invoice/{invoice.pk}/change/", {"total": "1"})

    assert Invoice.objects.get().total == invoice.total
