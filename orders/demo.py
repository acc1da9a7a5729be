"""A few orders of the demo shopper, so that her pages show something. Nothing is mailed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from catalog import stock
from catalog.models import Variant
from orders import checkout, offers
from orders.cart import CartLine
from orders.events import move
from orders.models import Order, PaymentAttempt
from orders.offers import Choice
from orders.paper import invoices
from orders.parcels.handing_over import tell_carrier
from orders.parcels.services import open_parcel
from orders.personal_data import told_paypal
from outbox.services import discard

PLACE = {
    "name": "Sanne Jansen",
    "street": "Verzonnenlaan",
    "house_number": "34",
    "postcode": "1012 AB",
    "city": "Amsterdam",
    "country": "NL",
}
DAYS_AGO = {"demo-delivered": 40, "demo-paid": 1, "demo-unpaid": 9}


@transaction.atomic
def load(shopper: User, *, now: datetime) -> None:
    """One long delivered, one just paid, one never paid. Safe to repeat."""
    for nonce, days in DAYS_AGO.items():
        if Order.objects.filter(nonce=nonce).exists():
            continue
        moment = now - timedelta(days=days)
        order = _placed(shopper, nonce, moment)
        if order is None:
            return
        if nonce == "demo-unpaid":
            checkout.expire(order, now=moment + timedelta(hours=3))
            continue
        _paid(order, moment + timedelta(minutes=2))
        if nonce == "demo-delivered":
            _delivered(order, moment + timedelta(days=2))


def _placed(shopper: User, nonce: str, moment: datetime) -> Order | None:
    variant = Variant.objects.on_sale().filter(on_hand__gt=1).order_by("pk").first()
    if variant is None:
        return None
    lines = [CartLine(variant, 1)]
    fields = {f"{part}_{name}": PLACE[name] for part in ("delivery", "billing") for name in PLACE}
    seen = offers.of(lines, Choice(), now=moment).mark
    said = fields | {"email": shopper.email, "phone": "+31 20 555 01 23"}
    wish = checkout.Wish(nonce, seen, shopper, "nl", said)
    order = checkout.place_order(wish, lines, now=moment)
    discard("orders/placed", [f"order:{order.pk}"])
    return order


def _paid(order: Order, moment: datetime) -> None:
    """As if PayPal had been paid: no PayPal knows of it, the record shows it all the same."""
    told_paypal(order, now=moment)
    PaymentAttempt.objects.create(
        order=order,
        position=1,
        state=PaymentAttempt.State.CAPTURED,
        amount=order.total,
        captured=order.total,
        create_request_id=f"demo-{order.uuid}-cre-1",
        capture_request_id=f"demo-{order.uuid}-cap-1",
        created_at=moment,
        ask_at=moment,
    )
    move(order, "confirmed", of=["placed"], now=moment, confirmed_at=moment, paid=order.total)
    stock.sell(checkout.quantities(order))
    open_parcel(order, now=moment)
    invoices.issue(order, now=moment)


def _delivered(order: Order, moment: datetime) -> None:
    """As if the carrier had brought it: no mail tells of it."""
    for parcel in order.shipments.all():
        tell_carrier(parcel, now=moment - timedelta(days=1))
        sent, way = moment - timedelta(days=1), {"tracking": "3SDEMO000001", "carrier": "PostNL"}
        move(parcel, "shipped", of=["open"], now=sent, shipped_at=sent, **way)
        move(parcel, "delivered", of=["shipped"], now=moment, delivered_at=moment)
    Order.objects.filter(pk=order.pk).update(delivered_at=moment)
