"""The same for many at once: each parcel in a transaction of its own, the good ones go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import Order, Shipment
from orders.parcels import carriers, services
from orders.parcels.labels import find, label
from orders.parcels.services import NotPossible


@dataclass
class Wanted:
    """A parcel that is to leave, as it was typed; ``fault`` is why it stays."""

    typed: str  # the code, or the whole line where several were pasted
    parcel: Shipment | None = None
    code: str = ""
    fault: str = ""
    typed_beside: bool = False  # a field of its own, not a line among others


@dataclass
class Packed:
    n: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    sent: list[Shipment] = field(default_factory=list)
    faults: list[Wanted] = field(default_factory=list)


def read(pasted: str) -> list[Wanted]:
    """Lines of a parcel or order and its code: ``2026-000123;3SABC…``; also tabs and commas."""
    lines = [line.strip() for line in pasted.lstrip("\ufeff").splitlines()]
    return [_read(line) for line in lines if line]


def _read(line: str) -> Wanted:
    cells = [cell.strip(' "') for cell in line.replace("\t", ";").replace(",", ";").split(";")]
    if len(cells) != 2:
        return Wanted(line, fault=_("Write the order's number, a semicolon and the code."))
    parcel, fault = find(cells[0])
    code = carriers.clean_code(cells[1])
    return Wanted(line, parcel, code, fault or ("" if code else _no_code(cells[1])))


def typed(parcel: Shipment, code: str) -> Wanted:
    """Without a code it goes without one, as what fits through a letterbox does."""
    clean = carriers.clean_code(code)
    fault = "" if clean or not code else _no_code(code)
    return Wanted(code, parcel, clean, fault, typed_beside=True)


def _no_code(typed: str) -> str:
    said = {"code": typed[:70]}
    return _("“%(code)s” is no tracking code: 6 to 60 letters, digits and hyphens.") % said


def ship(wanted: Sequence[Wanted], *, now: datetime) -> Outcome:
    """Let the good ones go; those that stay say why."""
    outcome, parcels, codes = Outcome(), set[int](), set[str]()
    for one in wanted:
        one.fault = one.fault or _doubled(one, parcels, codes) or _shipped(one, now)
        if one.parcel and not one.fault:
            outcome.sent.append(one.parcel)
            parcels.add(one.parcel.pk)
            codes.add(one.code)
        else:
            outcome.faults.append(one)
    return outcome


def _doubled(one: Wanted, parcels: set[int], codes: set[str]) -> str:
    if one.parcel and one.parcel.pk in parcels:
        return _("This parcel is named twice.")
    if not one.code:
        return ""
    other = Shipment.objects.filter(tracking=one.code).select_related("order").first()
    if one.code in codes or other:
        said = {"other": label(other) if other else ""}
        return _("This code belongs to parcel %(other)s already.") % said
    return ""


def _shipped(one: Wanted, now: datetime) -> str:
    if one.parcel is None:
        return _("There is no such parcel.")
    try:
        won = services.ship(one.parcel, now=now, tracking=one.code)
    except NotPossible as reason:
        return str(reason)
    return "" if won else _("It has left before, or never will.")


def pack(parcels: Iterable[Shipment], *, now: datetime) -> Packed:
    """How many were packed by this, and of the others why not."""
    outcome = Packed()
    for parcel in parcels:
        try:
            outcome.n += services.pack(parcel, now=now)
        except NotPossible as reason:
            outcome.faults.append(f"{label(parcel)}: {reason}")
    return outcome


def deliver(parcels: Iterable[Shipment], *, now: datetime) -> int:
    """How many of these parcels have arrived by this."""
    return sum(services.deliver(parcel, now=now) for parcel in parcels)


def deliver_orders(orders: Iterable[Order], *, now: datetime) -> int:
    """All parcels of these orders that are on their way have arrived; how many there were."""
    keys = [order.pk for order in orders]
    waiting = Shipment.objects.filter(order__in=keys, state=Shipment.State.SHIPPED)
    return deliver(waiting.select_related("order").order_by("pk"), now=now)
