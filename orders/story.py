"""What happened to an order, in words: the timeline of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders.models import Order, Refund, Return, Shipment, Withdrawal
from orders.parcels.handing_over import phone_of
from orders.returns import doing, services

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """``title`` is what happened; ``amount`` in EUR and ``words`` say more of it."""

    title: str
    at: datetime | None = None
    words: str = ""
    amount: Decimal | None = None
    kind: str = ""  # now or next; else it has happened


Chapter: TypeAlias = Callable[[Order], Iterator[Step]]


def told(order: Order) -> list[Step]:
    """All that happened, the first thing first."""
    steps = [step for chapter in CHAPTERS for step in chapter(order)]
    return sorted((step for step in steps if step.at), key=lambda step: step.at or LONG_AGO)


def ahead(order: Order) -> list[Step]:
    """What is now, and what comes."""
    if order.state != Order.State.CONFIRMED or order.delivered_at:
        return []
    if doing.went_back(order):
        return []
    states = set(order.shipments.values_list("state", flat=True))
    delivered = Step(_("Delivered"), kind="next")
    if states & {Shipment.State.OPEN, Shipment.State.PACKED} or not states:
        handed = Step(_("Handed to the carrier"), kind="next")
        return [Step(_("Being packed"), kind="now"), handed, delivered]
    if Shipment.State.SHIPPED in states:
        return [Step(_("On its way to you"), kind="now"), delivered]
    return []


def _sale(order: Order) -> Iterator[Step]:
    yield Step(_("Placed"), order.placed_at)
    if order.replaces:
        said = _("free, in place of what went wrong with order %(number)s")
        yield Step(_("Confirmed"), order.confirmed_at, said % {"number": order.replaces.number})
    elif order.confirmed_at:
        paid = _("with PayPal") if order.total else ""
        yield Step(_("Paid"), order.confirmed_at, paid, order.total)
    for event in order.events.filter(kind__in=["order_cancelled", services.MISSING]):
        cancelled = event.kind == "order_cancelled"
        title = _("Cancelled") if cancelled else _("You told us that something did not arrive")
        yield Step(title, event.at, "" if cancelled else _("We ask the carrier."))
    if order.closed_at and order.state == Order.State.CLOSED:
        yield Step(pgettext("order", "Closed"), order.closed_at)


def _parcels(order: Order) -> Iterator[Step]:
    parcels = list(order.shipments.order_by("position"))
    for parcel in parcels:
        which = ""
        if len(parcels) > 1:
            which = _("Parcel %(position)s") % {"position": parcel.position}
        yield Step(_("Packed"), parcel.packed_at, which)
        yield Step(_("Handed to the carrier"), parcel.shipped_at, _carried(order, parcel, which))
        yield Step(_("Delivered"), parcel.delivered_at, which)
        if not parcel.delivered_at:  # else its return tells
            yield Step(_("Came back to us"), parcel.returned_at, which)
    if not parcels:
        yield Step(_("Delivered"), order.delivered_at)


def _carried(order: Order, parcel: Shipment, which: str) -> str:
    if phone_of(order):
        told = _("%(carrier)s received the name, address and phone number")
    else:
        told = _("%(carrier)s received the name and address")
    told = told % {"carrier": parcel.carrier or _("The carrier")}
    code = _("tracking code %(code)s") % {"code": parcel.tracking} if parcel.tracking else ""
    return ", ".join(part for part in (which, told, code) if part)


def _withdrawals(order: Order) -> Iterator[Step]:
    for said in order.withdrawals.order_by("received_at"):
        yield Step(_("You withdrew from the contract"), said.received_at, _content(said))


def _content(said: Withdrawal) -> str:
    if said.whole:
        return _("the whole order")
    lines = [f"{line['quantity']} × {line['title']}" for line in said.content.get("lines", [])]
    return ", ".join(lines) or str(said.content.get("words", ""))


def _returns(order: Order) -> Iterator[Step]:
    for back in order.returns.prefetch_related("lines__line").order_by("position"):
        if back.reason != Return.Reason.WITHDRAWAL:
            yield Step(_("Return announced"), back.announced_at, back.get_reason_display())
        code = _("tracking code %(code)s") % {"code": back.tracking} if back.tracking else ""
        yield Step(_("You sent it back"), back.sent_at, code)
        arrived = [f"{n.received} × {n.line.title}" for n in back.lines.all() if n.received]
        yield Step(_("Your return is here"), back.received_at, ", ".join(arrived))
        yield Step(_("We looked at it"), back.inspected_at)
        if back.state == Return.State.CANCELLED:
            yield Step(_("The return was called off"), back.settled_at)


def _refunds(order: Order) -> Iterator[Step]:
    for refund in order.refunds.select_related("attempt").order_by("position"):
        amount = refund.amount if refund.attempt.currency == "EUR" else None
        if refund.state in Refund.RETURNED_STATES:
            to, at = _("to the payment you used"), refund.settled_at or refund.requested_at
            yield Step(_("Paid back"), at, to, amount)
        elif refund.approved_at and refund.state in Refund.UNDER_WAY:
            yield Step(_("On its way back to you"), refund.approved_at, amount=amount)


def _replacements(order: Order) -> Iterator[Step]:
    for again in order.replacements.order_by("placed_at"):
        number = _("as order %(number)s, free of charge") % {"number": again.number}
        yield Step(_("Sent again"), again.placed_at, number)


CHAPTERS: tuple[Chapter, ...] = (
    _sale,
    _parcels,
    _withdrawals,
    _returns,
    _refunds,
    _replacements,
)
