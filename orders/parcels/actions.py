"""What can be done with a parcel now; and of an order's parcels, for its page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.admin.actions import Action, contributes
from orders.models import Order, Shipment
from orders.parcels.holding import held_back

State = Shipment.State


@contributes
def actions(order: Order) -> list[Action]:
    """Beside a parcel's name where the order has several."""
    parcels = sorted(order.shipments.all(), key=lambda parcel: parcel.position)
    held = held_back(order) if parcels else ""
    found = []
    for parcel in parcels:
        begin = f"{order.number}/{parcel.position}: " if len(parcels) > 1 else ""
        found += [
            Action(f"{begin}{one.label}", one.url, one.why_not, one.post, one.permission)
            for one in of_parcel(parcel, held)
        ]
    return found


def of_parcel(parcel: Shipment, held: str) -> list[Action]:
    """``held``: why nothing of its order may leave the house, or empty."""
    match parcel.state:
        case State.OPEN | State.PACKED:
            return _in_the_house(parcel, held)
        case State.SHIPPED | State.LOST:
            return _on_its_way(parcel)
        case State.RETURNED | State.DELIVERED:
            return [_again(parcel)]
    return []


def _in_the_house(parcel: Shipment, held: str) -> list[Action]:
    slips = Action(_("Packing slip"), _list("slips", parcel), permission="orders.view_shipment")
    send = Action(_("Send the parcel"), _list("ship", parcel), held)
    if parcel.state == State.PACKED:
        return [slips, send, Action(_("Unpack"), _url("unpack", parcel), post=True)]
    alone = "" if sum(part.quantity for part in parcel.lines.all()) > 1 else _("it is one piece")
    return [
        *(slips, send),
        Action(_("Mark as packed"), _url("pack", parcel), held, post=True),
        Action(_("Split the parcel"), _url("split", parcel), alone),
    ]


def _on_its_way(parcel: Shipment) -> list[Action]:
    found = [
        Action(_("Mark as delivered"), _url("deliver", parcel), post=True),
        Action(_("It came back"), _url("came-back", parcel)),
        _again(parcel),
    ]
    if parcel.state == State.SHIPPED:
        found.insert(2, Action(_("Mark as lost"), _url("lose", parcel), post=True))
    return found


def _again(parcel: Shipment) -> Action:
    """Its page says how many pieces of what; that costs too much to be asked for each parcel."""
    return Action(_("Send again"), _url("redeliver", parcel))


def _url(name: str, parcel: Shipment) -> str:
    return reverse(f"admin:orders_shipment_{name}", args=[parcel.pk])


def _list(name: str, parcel: Shipment) -> str:
    return f"{reverse(f'admin:orders_shipment_{name}')}?ids={parcel.pk}"
