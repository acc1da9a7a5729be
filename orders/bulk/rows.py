"""Writes made-up orders: what was ordered, paid, put on paper and sent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from catalog.texts import in_language
from orders import vat
from orders.bulk import aftermath, history, numbers
from orders.bulk.plans import NONCE, Fate, Plan, Shop
from orders.gifts import make_code
from orders.models import Invoice, Order, OrderEvent, OrderLine, PaymentAttempt
from orders.paper import invoices
from orders.paper.numbers import Series

NOTHING = Decimal("0.00")


@transaction.atomic
def write(plans: list[Plan], shop: Shop) -> None:
    drawn = numbers.draw(plans)
    orders = Order.objects.bulk_create(
        _order(plan, number, shop) for plan, number in zip(plans, drawn, strict=True)
    )
    sold = list(zip(plans, orders, strict=True))
    OrderLine.objects.bulk_create(line for plan, order in sold for line in _lines(plan, order))
    prefetch_related_objects(orders, "lines")
    attempts = PaymentAttempt.objects.bulk_create(_attempt(*pair) for pair in sold)
    paid = [pair for pair in sold if pair[0].fate != Fate.EXPIRED]
    papers = Invoice.objects.bulk_create(_invoices(paid))
    aftermath.write_parcels(paid)
    taken = {attempt.order_id: attempt for attempt in attempts}
    backs = [(p, o, taken[o.pk], paper) for (p, o), paper in zip(paid, papers, strict=True)]
    aftermath.write_refunds([back for back in backs if back[0].fate in history.PAID_BACK])
    OrderEvent.objects.bulk_create(event for pair in sold for event in history.events(*pair))


def _order(plan: Plan, number: str, shop: Shop) -> Order:
    goods = sum((ware.price * count for ware, count in plan.wares), NOTHING)
    where, rate = plan.receiver, shop.rates.get(plan.receiver.country)
    free = rate is None or (rate.free_from is not None and goods >= rate.free_from)
    shipping = NOTHING if rate is None or free else rate.price
    way = rate.method if rate else None
    return Order(
        nonce=f"{NONCE}{plan.n}",
        number=number,
        customer_id=plan.customer,
        language=plan.language,
        email=plan.buyer.email,
        email_proved_at=plan.at(history.PAID) if plan.n % 2 else None,
        gift=plan.gift_to is not None,
        gift_code=make_code() if plan.gift_to else None,
        shipping=shipping,
        shipping_vat_rate=vat.rate(where.country, vat.STANDARD, plan.placed_at.date()),
        shipping_method=way,
        shipping_title=in_language(way, "name", plan.language) if way else "",
        total=goods + shipping,
        placed_at=plan.placed_at,
        **_places(plan),
        **history.end(plan, goods + shipping),
    )


def _places(plan: Plan) -> dict[str, Any]:
    delivery = {f"delivery_{name}": said for name, said in plan.receiver.place.items()}
    return delivery | {f"billing_{name}": said for name, said in plan.buyer.place.items()}


def _lines(plan: Plan, order: Order) -> Iterator[OrderLine]:
    for ware, count in plan.wares:
        rate = vat.rate(order.delivery_country, ware.vat_class, plan.placed_at.date())
        yield OrderLine(
            order=order,
            variant_id=ware.variant,
            sku=ware.sku,
            title=ware.titles[plan.language],
            quantity=count,
            unit_price=ware.price,
            vat_rate=rate,
            sealed=ware.sealed,
        )


def _attempt(plan: Plan, order: Order) -> PaymentAttempt:
    """PayPal knows of none of them, so nothing has its ids and nobody asks after it."""
    unpaid = plan.fate == Fate.EXPIRED
    return PaymentAttempt(
        order=order,
        position=1,
        state="abandoned" if unpaid else "captured",
        amount=order.total,
        captured=None if unpaid else order.total,
        create_request_id=f"{NONCE}{order.uuid}-cre-1",
        capture_request_id=f"{NONCE}{order.uuid}-cap-1",
        created_at=plan.placed_at,
        ask_at=plan.placed_at,
    )


def _invoices(paid: list[tuple[Plan, Order]]) -> Iterator[Invoice]:
    taken = numbers.take(Series.INVOICE, [plan.at(history.PAID) for plan, _ in paid])
    for (plan, order), number in zip(paid, taken, strict=True):
        yield Invoice(
            order=order,
            number=number,
            issued_at=plan.at(history.PAID),
            total=order.total,
            language=order.language,
            content=invoices.frozen(order, "", now=plan.at(history.PAID)),
            **plan.buyer.place,
        )
