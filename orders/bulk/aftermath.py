"""Writes what came after made-up orders were paid: parcels, withdrawals, returns, refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from orders.bulk import numbers
from orders.bulk.history import (
    ARRIVED,
    BACK,
    GIVEN_BACK,
    PACKED,
    PAID,
    REFUNDED,
    SENT,
    WITHDRAWN,
    refunded,
)
from orders.bulk.plans import NONCE, Fate, Plan
from orders.models import (
    CreditNote,
    Invoice,
    Order,
    PaymentAttempt,
    Refund,
    RefundLine,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
    Withdrawal,
)
from orders.paper import credit_notes
from orders.paper.numbers import Series

REASON = {Fate.CANCELLED: "cancelled", Fate.WITHDRAWN: "withdrawn", Fate.GOODWILL: "goodwill"}
STATE = {Fate.CANCELLED: "cancelled", Fate.OPEN: "open", Fate.PACKED: "packed"}
Back: TypeAlias = tuple[Plan, Order, PaymentAttempt, Invoice]


def write_parcels(paid: list[tuple[Plan, Order]]) -> None:
    """One parcel with all of it, as far as it has come."""
    parcels = Shipment.objects.bulk_create(_parcel(*pair) for pair in paid)
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=parcel, line=line, quantity=line.quantity)
        for parcel, (_, order) in zip(parcels, paid, strict=True)
        for line in order.listed()
    )


def _parcel(plan: Plan, order: Order) -> Shipment:
    sent = plan.fate in ARRIVED or plan.fate == Fate.SHIPPED
    arrived = plan.fate in ARRIVED
    state = "delivered" if arrived else STATE.get(plan.fate, "shipped")
    return Shipment(
        order=order,
        position=1,
        state=state,
        carrier="PostNL" if sent else "",
        tracking=f"3SBULK{plan.n:07}" if sent else "",
        created_at=plan.at(PAID),
        packed_at=plan.at(PACKED) if sent or plan.fate == Fate.PACKED else None,
        shipped_at=plan.at(SENT) if sent else None,
        delivered_at=plan.delivered_at if arrived else None,
    )


def write_refunds(backs: list[Back]) -> None:
    """What was cancelled, taken back or eased went back, with its credit note."""
    refunds = Refund.objects.bulk_create(_refund(*back) for back in backs)
    pairs = list(zip(backs, refunds, strict=True))
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line=line, quantity=line.quantity, amount=line.total)
        for (plan, order, _, _), refund in pairs
        if plan.fate != Fate.GOODWILL
        for line in order.listed()
    )
    moments = [refund.settled_at for refund in refunds if refund.settled_at]
    taken = numbers.take(Series.CREDIT_NOTE, moments)
    CreditNote.objects.bulk_create(
        _note(refund, invoice, number)
        for ((_, _, _, invoice), refund), number in zip(pairs, taken, strict=True)
    )
    _write_returns([pair for pair in pairs if pair[0][0].fate == Fate.WITHDRAWN])


def _refund(plan: Plan, order: Order, attempt: PaymentAttempt, invoice: Invoice) -> Refund:
    moment = plan.at(GIVEN_BACK[plan.fate])
    return Refund(
        order=order,
        attempt=attempt,
        position=1,
        state="completed",
        reason=REASON[plan.fate],
        amount=refunded(plan, order.total),
        shipping=order.shipping if plan.fate != Fate.GOODWILL else Decimal("0.00"),
        request_id=f"{NONCE}{order.uuid}-ref-1",
        approved_at=moment,
        requested_at=moment,
        settled_at=moment,
        ask_at=moment,
    )


def _note(refund: Refund, invoice: Invoice, number: str) -> CreditNote:
    parts = ("name", "street", "house_number", "postcode", "city", "country", "language")
    return CreditNote(
        refund=refund,
        invoice=invoice,
        number=number,
        issued_at=refund.settled_at or refund.requested_at,
        total=refund.amount,
        content=credit_notes.frozen(refund, invoice, []),
        **{part: getattr(invoice, part) for part in parts},
    )


def _write_returns(pairs: list[tuple[Back, Refund]]) -> None:
    said = Withdrawal.objects.bulk_create(_statement(plan, order) for (plan, order, *_), _ in pairs)
    returns = Return.objects.bulk_create(
        _return(plan, statement, refund)
        for ((plan, *_), refund), statement in zip(pairs, said, strict=True)
    )
    ReturnLine.objects.bulk_create(
        ReturnLine(
            goods_return=back,
            line=line,
            quantity=line.quantity,
            received=line.quantity,
            restocked=line.quantity,
            condition="as_new",
        )
        for ((_, order, *_), _), back in zip(pairs, returns, strict=True)
        for line in order.listed()
    )


def _statement(plan: Plan, order: Order) -> Withdrawal:
    return Withdrawal(
        order=order,
        nonce=f"{NONCE}{plan.n}",
        number=order.number,
        name=plan.buyer.name,
        email=plan.buyer.email,
        language=plan.language,
        content={"lines": [{"title": n.title, "quantity": n.quantity} for n in order.listed()]},
        received_at=plan.at(WITHDRAWN),
        taken_up_at=plan.at(WITHDRAWN),
        handled_at=plan.at(WITHDRAWN),
    )


def _return(plan: Plan, statement: Withdrawal, refund: Refund) -> Return:
    return Return(
        order=refund.order,
        withdrawal=statement,
        position=1,
        state="inspected",
        reason="withdrawal",
        refund=refund,
        announced_at=plan.at(WITHDRAWN),
        received_at=plan.at(BACK),
        inspected_at=plan.at(BACK),
        settled_at=plan.at(REFUNDED),
    )
