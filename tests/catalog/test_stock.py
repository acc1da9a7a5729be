from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import demo, stock
from catalog.models import Variant


def shelf(sku: str) -> tuple[int, int]:
    variant = Variant.objects.get(sku=sku)
    return variant.on_hand, variant.reserved


def key(sku: str) -> int:
    return Variant.objects.get(sku=sku).pk


def put(sku: str, on_hand: int) -> int:
    Variant.objects.filter(sku=sku).update(on_hand=on_hand, reserved=0)
    return key(sku)


@pytest.mark.usefixtures("shelves")
class TestOneBuyer:
    def test_what_is_reserved_is_still_on_hand(self) -> None:
        stock.reserve({put("STIL-SPRUCE", 5): 2, put("PIP-LILAC", 3): 3})

        assert shelf("STIL-SPRUCE") == (5, 2)
        assert shelf("PIP-LILAC") == (3, 3)

    def test_one_short_line_names_itself_and_reserves_nothing(self) -> None:
        enough, short, gone = put("STIL-SPRUCE", 2), put("PIP-LILAC", 1), put("PIP-APRICOT", 0)

        with pytest.raises(stock.OutOfStock) as refusal:
            stock.reserve({enough: 2, short: 2, gone: 1})

        assert refusal.value.short == sorted([short, gone])
        assert refusal.value.available == {short: 1, gone: 0}
        assert shelf("STIL-SPRUCE") == (2, 0)
        assert shelf("PIP-LILAC") == (1, 0)

    def test_what_is_off_sale_or_unknown_is_out_of_stock(self) -> None:
        off_sale = put("STIL-SPRUCE", 5)
        Variant.objects.filter(pk=off_sale).update(active=False)

        with pytest.raises(stock.OutOfStock) as refusal:
            stock.reserve({off_sale: 1, 999_999_999: 1})

        assert refusal.value.available == {off_sale: 0, 999_999_999: 0}

    def test_sold_pieces_leave_the_shelf(self) -> None:
        variant = put("STIL-SPRUCE", 5)
        stock.reserve({variant: 3})

        stock.sell({variant: 3})

        assert shelf("STIL-SPRUCE") == (2, 0)

    def test_released_pieces_are_for_sale_again(self) -> None:
        variant = put("STIL-SPRUCE", 5)
        stock.reserve({variant: 5})

        stock.release({variant: 5})

        assert shelf("STIL-SPRUCE") == (5, 0)
        stock.reserve({variant: 5})

    def test_what_was_taken_off_sale_after_the_order_is_still_sold_or_released(self) -> None:
        variant = put("STIL-SPRUCE", 5)
        stock.reserve({variant: 2})
        Variant.objects.filter(pk=variant).update(active=False)

        stock.sell({variant: 1})
        stock.release({variant: 1})

        assert shelf("STIL-SPRUCE") == (4, 0)

    def test_more_than_reserved_is_neither_sold_nor_released(self) -> None:
        variant, other = put("STIL-SPRUCE", 5), put("PIP-LILAC", 5)
        stock.reserve({variant: 1, other: 2})

        with pytest.raises(stock.NotReserved):
            stock.sell({variant: 2, other: 1})
        with pytest.raises(stock.NotReserved):
            stock.release({variant: 2, other: 1})

        assert shelf("STIL-SPRUCE") == (5, 1)
        assert shelf("PIP-LILAC") == (5, 2)

    @pytest.mark.parametrize("quantity", [0, -1])
    def test_a_quantity_below_one_is_refused(self, quantity: int) -> None:
        with pytest.raises(ValueError, match="at least one"):
            stock.reserve({put("STIL-SPRUCE", 5): quantity})

        assert shelf("STIL-SPRUCE") == (5, 0)

    def test_the_table_itself_refuses_more_reserved_than_on_hand(self) -> None:
        put("STIL-SPRUCE", 5)

        with pytest.raises(IntegrityError), transaction.atomic():
            Variant.objects.filter(sku="STIL-SPRUCE").update(reserved=6)

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        steps=st.lists(
            st.tuples(
                st.sampled_from([stock.reserve, stock.release, stock.sell]), st.integers(1, 4)
            ),
            max_size=12,
        )
    )
    def test_no_sequence_of_steps_promises_more_than_is_there(self, steps: list) -> None:  # type: ignore[type-arg]
        variant = put("STIL-SPRUCE", 6)
        on_hand, reserved = 6, 0
        for step, quantity in steps:
            try:
                step({variant: quantity})
            except (stock.OutOfStock, stock.NotReserved):
                continue
            reserved += quantity if step is stock.reserve else -quantity
            on_hand -= quantity if step is stock.sell else 0

        assert shelf("STIL-SPRUCE") == (on_hand, reserved)
        assert 0 <= reserved <= on_hand


@pytest.mark.django_db(transaction=True)
class TestManyBuyers:
    def test_the_last_pieces_go_to_as_many_as_there_are(self) -> None:
        demo.load()
        first, second = put("STIL-SPRUCE", 3), put("PIP-LILAC", 3)
        outcome: list[str] = []

        def buy(order: dict[int, int]) -> None:
            try:
                stock.reserve(order)
                outcome.append("reserved")
            except stock.OutOfStock:
                outcome.append("refused")
            finally:
                connection.close()

        # half of them name the lines the other way round: a deadlock would end a thread unheard
        orders = [{first: 1, second: 1}, {second: 1, first: 1}] * 5
        buyers = [threading.Thread(target=buy, args=(order,)) for order in orders]
        for buyer in buyers:
            buyer.start()
        for buyer in buyers:
            buyer.join()

        assert sorted(outcome) == ["refused"] * 7 + ["reserved"] * 3
        assert shelf("STIL-SPRUCE") == (3, 3)
        assert shelf("PIP-LILAC") == (3, 3)
