"""A cart becomes an order, or an order ends before it was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from catalog import stock
from orders import countries, totals
from orders.cart import CartLine
from orders.events import move, record
from orders.models import LIVE, Order, OrderLine, PaymentAttempt


class TotalChanged(Exception):
    """The summary the shopper saw is no longer what it would cost."""


@dataclass(frozen=True)
class Wish:
    """What the checkout form says."""

    nonce: str
    seen_total: Decimal
    customer: User | None
    language: str
    fields: Mapping[str, str]  # of Order: contact, delivery_*, billing_*


def place_order(wish: Wish, lines: Sequence[CartLine], *, now: datetime) -> Order:
    """Freeze the cart and reserve its stock, all or nothing.

    The same form sent twice gives the same order. Raises TotalChanged, or
    catalog.stock.OutOfStock naming the short lines.
    """
    placed = Order.objects.filter(nonce=wish.nonce).first()
    if placed:
        return placed
    country = wish.fields["delivery_country"]
    if not lines or totals.of_cart(lines, country).total != wish.seen_total:
        raise TotalChanged
    try:
        return _place(wish, lines, now=now)
    except IntegrityError:  # the other click was a moment earlier
        return Order.objects.get(nonce=wish.nonce)


@transaction.atomic
def _place(wish: Wish, lines: Sequence[CartLine], *, now: datetime) -> Order:
    country = wish.fields["delivery_country"]
    cost = totals.of_cart(lines, country)
    order = Order.objects.create(
        nonce=wish.nonce,
        number=_next_number(now),
        customer=wish.customer,
        language=wish.language,
        shipping=cost.shipping,
        shipping_vat_rate=countries.vat_rate(country, "standard"),
        total=cost.total,
        placed_at=now,
        **wish.fields,
    )
    OrderLine.objects.bulk_create(_frozen(order, line) for line in lines)
    stock.reserve({line.variant.pk: line.quantity for line in lines})
    record(order.pk, "order_placed", now=now)
    return order


def _frozen(order: Order, line: CartLine) -> OrderLine:
    variant = line.variant
    return OrderLine(
        order=order,
        variant=variant,
        sku=variant.sku,
        title=variant.title(order.language)[:200],
        quantity=line.quantity,
        unit_price=variant.price,
        vat_rate=countries.vat_rate(order.delivery_country, variant.vat_class),
        sealed=variant.sealed,
    )


def _next_number(now: datetime) -> str:
    """Unique and short, not gapless as an invoice's: a lock here would queue every buyer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_number')")
        return f"{now:%Y}-{cursor.fetchone()[0]:06d}"


def expire(order: Order, *, now: datetime) -> bool:
    """End an order nobody paid and free its stock; never beside a payment that may take money."""
    return _end(order, Order.State.EXPIRED, now=now)


def cancel(order: Order, *, now: datetime) -> bool:
    """End an unpaid order because the shopper says so; PayPal was asked before."""
    return _end(order, Order.State.CANCELLED, now=now)


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
    return won


def quantities(order: Order) -> dict[int, int]:
    """Pieces by variant."""
    return dict(order.lines.values_list("variant_id", "quantity"))
