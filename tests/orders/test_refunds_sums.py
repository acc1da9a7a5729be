"""Whatever is refunded in whatever order: never more than was taken, and whole to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from catalog.models import Variant
from orders.models import Order, OrderLine, PaymentAttempt, Refund
from orders.refunds import limits, services, shares
from orders.refunds.services import NotRefundable
from tests.orders.conftest import make_variant

CENT = Decimal("0.01")
ROUNDS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
cents = st.integers(0, 30_000).map(lambda n: Decimal(n) / 100)
lines = st.lists(
    st.tuples(st.integers(1, 15_000), st.integers(1, 7), st.integers(0, 100)),
    min_size=1,
    max_size=4,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("amount"), cents),
        st.tuples(st.just("line"), st.integers(0, 3), st.integers(1, 7)),
        st.tuples(st.just("shipping"), cents),
        st.tuples(st.just("failed"), st.integers(0, 9)),
        st.tuples(st.just("refused"), st.integers(0, 9)),
    ),
    max_size=14,
)


@contextmanager
def forgotten() -> Iterator[None]:
    """What an example wrote is gone before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def variants(db: None) -> list[Variant]:
    return [make_variant(f"V{n}", "1.00", on_hand=1) for n in range(4)]


def paid_order(
    variants: list[Variant], said: list[tuple[int, int, int]], shipping: Decimal
) -> Order:
    """As placing and paying leave it. ``said``: cents of a piece, pieces, per cent off."""
    rows = [_line(variant, *line) for variant, line in zip(variants, said, strict=False)]
    total = sum((row.total for row in rows), Decimal("0.00")) + shipping
    now = timezone.now()
    order = Order.objects.create(
        nonce=Order.objects.count(),
        number=f"T{Order.objects.count()}",
        state="confirmed",
        shipping=shipping,
        shipping_vat_rate=21,
        total=total,
        paid=total,
        placed_at=now,
    )
    for row in rows:
        row.order = order
        row.save()
    PaymentAttempt.objects.create(
        order=order,
        position=1,
        state="captured",
        amount=total,
        captured=total,
        capture_id=f"C{order.pk}",
        create_request_id=f"c{order.pk}",
        capture_request_id=f"t{order.pk}",
        created_at=now,
        ask_at=now,
    )
    return order


def _line(variant: Variant, price: int, quantity: int, off: int) -> OrderLine:
    unit = Decimal(price) / 100
    discount = (unit * quantity * off / 100).quantize(Decimal("0.01"))
    return OrderLine(
        variant=variant,
        sku=variant.sku,
        title=variant.sku,
        quantity=quantity,
        unit_price=unit,
        discount=discount,
        vat_rate=21,
    )


def take(order: Order, step: tuple[Any, ...]) -> None:
    known = list(order.lines.order_by("pk"))
    refunds = list(order.refunds.order_by("pk"))
    match step:
        case "amount", amount:
            ask(order, amount=amount)
        case "line", number, pieces:
            ask(order, lines={known[number % len(known)].pk: pieces})
        case "shipping", amount:
            ask(order, shipping=amount)
        case ("failed" | "refused") as state, number if refunds:
            Refund.objects.filter(pk=refunds[number % len(refunds)].pk).update(state=state)


def ask(order: Order, **wanted: Any) -> None:
    try:
        services.request(order, reason="goodwill", now=timezone.now(), **wanted)
    except NotRefundable:
        return


def counted(order: Order) -> Decimal:
    rows = order.refunds.filter(state__in=limits.COUNTED)
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal("0.00")


@ROUNDS
@given(said=lines, shipping=cents, taken=steps)
def test_no_sequence_of_refunds_exceeds_what_was_taken_and_the_rest_is_exact(
    variants: list[Variant], said: list[tuple[int, int, int]], shipping: Decimal, taken: Any
) -> None:
    with forgotten():
        order = paid_order(variants, said, shipping)
        for step in taken:
            take(order, step)
            assert counted(order) <= order.total
        for refund in order.refunds.prefetch_related("lines"):
            parts = sum((row.amount for row in refund.lines.all()), refund.shipping)
            assert parts <= refund.amount
            assert refund.amount > 0

        services.whole(order, reason="cancelled", now=timezone.now())

        assert counted(order) == order.total
        assert limits.left(order) == 0


@ROUNDS
@given(said=lines, shipping=cents, data=st.data())
def test_an_order_refunded_piece_by_piece_comes_to_its_total(
    variants: list[Variant], said: list[tuple[int, int, int]], shipping: Decimal, data: Any
) -> None:
    with forgotten():
        order = paid_order(variants, said, shipping)
        assume(all(row.total >= row.quantity * CENT for row in order.lines.all()))
        pieces = [row.pk for row in order.lines.all() for _ in range(row.quantity)]
        for pk in data.draw(st.permutations(pieces)):
            ask(order, lines={pk: 1})
        ask(order, shipping=True)

        assert counted(order) == order.total


@given(price=st.integers(1, 99_999), quantity=st.integers(1, 30), off=st.integers(0, 100))
def test_the_pieces_of_a_line_add_up_and_the_last_has_the_odd_cents(
    price: int, quantity: int, off: int
) -> None:
    line = _line(Variant(sku="X"), price, quantity, off)
    gone, each = (0, Decimal("0.00")), []
    for _ in range(quantity):
        each.append(shares.worth(line, 1, gone))
        gone = (gone[0] + 1, gone[1] + each[-1])

    assert sum(each) == line.total
    assert len(set(each[:-1])) <= 1
    assert all(share <= each[-1] for share in each)
    assert each[-1] - each[0] < Decimal("0.01") * quantity
