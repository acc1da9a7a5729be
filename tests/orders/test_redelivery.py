"""Sending again what was lost, came back, broke or was wrong: free, once, never too much."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from orders.models import Invoice, Order, Refund, Shipment
from orders.parcels import redelivery, services
from orders.parcels.periods import withdrawal_end, withdrawal_until
from orders.parcels.redelivery import Again
from orders.parcels.services import NotPossible
from orders.refunds.cancelling import cancel_paid
from orders.tasks import sweep
from outbox.models import Message
from tests.orders.parcels import Buy, Staff, bring, buy, parcel_of, parcels_of, send, staff
from tests.orders.shop import PayPal, Shopper
from tests.pages import Page
from tests.people import person

__all__ = ["buy", "staff"]


def words(page: Any) -> str:
    return str(page.content.decode())


def main(page: Any) -> str:
    [said] = Page(words(page)).said("main")
    return said


def replacement(order: Order) -> Order:
    return Order.objects.get(replaces=order)


@pytest.fixture
def lost(buy: Buy, staff: Staff) -> Order:
    """Two brushes and three sets of heads, lost on the way."""
    order = buy()
    send(order)
    staff.does("lose", parcel_of(order))
    return order


class TestWhatIsSentAgain:
    def test_it_is_an_order_that_costs_nothing_confirmed_and_linked(
        self, lost: Order, staff: Staff, brush: Variant, heads: Variant, paypal: PayPal
    ) -> None:
        money, invoices = paypal.money(), Invoice.objects.count()

        staff.sends_again(parcel_of(lost), "lost", BRUSH_INK=2, HEADS_4=1)

        order = replacement(lost)
        assert order.state == "confirmed"
        assert order.total == order.shipping == order.paid == Decimal(0)
        assert order.number != lost.number
        assert (order.email, order.language) == (lost.email, lost.language)
        assert order.delivery_name == lost.delivery_name
        assert parcels_of(order) == [("open", {"BRUSH-INK": 2, "HEADS-4": 1})]
        assert parcel_of(order).replaces == parcel_of(lost)
        assert {line.unit_price for line in order.lines.all()} == {Decimal(0)}
        assert not order.attempts.exists()
        assert Invoice.objects.count() == invoices
        assert paypal.money() == money
        for variant, left in ((brush, 20 - 2 - 2), (heads, 20 - 3 - 1)):
            variant.refresh_from_db()
            assert (variant.on_hand, variant.reserved) == (left, 0)
        assert order.billing_name == ""  # no invoice: nothing to keep

    @pytest.mark.parametrize(
        ("language", "said", "hidden"),
        [
            ("en", "You pay nothing for this: it comes in place", ["Paid", "Thank you", "paid"]),
            ("nl", "Je betaalt hier niets voor: dit komt in plaats", ["Betaald", "Bedankt"]),
        ],
    )
    def test_its_page_and_the_list_never_say_that_it_was_paid(
        self, lost: Order, staff: Staff, language: str, said: str, hidden: list[str]
    ) -> None:
        buyer = person(email="buyer@example.org", language=language)
        Order.objects.filter(pk=lost.pk).update(customer=buyer)
        staff.sends_again(parcel_of(lost), "lost")
        order, client = replacement(lost), Client()
        client.force_login(buyer)
        Order.objects.filter(pk=lost.pk).update(customer=None)

        page = main(client.get(f"/{language}/orders/{order.token}/"))
        listed = main(client.get(f"/{language}/account/orders/"))

        assert said in page
        assert lost.number in page
        assert order.number in listed
        assert not [word for word in hidden if word in page + listed]

    def test_the_buyer_is_told_once_and_staff_is_on_record(self, lost: Order, staff: Staff) -> None:
        staff.sends_again(parcel_of(lost), "lost")

        order = replacement(lost)
        [mail] = Message.objects.filter(kind="orders/redelivery")
        assert mail.about == f"order:{order.pk}"
        assert mail.recipient == lost.email
        assert (mail.context["number"], mail.context["original"]) == (order.number, lost.number)
        assert not Message.objects.filter(kind="orders/confirmed", about=mail.about).exists()
        assert lost.events.get(kind="redelivered").detail == f"lost {order.number}"
        assert LogEntry.objects.get().object_id == str(order.pk)

    def test_the_books_stay_as_they_were(self, lost: Order, staff: Staff) -> None:
        before = Order.objects.values("total", "paid", "number").get(pk=lost.pk)

        staff.sends_again(parcel_of(lost), "lost")

        assert Order.objects.values("total", "paid", "number").get(pk=lost.pk) == before
        attempt = lost.attempts.get()
        assert attempt.captured == lost.paid == lost.total

    def test_another_address_is_only_the_new_one_s(self, lost: Order, staff: Staff) -> None:
        staff.sends_again(parcel_of(lost), "lost", delivery_street="Nieuwegracht")

        assert replacement(lost).delivery_street == "Nieuwegracht"
        lost.refresh_from_db()
        assert lost.delivery_street == "Lindenlaan"

    def test_a_gift_has_a_code_of_its_own(self, lost: Order, staff: Staff) -> None:
        Order.objects.filter(pk=lost.pk).update(
            gift=True, gift_code="AAAA-BBBB-CCCC-DDDD", gift_note="Kus"
        )

        staff.sends_again(parcel_of(lost), "lost")

        order = replacement(lost)
        assert (order.gift, order.gift_note) == (True, "Kus")
        assert order.gift_code not in {None, "", "AAAA-BBBB-CCCC-DDDD"}

    def test_it_stands_in_the_list_of_orders_and_on_its_own_page(
        self, lost: Order, staff: Staff, shopper: Shopper
    ) -> None:
        staff.sends_again(parcel_of(lost), "lost")

        listed = words(staff.client.get("/admin/orders/order/"))
        order = replacement(lost)
        assert {order.number, lost.number} <= {
            n for n in (order.number, lost.number) if n in listed
        }
        assert lost.number in shopper.sees(order)
        assert order.number in shopper.sees(lost)


class TestHowMuch:
    @pytest.mark.parametrize(
        ("pieces", "said"),
        [
            ({"BRUSH_INK": 3}, "less than or equal to 2"),
            ({"BRUSH_INK": 0, "HEADS_4": 0}, "Choose at least one piece"),
            ({"BRUSH_INK": "x"}, "whole number"),
            ({"BRUSH_INK": "9" * 40}, "less than or equal to 2"),
            ({"BRUSH_INK": "1\x00"}, "whole number"),
        ],
    )
    def test_a_wrong_number_is_refused_in_words(
        self, lost: Order, staff: Staff, pieces: dict[str, Any], said: str
    ) -> None:
        page = staff.sends_again(parcel_of(lost), "lost", **pieces)

        assert said in words(page)
        assert not Order.objects.filter(replaces=lost).exists()
        assert not Message.objects.filter(kind="orders/redelivery").exists()

    def test_no_piece_twice(self, lost: Order, staff: Staff) -> None:
        parcel = parcel_of(lost)
        staff.sends_again(parcel, "lost", BRUSH_INK=2, HEADS_4=1)

        page = staff.does(
            "redeliver",
            parcel,
            **fields(staff, parcel) | {f"line-{lost.lines.get(sku='BRUSH-INK').pk}": 1},
        )

        assert "less than or equal to 0" in words(page)
        assert Order.objects.filter(replaces=lost).count() == 1
        assert redelivery.redeliverable(parcel) == by_sku(lost, {"BRUSH-INK": 0, "HEADS-4": 2})

    def test_nothing_that_was_paid_back(self, lost: Order) -> None:
        paid_back(lost, "HEADS-4", 2)

        assert redelivery.redeliverable(parcel_of(lost)) == by_sku(
            lost, {"BRUSH-INK": 2, "HEADS-4": 1}
        )

    def test_nothing_of_an_order_whose_money_is_back(self, lost: Order, staff: Staff) -> None:
        Order.objects.filter(pk=lost.pk).update(paid=0)

        page = staff.sends_again(parcel_of(lost), "lost")

        assert "went back" in words(page)
        assert not Order.objects.filter(replaces=lost).exists()

    def test_a_piece_that_arrived_broken_twice_is_sent_twice(
        self, buy: Buy, staff: Staff, brush: Variant
    ) -> None:
        order = buy(brushes=2, sets=0)
        bring(order)
        staff.sends_again(parcel_of(order), "damaged", BRUSH_INK=1)
        second = replacement(order)
        bring(second)

        staff.sends_again(parcel_of(second), "damaged", BRUSH_INK=1)

        third = replacement(second)
        assert parcels_of(third) == [("open", {"BRUSH-INK": 1})]
        assert redelivery.redeliverable(parcel_of(order)) == by_sku(order, {"BRUSH-INK": 1})
        assert redelivery.redeliverable(parcel_of(second)) == by_sku(second, {"BRUSH-INK": 0})

    def test_a_lost_redelivery_is_sent_again(self, lost: Order, staff: Staff) -> None:
        staff.sends_again(parcel_of(lost), "lost")
        second = replacement(lost)
        send(second)

        staff.sends_again(parcel_of(second), "lost")  # it is marked as lost by this

        assert parcel_of(second).state == "lost"
        assert parcels_of(replacement(second))[0][0] == "open"

    def test_what_is_not_there_is_not_sent(self, lost: Order, staff: Staff, brush: Variant) -> None:
        Variant.objects.filter(pk=brush.pk).update(on_hand=1)

        page = staff.sends_again(parcel_of(lost), "lost")

        assert "Not enough in stock: BRUSH-INK (1)" in words(page)
        assert not Order.objects.filter(replaces=lost).exists()
        brush.refresh_from_db()
        assert (brush.on_hand, brush.reserved) == (1, 0)

    @pytest.mark.django_db(transaction=True)
    def test_staff_at_once_send_it_once(self, lost: Order) -> None:
        parcel = parcel_of(lost)
        pieces = services.pieces(parcel)

        def again(nonce: str) -> str:
            try:
                order = redelivery.redeliver(
                    Shipment.objects.select_related("order").get(pk=parcel.pk),
                    Again(nonce, "lost", pieces),
                    now=timezone.now(),
                )
            except NotPossible:
                return ""
            finally:
                connection.close()
            return order.number

        with ThreadPoolExecutor(6) as pool:
            numbers = set(pool.map(again, ["same", "same", "other", "third", "same", "other"]))

        assert len(numbers - {""}) == 1
        assert Order.objects.filter(replaces=lost).count() == 1
        assert Message.objects.filter(kind="orders/redelivery").count() == 1

    def test_the_same_form_twice_is_one_redelivery(self, lost: Order, staff: Staff) -> None:
        parcel = parcel_of(lost)
        form = fields(staff, parcel) | {f"line-{k}": 1 for k in services.pieces(parcel)}

        first = staff.does("redeliver", parcel, **form)
        second = staff.does("redeliver", parcel, **form)

        assert first["Location"] == second["Location"]
        assert Order.objects.filter(replaces=lost).count() == 1


class TestReasons:
    @pytest.mark.parametrize(
        ("state", "reason", "fits"),
        [
            ("shipped", "lost", True),
            ("lost", "lost", True),
            ("returned", "returned", True),
            ("delivered", "damaged", True),
            ("delivered", "wrong", True),
            ("delivered", "lost", False),
            ("shipped", "damaged", False),
            ("returned", "lost", False),
            ("open", "lost", False),
            ("packed", "lost", False),
            ("cancelled", "lost", False),
            ("lost", "because", False),
        ],
    )
    def test_a_reason_fits_where_the_parcel_is(
        self, buy: Buy, staff: Staff, state: str, reason: str, fits: bool
    ) -> None:
        order = buy()
        now = timezone.now() if state == "delivered" else None
        order.shipments.update(state=state, delivered_at=now)

        staff.sends_again(parcel_of(order), reason)

        assert Order.objects.filter(replaces=order).exists() is fits

    def test_nothing_without_an_address(self, lost: Order, staff: Staff) -> None:
        Order.objects.filter(pk=lost.pk).update(delivery_name="")

        page = staff.sends_again(parcel_of(lost), "lost", delivery_name="Anna")

        assert "address is erased" in words(page)
        assert not Order.objects.filter(replaces=lost).exists()


class TestThePeriod:
    def test_the_original_is_delivered_with_its_replacement(
        self, lost: Order, staff: Staff
    ) -> None:
        staff.sends_again(parcel_of(lost), "lost")
        order = replacement(lost)
        with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
            sweep()
            bring(order)

        lost.refresh_from_db()
        assert order.delivered_at
        assert lost.delivered_at == order.delivered_at
        until = withdrawal_end(order.delivered_at, "NL")
        assert withdrawal_until(lost) == withdrawal_until(order) == until
        [mail] = Message.objects.filter(kind="orders/delivered")
        assert mail.context["number"] == lost.number

        with time_machine.travel(until + timedelta(days=1), tick=False):
            sweep()
        lost.refresh_from_db()
        order.refresh_from_db()
        assert (lost.state, order.state) == ("closed", "closed")
        assert lost.closed_at == order.closed_at == until

    def test_what_arrived_broken_counts_from_the_new_one(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        bring(order)
        first = order.delivered_at

        staff.sends_again(parcel_of(order), "damaged", BRUSH_INK=1, HEADS_4=0)
        order.refresh_from_db()
        assert order.delivered_at is None
        with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
            sweep()
            bring(replacement(order))

        order = Order.objects.get(pk=order.pk)
        assert order.state == "confirmed"
        assert order.delivered_at
        assert first
        assert order.delivered_at - first > timedelta(days=39)
        assert Message.objects.filter(kind="orders/delivered").count() == 2

    def test_the_rest_of_the_original_counts_too(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        staff.splits(parcel_of(order), BRUSH_INK=1)
        send(order)
        one, two = order.shipments.order_by("position")
        staff.does("lose", one)
        staff.sends_again(one, "lost")
        bring(replacement(order))
        order.refresh_from_db()
        assert order.delivered_at is None

        staff.does("deliver", two)

        order = Order.objects.get(pk=order.pk)
        assert order.delivered_at is not None
        assert Message.objects.filter(kind="orders/delivered").count() == 1

    def test_a_closed_order_stays_closed(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        bring(order)
        with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
            sweep()
            order.refresh_from_db()
            closed = order.closed_at
            staff.sends_again(parcel_of(order), "damaged")
            second = replacement(order)
            bring(second)

        order.refresh_from_db()
        assert (order.state, order.closed_at) == ("closed", closed)
        assert second.delivered_at is not None

    def test_called_off_it_changes_nothing_for_good(
        self, lost: Order, staff: Staff, brush: Variant
    ) -> None:
        staff.sends_again(parcel_of(lost), "lost")
        second = replacement(lost)

        assert cancel_paid(second, now=timezone.now())
        sweep()

        second.refresh_from_db()
        brush.refresh_from_db()
        assert second.state == "cancelled"
        assert second.closed_at is not None
        assert brush.on_hand == 18
        assert not Refund.objects.exists()
        assert any(redelivery.redeliverable(parcel_of(lost)).values())


def test_it_may_not_leave_once_the_original_is_paid_back(lost: Order, staff: Staff) -> None:
    staff.sends_again(parcel_of(lost), "lost")
    Order.objects.filter(pk=lost.pk).update(paid=0)

    page = staff.ships(parcel_of(replacement(lost)), code_0="3SSOOC0000009")

    assert "went back" in words(page)
    assert parcel_of(replacement(lost)).state == "open"


def fields(staff: Staff, parcel: Shipment) -> dict[str, Any]:
    form = staff.opens(parcel, "redeliver").context["form"]
    return {field.html_name: field.value() for field in form} | {"reason": "lost"}


def by_sku(order: Order, pieces: dict[str, int]) -> dict[int, int]:
    return {order.lines.get(sku=sku).pk: n for sku, n in pieces.items()}


def paid_back(order: Order, sku: str, pieces: int) -> None:
    now = timezone.now()
    row = Refund.objects.create(
        order=order,
        attempt=order.attempts.get(),
        position=1,
        state="pending",
        reason="lost",
        amount=1,
        requested_at=now,
        ask_at=now,
    )
    row.lines.create(line=order.lines.get(sku=sku), quantity=pieces, amount=1)
