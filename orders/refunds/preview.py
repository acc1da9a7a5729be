"""What a refund would be: its parts, the VAT in it as a credit note would say, and what remains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Unpack

from orders.models import Invoice, Order, Refund
from orders.money import credited_vat, gross_by_rate
from orders.paper import snapshot
from orders.paper.credit_notes import credited
from orders.paper.snapshot import Row
from orders.refunds import limits, services
from orders.refunds.limits import NOTHING
from orders.refunds.services import Wanted
from orders.refunds.shares import Piece, Share


@dataclass(frozen=True)
class Preview:
    """EUR. ``vat`` by rate in percent; empty where no invoice is credited."""

    share: Share
    vat: Mapping[Decimal, Decimal]
    left: Decimal  # of the payment, once this went back

    @property
    def free(self) -> Decimal:
        """What is neither goods nor delivery."""
        goods = sum((piece.amount for piece in self.share.pieces), NOTHING)
        return self.share.amount - self.share.shipping - goods


def of_request(order: Order, **wanted: Unpack[Wanted]) -> Preview:
    """As things stand. Raises NotRefundable."""
    share = services.share_of(order, **wanted)
    return Preview(share, _vat(order, share), limits.left(order) - share.amount)


def of_refund(refund: Refund) -> Preview:
    pieces = tuple(
        Piece(row.line, row.quantity, row.amount)
        for row in refund.lines.select_related("line").order_by("line_id")
    )
    share = Share(refund.amount, refund.shipping, pieces)
    note = getattr(refund, "credit_note", None)
    if note:
        vat = {Decimal(row["rate"]): Decimal(row["vat"]) for row in note.content.get("vat", [])}
    else:
        vat = {} if refund.reason in limits.SURPLUS else _vat(refund.order, share)
    return Preview(share, vat, limits.left_of(refund.attempt))


def _vat(order: Order, share: Share) -> dict[Decimal, Decimal]:
    invoice = Invoice.objects.filter(order=order).first()
    if invoice is None:
        return {}
    before = snapshot.summed([note.content for note in invoice.credit_notes.all()])
    there = snapshot.summed([invoice.content])
    left = {rate: gross - before.get(rate, NOTHING) for rate, gross in there.items()}
    wares = [Row(p.line.title, p.amount, p.line.vat_rate) for p in share.pieces]
    rate = order.shipping_vat_rate
    shipping = Row(order.shipping_title, share.shipping, rate) if share.shipping else None
    rows, delivery = credited(share.amount, (wares, shipping), left)
    gross = gross_by_rate([row.part for row in ([*rows, delivery] if delivery else rows)])
    return {rate: credited_vat(before.get(rate, NOTHING), gross[rate], rate) for rate in gross}
