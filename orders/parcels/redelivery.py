"""Sending again what was lost, came back, broke or was wrong: an order that costs nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import stock
from orders import checkout, gifts, letters
from orders.events import move, record
from orders.models import Order, OrderLine, Refund, Shipment
from orders.parcels import arrival, services
from orders.parcels.arrival import Pieces, contents
from orders.parcels.holding import all_paid_back, lineage, locked
from orders.parcels.services import NotPossible

State = Shipment.State
PLACE = ("name", "street", "house_number", "postcode", "city", "country", "phone")
KEPT = ("customer", "language", "email", "email_proved_at", "phone", "gift", "gift_note")
WAY = ("shipping_vat_rate", "shipping_method", "shipping_title")
NOT_COMING = [Refund.State.REFUSED, Refund.State.FAILED]


class Reason(models.TextChoices):
    LOST = "lost", gettext_lazy("lost on the way")
    RETURNED = "returned", gettext_lazy("came back undelivered")
    DAMAGED = "damaged", gettext_lazy("arrived damaged")
    WRONG = "wrong", gettext_lazy("not what was ordered")


FITS: Mapping[str, frozenset[str]] = {  # reason → where its parcel is
    Reason.LOST: frozenset({State.SHIPPED, State.LOST}),
    Reason.RETURNED: frozenset({State.RETURNED}),
    Reason.DAMAGED: frozenset({State.DELIVERED}),
    Reason.WRONG: frozenset({State.DELIVERED}),
}


@dataclass(frozen=True)
class Again:
    """What staff asks for; the same ``nonce`` twice is one redelivery."""

    nonce: str
    reason: str
    lines: Mapping[int, int]  # pieces, by the key of a line of the parcel's order
    address: Mapping[str, str] = field(default_factory=dict)  # delivery_*, where it was wrong


def redeliver(parcel: Shipment, wish: Again, *, now: datetime) -> Order:
    """Send pieces of a parcel once more, free of charge: stock taken, confirmed, the buyer told.

    What it replaces is not all there any more: its withdrawal period waits for the new parcel.
    Raises NotPossible.
    """
    made = Order.objects.filter(nonce=wish.nonce).first()
    if made:
        return made
    try:
        with transaction.atomic():
            return _redeliver(parcel, wish, now=now)
    except IntegrityError:  # the other click was a moment earlier
        return Order.objects.get(nonce=wish.nonce)


def _redeliver(parcel: Shipment, wish: Again, *, now: datetime) -> Order:
    original = locked(parcel.order)
    parcel.refresh_from_db()
    _check(parcel, wish)
    if wish.reason == Reason.LOST:
        services.lose(parcel, now=now)
    order = _placed(original, wish, now=now)
    _sold(order)
    move(order, Order.State.CONFIRMED, of=[Order.State.PLACED], now=now, confirmed_at=now)
    services.open_parcel(order, now=now, replaces=parcel)
    letters.sent_again(order, of=lineage(original)[-1])
    record(original.pk, "redelivered", now=now, detail=f"{wish.reason} {order.number}")
    waiting = [one.pk for one in lineage(original)]
    Order.objects.filter(pk__in=waiting, state=Order.State.CONFIRMED).update(delivered_at=None)
    return order


def _check(parcel: Shipment, wish: Again) -> None:
    if reason := why_not(parcel):
        raise NotPossible(reason)
    where = State.DELIVERED if parcel.delivered_at else parcel.state  # then it was sent back
    if where not in FITS.get(wish.reason, frozenset()):
        said = {"state": parcel.get_state_display()}
        raise NotPossible(_("That is no reason for a parcel that is %(state)s.") % said)
    if not wish.lines or any(n < 1 for n in wish.lines.values()):
        raise NotPossible(_("Choose at least one piece."))
    most = redeliverable(parcel)
    if any(n > most.get(key, 0) for key, n in wish.lines.items()):
        raise NotPossible(_("More than was sold, or than is not sent again or paid back yet."))


def of(parcel: Shipment) -> list[Shipment]:
    """The parcels that were sent in its place."""
    return list(parcel.replacements.select_related("order").order_by("pk"))


def why_not(parcel: Shipment) -> str:
    """Why nothing of it can be sent again, or empty."""
    if parcel.state not in frozenset().union(*FITS.values()):
        return _("The parcel has not left, or will not.")
    if parcel.order.state not in {Order.State.CONFIRMED, Order.State.CLOSED}:
        state = parcel.order.get_state_display()
        return _("The order is %(state)s.") % {"state": state}
    if not parcel.order.delivery_name:
        return _("Its address is erased.")
    if all_paid_back(parcel.order):
        return _("What was paid for this order went back, or is about to.")
    if not any(redeliverable(parcel).values()):
        return _("All of it was sent again or paid back.")
    return ""


def redeliverable(parcel: Shipment) -> dict[int, int]:
    """How many pieces of each line of a parcel may be sent again, at most.

    Of what did not arrive: as many as are owed. Of what arrived: as many as were sold and not paid
    back, less those already on their way in their place.
    """
    mine = contents([parcel]) - contents(arrival.sent_again(parcel))
    family = arrival.family(lineage(parcel.order)[-1])
    at_fault = parcel.state != State.DELIVERED and parcel.delivered_at is None
    most = _owed(parcel, family) if at_fault else _still_bought(parcel, family)
    variants = dict(parcel.lines.values_list("line_id", "line__variant"))
    return {key: max(0, min(mine[v], most[v])) for key, v in variants.items()}


def _owed(parcel: Shipment, family: list[Shipment]) -> Pieces:
    failed = {one.pk: one for one in [*filter(arrival.has_failed, family), parcel]}
    return arrival.owed(parcel.order, failed.values(), but=NOT_COMING)


def _still_bought(parcel: Shipment, family: list[Shipment]) -> Pieces:
    """Sold, less what was paid back, less what was sent in place of something and stands."""
    first = lineage(parcel.order)[-1]
    left: Pieces = Counter(checkout.quantities(first))
    left -= arrival.refunded(first, but=NOT_COMING)
    for one in family:
        if one.replaces_id and not arrival.has_failed(one):
            left -= contents([one]) - contents(arrival.sent_again(one))
    return left


def _placed(original: Order, wish: Again, *, now: datetime) -> Order:
    place = {f"delivery_{name}": getattr(original, f"delivery_{name}") for name in PLACE}
    order = Order.objects.create(
        nonce=wish.nonce,
        number=checkout.next_number(now),
        replaces=original,
        gift_code=gifts.make_code() if original.gift else None,
        shipping=0,
        total=0,
        placed_at=now,
        **{name: getattr(original, name) for name in (*KEPT, *WAY)},
        **(place | dict(wish.address)),
    )
    lines = original.lines.filter(pk__in=wish.lines).order_by("pk")
    OrderLine.objects.bulk_create(_free(order, line, wish.lines[line.pk]) for line in lines)
    record(order.pk, "order_placed", now=now, detail=wish.reason)
    return order


def _free(order: Order, line: OrderLine, quantity: int) -> OrderLine:
    return OrderLine(
        order=order,
        variant=line.variant,
        sku=line.sku,
        title=line.title,
        quantity=quantity,
        unit_price=0,
        vat_rate=line.vat_rate,
        sealed=line.sealed,
    )


def _sold(order: Order) -> None:
    wanted = checkout.quantities(order)
    try:
        stock.reserve(wanted)
    except stock.OutOfStock as error:
        short = order.lines.filter(variant__in=error.short).values_list("sku", "variant")
        said = ", ".join(f"{sku} ({error.available[key]})" for sku, key in short)
        raise NotPossible(_("Not enough in stock: %(short)s.") % {"short": said}) from error
    stock.sell(wanted)
