"""Where a parcel can be followed: each carrier's own page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import quote

from orders.models import Shipment

Link: TypeAlias = Callable[[str, Shipment], str]  # of a tracking code, made safe for an address
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{4,58}[A-Z0-9]")


def _postnl(code: str, parcel: Shipment) -> str:
    """It asks for country and postcode, which it knows from us, before it says more."""
    order = parcel.order
    postcode = quote(order.delivery_postcode.replace(" ", ""), safe="")
    page = "jouw.postnl.nl/track-and-trace"
    return f"https://{page}/{code}-{order.delivery_country}-{postcode}?language={order.language}"


def _dhl(code: str, parcel: Shipment) -> str:
    return f"https://www.dhl.com/nl-{parcel.order.language}/home/tracking.html?tracking-id={code}"


def _dpd(code: str, parcel: Shipment) -> str:
    return f"https://www.dpdgroup.com/nl/mydpd/my-parcels/track?parcelNumber={code}"


def _gls(code: str, parcel: Shipment) -> str:
    return f"https://gls-group.eu/NL/{parcel.order.language}/volg-je-pakket?match={code}"


def _ups(code: str, parcel: Shipment) -> str:
    return f"https://www.ups.com/track?loc={parcel.order.language}_NL&tracknum={code}"


def _bpost(code: str, parcel: Shipment) -> str:
    language = parcel.order.language
    return f"https://track.bpost.cloud/btr/web/#/search?itemCode={code}&lang={language}"


LINKS: Mapping[str, Link] = {
    "postnl": _postnl,
    "dhl": _dhl,
    "dpd": _dpd,
    "gls": _gls,
    "ups": _ups,
    "bpost": _bpost,
}


def tracking_url(parcel: Shipment) -> str:
    """The carrier's page about it; empty without a code or where we know no such page."""
    link = LINKS.get(parcel.carrier.strip().lower())
    return link(quote(parcel.tracking, safe=""), parcel) if link and parcel.tracking else ""


def clean_code(typed: str) -> str:
    """A tracking code as carriers write it, in capitals without spaces; empty if it is none."""
    code = re.sub(r"\s", "", typed).upper()
    return code if CODE.fullmatch(code) else ""
