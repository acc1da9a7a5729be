"""A parcel's name on paper and in lists, and the parcel that a name means."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from orders.models import Shipment
from orders.parcels.services import IN_THE_HOUSE

NAME = re.compile(r"([A-Z0-9][A-Z0-9-]{3,19})(?:/([0-9]{1,3}))?")


def label(parcel: Shipment) -> str:
    """``2026-000123/2``: the order's number and which of its parcels."""
    return f"{parcel.order.number}/{parcel.position}"


def find(name: str) -> tuple[Shipment | None, str]:
    """The waiting parcel of that name, or of that order if it has one alone; else why not."""
    match = NAME.fullmatch(name.strip().upper())
    said = {"name": name[:70]}
    if match is None:
        return None, _("“%(name)s” is no number of an order or parcel.") % said
    parcels = Shipment.objects.filter(order__number=match[1]).select_related("order")
    if match[2]:
        parcel = parcels.filter(position=int(match[2])).first()
        return parcel, "" if parcel else _("There is no parcel %(name)s.") % said
    waiting = list(parcels.filter(state__in=IN_THE_HOUSE)[:2])
    if len(waiting) > 1:
        return None, _("Several parcels of %(name)s wait: write %(name)s/1 or so.") % said
    if not waiting:
        return None, _("No parcel of %(name)s waits to leave.") % said
    return waiting[0], ""
