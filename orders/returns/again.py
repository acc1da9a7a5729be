"""The same sent once more, free of charge, for goods that came back broken or wrong."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from orders.models import Order, Return, Shipment
from orders.parcels import redelivery
from orders.parcels.services import NotPossible
from orders.returns import deciding
from orders.returns.services import NotNow, held


def send_again(back: Return, *, now: datetime) -> list[Order]:
    """Redeliver what came back, in place of the parcels it came in.

    Raises NotNow, or NotPossible.
    """
    with held(back.order):
        mine = deciding.still_open(back)
        if not deciding.may_decide(mine):
            raise NotNow
        made = [
            redelivery.redeliver(parcel, _wish(mine, parcel, lines), now=now)
            for parcel, lines in _by_parcel(mine)
        ]
        deciding.settle(mine, None, now)
    return made


def _wish(back: Return, parcel: Shipment, lines: dict[int, int]) -> redelivery.Again:
    wrong = back.reason == Return.Reason.WRONG
    reason = redelivery.Reason.WRONG if wrong else redelivery.Reason.DAMAGED
    nonce = salted_hmac("orders.returns.again", f"{back.pk}:{parcel.pk}").hexdigest()
    return redelivery.Again(nonce, reason, lines)


def _by_parcel(back: Return) -> list[tuple[Shipment, dict[int, int]]]:
    """Which delivered parcels of the order its pieces came in. Raises NotPossible."""
    wanted, found = deciding.pieces_of(back), []
    delivered = back.order.shipments.filter(delivered_at__isnull=False)
    for parcel in delivered.order_by("position"):
        most = redelivery.redeliverable(parcel)
        mine = {k: min(n, most.get(k, 0)) for k, n in wanted.items() if most.get(k, 0) > 0}
        wanted = {k: n - mine.get(k, 0) for k, n in wanted.items() if n > mine.get(k, 0)}
        if mine:
            found.append((parcel, mine))
    if wanted:
        raise NotPossible(_("Send it again from the page of the parcel it came in."))
    return found
