"""What an invoice and a credit note say, in the active language.

The law's list: Art. 226 and 219 Directive 2006/112/EC, art. 35a Wet op de omzetbelasting 1968.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders import countries
from orders.models import CreditNote, Invoice
from orders.paper.snapshot import Json

Facts = list[tuple[str, str]]
FINE = Decimal("0.0001")  # a net price each: most gross prices have none in whole cents


def seller(content: Json) -> list[str]:
    who = content["seller"]
    return [
        *(who["name"], who["street"], who["place"]),
        _("Chamber of commerce %(kvk)s") % who,
        _("VAT number %(vat)s") % who,
    ]


def buyer(paper: Invoice | CreditNote) -> list[str]:
    if not (paper.name or paper.street or paper.city):
        return [_("Name and address have been erased, as data protection law demands.")]
    return [
        paper.name,
        f"{paper.street} {paper.house_number}",
        f"{paper.postcode} {paper.city}",
        countries.title(paper.country),
    ]


def about_invoice(paper: Invoice) -> Facts:
    return [
        (_("Date of issue"), day(timezone.localdate(paper.issued_at))),
        (_("Paid in advance on"), dated(paper.content["supplied_on"])),  # Art. 226(7), 65
        (_("Order number"), paper.content["order"]),
    ]


def about_credit_note(paper: CreditNote) -> Facts:
    corrected = paper.content["invoice"]
    return [
        (_("Date of issue"), day(timezone.localdate(paper.issued_at))),
        (_("Corrects invoice"), corrected["number"]),
        (_("Issued on"), dated(corrected["issued_on"])),
        (_("Order number"), paper.content["order"]),
    ]


def lines(content: Json) -> list[list[str]]:
    rows = [_line(line) for line in content["lines"]]
    if content["shipping"]:
        rows.append(_delivery(content["shipping"]))
    return rows


def _line(line: Json) -> list[str]:
    title = [line["title"]]
    if line["sku"]:
        title.append(_("Article number %(sku)s") % line)
    if Decimal(line["discount"]):
        title.append(_("Less %(amount)s, VAT included") % {"amount": money(line["discount"])})
    each = Decimal(line["unit_price"])
    return [
        "\n".join(title),
        *(_each(each, line) if line["sku"] else ("", "", "")),
        percent(line["vat_rate"]),
        money(line["total"]),
    ]


def _each(price: Decimal, line: Json) -> tuple[str, str, str]:
    return str(line["quantity"]), net_each(price, line["vat_rate"]), money(price)


def _delivery(shipping: Json) -> list[str]:
    way = f": {shipping['title']}" if shipping["title"] else ""
    rate = shipping["vat_rate"]
    each = Decimal(shipping["total"])
    row = [pgettext("invoice", "Delivery") + way, "1", net_each(each, rate), money(each)]
    return [*row, percent(rate), money(each)]


def discount(content: Json) -> Facts:
    off = Decimal(content["discount"])
    return [(_("Discount, in the amounts above"), money(-off))] if off else []


def rates(content: Json) -> list[list[str]]:
    where = f" ({countries.title(content['country'])})" if content["oss"] else ""
    return [
        [percent(part["rate"]) + where, *(money(part[name]) for name in ("net", "vat", "gross"))]
        for part in content["vat"]
    ]


def paid(paper: Invoice) -> list[str]:
    by = _("Paid by PayPal, payment %(capture)s.") % paper.content
    return [*([by] if paper.content["capture"] else []), *_abroad(paper.content)]


def paid_back(paper: CreditNote) -> list[str]:
    by = _("Paid back by PayPal, refund %(refund)s.") % paper.content
    return [*([by] if paper.content["refund"] else []), *_abroad(paper.content)]


def _abroad(content: Json) -> list[str]:
    if not content["oss"]:
        return []
    name = countries.title(content["country"])
    said = _("Delivered to a consumer in %(country)s: its VAT applies (One Stop Shop).")
    return [said % {"country": name}]


def net_each(gross: Decimal, rate: str) -> str:
    net = (gross * 100 / (100 + Decimal(rate))).quantize(FINE, ROUND_HALF_UP)
    return _euro(net, 4)


def money(amount: Decimal | str) -> str:
    return _euro(Decimal(amount), 2)


def _euro(amount: Decimal, places: int) -> str:
    sign = "−" if amount < 0 else ""
    number = formats.number_format(abs(amount), places, force_grouping=True)
    return f"{sign}€\N{NO-BREAK SPACE}{number}"


def percent(rate: str) -> str:
    return f"{formats.number_format(Decimal(rate))}%"


def day(value: date) -> str:
    return formats.date_format(value, "j F Y")


def dated(iso: str) -> str:
    return day(date.fromisoformat(iso))
