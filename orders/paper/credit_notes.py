"""A credit note for money paid back, cent for cent what its invoice had.

Per VAT rate the notes of an invoice add up to at most what it had, and a whole refund to exactly
that: what a note credits is limited by what is left of each rate, and its VAT is the difference of
two sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from orders.events import record
from orders.models import CreditNote, Invoice, Refund
from orders.money import credited_vat, gross_by_rate, split, vat_by_part
from orders.paper import numbers, snapshot
from orders.paper.snapshot import NOTHING, Json, Row

Credited: TypeAlias = tuple[list[Row], Row | None]  # lines, delivery


def issue(refund: Refund, *, now: datetime) -> CreditNote | None:
    """Number and freeze the note of a refund, once; last in the transaction that completes it.

    None where the money is of no invoice: the order has none, or it was paid twice and the other
    payment went back.
    """
    refund = Refund.objects.select_related("attempt").get(pk=refund.pk)  # as it is by now
    invoice = Invoice.objects.select_for_update().filter(order_id=refund.order_id).first()
    if invoice is None or not _paid_by(invoice, refund):
        return None
    earlier = list(invoice.credit_notes.all())
    known = next((note for note in earlier if note.refund_id == refund.pk), None)
    left = invoice.total - sum((note.total for note in earlier), NOTHING)
    if known or not left:
        return known
    if refund.amount > left:
        said = f"{refund.amount} back, {left} left"
        record(refund.order_id, "credit_note_short", now=now, detail=said, alert=True)
    return _create(refund, invoice, frozen(refund, invoice, earlier), now=now)


def _paid_by(invoice: Invoice, refund: Refund) -> bool:
    return bool((refund.attempt.capture_id or "") == invoice.content["capture"])


def _create(refund: Refund, invoice: Invoice, content: Json, *, now: datetime) -> CreditNote:
    return CreditNote.objects.create(
        refund=refund,
        invoice=invoice,
        issued_at=now,
        name=invoice.name,
        street=invoice.street,
        house_number=invoice.house_number,
        postcode=invoice.postcode,
        city=invoice.city,
        country=invoice.country,
        total=sum(snapshot.summed([content]).values(), NOTHING),
        language=invoice.language,
        content=content,
        number=numbers.take(numbers.Series.CREDIT_NOTE, now=now),
    )


def frozen(refund: Refund, invoice: Invoice, earlier: Sequence[CreditNote]) -> Json:
    original = invoice.content
    head: Json = {
        "seller": snapshot.seller(),
        "invoice": {
            "number": invoice.number,
            "issued_on": timezone.localdate(invoice.issued_at).isoformat(),
        },
        "refund": refund.paypal_id or "",
        **{key: original[key] for key in ("order", "supplied_on", "country", "oss", "capture")},
    }
    if refund.amount >= invoice.total and not earlier:
        return head | {key: original[key] for key in ("lines", "shipping", "discount", "vat")}
    with translation.override(invoice.language):
        return head | _part(refund, invoice, [note.content for note in earlier])


def _part(refund: Refund, invoice: Invoice, earlier: Sequence[Json]) -> Json:
    before = snapshot.summed(earlier)
    there = snapshot.summed([invoice.content])
    left = {rate: gross - before.get(rate, NOTHING) for rate, gross in there.items()}
    wares, shipping = credited(refund.amount, _asked(refund, invoice.content), left)
    parts = [row.part for row in ([*wares, shipping] if shipping else wares)]
    gross = gross_by_rate(parts)
    vat = {rate: credited_vat(before.get(rate, NOTHING), gross[rate], rate) for rate in gross}
    return {
        **snapshot.rows(wares, shipping, vat_by_part(parts, vat)),
        "vat": snapshot.rates(gross, vat),
    }


def _asked(refund: Refund, original: Json) -> Credited:
    """The lines and the delivery that a refund is for."""
    back = refund.lines.select_related("line").order_by("line_id")
    wares = [
        replace(snapshot.bought(part.line), gross=part.amount, quantity=part.quantity)
        for part in back
    ]
    paid = original["shipping"]
    rate = Decimal(paid["vat_rate"])
    return wares, Row(paid["title"], refund.shipping, rate) if refund.shipping else None


def credited(amount: Decimal, asked: Credited, left: Mapping[Decimal, Decimal]) -> Credited:
    """What is credited of what was asked for, where ``left`` is left of each rate.

    What no line or delivery takes up, as of a free amount, is spread over what is left then.
    """
    left, amount = dict(left), min(amount, sum(left.values(), NOTHING))

    def taken(row: Row) -> Row:
        nonlocal amount
        gross = min(row.gross, left.get(row.rate, NOTHING), amount)
        left[row.rate] = left.get(row.rate, NOTHING) - gross
        amount -= gross
        off = row.unit_price * row.quantity - gross if row.unit_price else NOTHING
        return replace(row, gross=gross, discount=off)

    wares = [taken(row) for row in asked[0]]
    shipping = taken(asked[1]) if asked[1] else None
    rest = [Row(_("Part of the price"), part, rate) for rate, part in split(amount, left).items()]
    return [row for row in (*wares, *rest) if row.gross], shipping
