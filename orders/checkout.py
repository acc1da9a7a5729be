"""A cart becomes an order, or an order ends before it was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from catalog import stock
from catalog.texts import in_language
from orders import gifts, letters, offers, totals, vouchers
from orders.cart import CartLine
from orders.events import move, record
from orders.models import LIVE, Order, OrderLine, PaymentAttempt
from orders.offers import Choice, Offer
from orders.personal_data import HANDLING


class TotalChanged(Exception):
    """The summary the shopper saw is no longer what it would be."""


class Undeliverable(Exception):
    """Nothing brings it there; says why, in the shopper's language."""


@dataclass(frozen=True)
class Wish:
    """What the checkout form says."""

    nonce: str
    seen: str  # the mark of the offer whose summary the shopper saw
    customer: User | None
    language: str
    fields: Mapping[str, str]  # of Order: contact, delivery_*, billing_*
    way: str = ""  # of delivery: its slug
    code: str = ""  # of a voucher
    gift: bool = False
    agreed: str = ""  # to which words, by somebody whose data is otherwise only kept

    @property
    def choice(self) -> Choice:
        return Choice(self.fields["delivery_country"], self.way, self.code)


def place_order(wish: Wish, lines: Sequence[CartLine], *, now: datetime) -> Order:
    """Freeze the cart and reserve its stock, all or nothing.

    The same form sent twice gives the same order. Raises TotalChanged, Undeliverable,
    catalog.stock.OutOfStock naming the short lines, or vouchers.VoucherRefused.
    """
    placed = Order.objects.filter(nonce=wish.nonce).first()
    if placed:
        return placed
    offer = offers.of(lines, wish.choice, now=now)
    if offer.undeliverable:
        raise Undeliverable(offer.undeliverable)
    if not lines or offer.mark != wish.seen:
        raise TotalChanged
    try:
        return _place(wish, offer, now=now)
    except IntegrityError:  # the other click was a moment earlier
        return Order.objects.get(nonce=wish.nonce)


@transaction.atomic
def _place(wish: Wish, offer: Offer, *, now: datetime) -> Order:
    order = Order.objects.create(
        nonce=wish.nonce,
        number=next_number(now),
        customer=wish.customer,
        language=wish.language,
        gift=wish.gift,
        gift_code=gifts.make_code() if wish.gift else None,
        placed_at=now,
        **_prices(offer, wish.language),
        **wish.fields,
    )
    lines = OrderLine.objects.bulk_create(_frozen(order, n) for n in offer.totals.lines)
    stock.reserve({line.variant_id: line.quantity for line in lines})
    if offer.terms.voucher:
        vouchers.take(offer.terms.voucher, now=now)
    if wish.agreed and wish.customer:  # Art. 18(2) GDPR
        HANDLING.grant(wish.customer, wording=wish.agreed, now=now)
    record(order.pk, "order_placed", now=now)
    _acknowledge(order, lines, now=now)
    return order


def _acknowledge(order: Order, lines: list[OrderLine], *, now: datetime) -> None:
    """Mail what was ordered and how to pay; what costs nothing needs no payment."""
    from orders import settlement  # it imports us

    if order.total:
        letters.order_placed(order, totals.of(order, lines))
    else:
        settlement.confirm(order, now=now)


def _prices(offer: Offer, language: str) -> dict[str, object]:
    """What the order costs, beside its lines: a copy that no later price changes."""
    way = offer.terms.way
    return {
        "shipping": offer.totals.shipping,
        "shipping_vat_rate": totals.shipping_rate(offer.terms),
        "shipping_method": way.method if way else None,
        "shipping_title": in_language(way.method, "name", language) if way else "",
        "voucher": offer.terms.voucher,
        "discount": offer.totals.discount,
        "total": offer.totals.total,
    }


def _frozen(order: Order, line: CartLine | OrderLine) -> OrderLine:
    variant = line.variant
    return OrderLine(
        order=order,
        variant=variant,
        sku=variant.sku,
        title=variant.title(order.language)[:200],
        quantity=line.quantity,
        unit_price=line.unit_price,
        vat_rate=line.vat_rate,
        discount=line.discount,
        sealed=variant.sealed,
    )


def next_number(now: datetime) -> str:
    """Unique and short, not gapless as an invoice's: a lock here would queue every buyer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_number')")
        return f"{now:%Y}-{cursor.fetchone()[0]:06d}"


def expire(order: Order, *, now: datetime) -> bool:
    """End an order nobody paid and free its stock; never beside a payment that may take money."""
    return _end(order, Order.State.EXPIRED, now=now)


def cancel(order: Order, *, now: datetime) -> bool:
    """End an unpaid order because the shopper says so, and mail that; PayPal was asked before."""
    with transaction.atomic():
        won = _end(order, Order.State.CANCELLED, now=now)
        if won:
            letters.order_cancelled(order, None)
    return won


@transaction.atomic
def _end(order: Order, state: str, *, now: datetime) -> bool:
    Order.objects.select_for_update().get(pk=order.pk)  # a payment about to start waits, or we do
    held = PaymentAttempt.objects.filter(order=order).filter(
        state__in=[*LIVE, PaymentAttempt.State.CAPTURED]
    )
    if held.exists():
        return False
    won = move(order, state, of=[Order.State.PLACED], now=now, closed_at=now)
    if won:
        stock.release(quantities(order))
        vouchers.give_back(order)
    return won


def quantities(order: Order) -> dict[int, int]:
    """Pieces by variant."""
    return {line.variant_id: line.quantity for line in order.listed()}
