"""An invoice or a credit note as PDF, printed from its own row alone, in its language."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders.models import CreditNote, Invoice
from orders.paper import texts
from orders.paper.page import LEFT, NOTE, SMALL, TITLE, TOP, WIDTH, Column, Sheet
from orders.paper.texts import Facts

RIGHT = 92.0  # mm from the left margin to the second column


def invoice(paper: Invoice) -> bytes:
    with translation.override(paper.language):
        return _printed(paper, _("Invoice"), texts.about_invoice(paper), texts.paid(paper))


def credit_note(paper: CreditNote) -> bytes:
    with translation.override(paper.language):
        facts, closing = texts.about_credit_note(paper), texts.paid_back(paper)
        return _printed(paper, _("Credit note"), facts, closing)


def _printed(paper: Invoice | CreditNote, kind: str, facts: Facts, closing: list[str]) -> bytes:
    title = f"{kind} {paper.number}"
    sheet = Sheet(title, language=paper.language, at=paper.issued_at)
    _seller(sheet, texts.seller(paper.content))
    sheet.say(title, TITLE)
    sheet.ln(5)
    _head(sheet, texts.buyer(paper), facts)
    _lines(sheet, paper)
    _sums(sheet, paper)
    for text in closing:
        sheet.say(text, NOTE)
        sheet.ln(1.5)
    return bytes(sheet.output())


def _seller(sheet: Sheet, rows: list[str]) -> None:
    sheet.set_xy(LEFT + RIGHT, TOP + 1)
    for text in rows:
        sheet.say(text, SMALL)
    sheet.set_xy(LEFT, TOP + 34)


def _head(sheet: Sheet, buyer: list[str], facts: Facts) -> None:
    top = sheet.y
    for text in buyer:
        sheet.say(text, width=RIGHT - 8)
    low = sheet.y
    sheet.set_xy(LEFT + RIGHT, top)
    for label, value in facts:
        sheet.fact(label, value, label_width=42)
    sheet.set_xy(LEFT, max(low, sheet.y) + 9)


def _lines(sheet: Sheet, paper: Invoice | CreditNote) -> None:
    columns = [
        Column(_("Article"), WIDTH - 106, "LEFT"),
        Column(_("Pieces"), 14),
        Column(_("Each, without VAT"), 27),
        Column(_("Each, with VAT"), 25),
        Column(pgettext("invoice", "VAT"), 14),
        Column(_("Amount"), 26),
    ]
    sheet.rows(columns, texts.lines(paper.content))
    sheet.ln(2)


def _sums(sheet: Sheet, paper: Invoice | CreditNote) -> None:
    """The total, then what of it is net and VAT at each rate."""
    for label, value in texts.discount(paper.content):
        sheet.sum(label, value)
    total = _("Total, VAT included") if isinstance(paper, Invoice) else _("Credited, VAT included")
    sheet.sum(total, texts.money(paper.total), bold=True)
    sheet.ln(6)
    _rates(sheet, texts.rates(paper.content))


def _rates(sheet: Sheet, rows: list[list[str]]) -> None:
    if not rows:  # it comes to nothing
        return
    columns = [
        Column(pgettext("invoice", "VAT rate"), 46, "LEFT"),
        Column(_("Without VAT"), 26),
        Column(pgettext("invoice", "VAT"), 22),
        Column(_("With VAT"), 26),
    ]
    sheet.rows(columns, rows, left=WIDTH - 120)
    sheet.set_xy(LEFT, sheet.y + 9)
