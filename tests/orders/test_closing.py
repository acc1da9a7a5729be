"""Until when one can withdraw, and from when the clock of what we keep runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from orders.models import Dispute, Order, OrderEvent, Refund, Return, Shipment, Withdrawal
from orders.parcels import closing, services
from orders.parcels.periods import is_working_day, withdrawal_end, withdrawal_until
from orders.refunds.cancelling import cancel_paid
from orders.tasks import sweep
from outbox.models import Message
from tests.orders.parcels import Buy, Staff, bring, buy, parcel_of, send, staff
from tests.orders.shop import PayPal, Shopper

__all__ = ["buy", "staff"]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MOMENTS = st.datetimes(  # naive bounds, as hypothesis wants them
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(AMSTERDAM),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def look(order: Order) -> tuple[str, bool]:
    """Its state after a look at what is over, and whether its clock runs."""
    closing.close_what_is_over(now=timezone.now())
    order.refresh_from_db()
    return order.state, bool(order.closed_at)


def later(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        sweep()


@pytest.mark.parametrize(
    ("delivered", "country", "until"),
    [
        ("2026-11-24T11:04", "NL", "2026-12-08"),  # the day itself does not count
        ("2026-11-24T23:59", "NL", "2026-12-08"),
        ("2026-11-25T00:00", "NL", "2026-12-09"),
        ("2026-11-21T12:00", "NL", "2026-12-07"),  # the 5th is a Saturday
        ("2026-11-22T12:00", "NL", "2026-12-07"),  # the 6th is a Sunday
        ("2026-12-11T12:00", "NL", "2026-12-28"),  # both days of Christmas, then a weekend
        ("2026-04-13T12:00", "NL", "2026-04-28"),  # the King's birthday
        ("2026-04-21T12:00", "NL", "2026-05-06"),  # 5 May, in a year that has it off for few
        ("2026-03-20T12:00", "NL", "2026-04-07"),  # Good Friday, until Easter Monday
        ("2026-07-07T12:00", "BE", "2026-07-22"),  # Belgium's national holiday
        ("2026-07-07T12:00", "NL", "2026-07-21"),
        ("2029-09-19T12:00", "DE", "2029-10-04"),  # the day of German unity
        ("2026-04-13T12:00", "DE", "2026-04-28"),  # ours counts there too
    ],
)
def test_the_fourteenth_day_after_delivery_ends_the_period_on_a_working_day(
    delivered: str, country: str, until: str
) -> None:
    end = withdrawal_end(at(delivered), country)

    assert end.date() == date.fromisoformat(until)
    assert (end + timedelta(microseconds=1)).date() == end.date() + timedelta(days=1)


@given(MOMENTS, st.sampled_from(["NL", "BE", "DE", "AT", "PL", ""]))
def test_nobody_has_less_than_fourteen_whole_days_nor_a_last_day_off(
    delivered: datetime, country: str
) -> None:
    end = withdrawal_end(delivered, country)

    assert timedelta(days=14) <= end.date() - delivered.date() < timedelta(days=22)
    assert is_working_day(end.date(), country)


@given(MOMENTS, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)))
def test_who_gets_it_later_never_has_to_decide_earlier(moment: datetime, wait: timedelta) -> None:
    assert withdrawal_end(moment, "NL") <= withdrawal_end(moment + wait, "NL")


class TestTheLastParcelCounts:
    def test_an_order_is_delivered_with_its_last_parcel(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        staff.splits(parcel_of(order), BRUSH_INK=1)
        send(order)
        first, second = order.shipments.order_by("position")

        staff.does("deliver", first)
        order.refresh_from_db()
        assert order.delivered_at is None
        assert withdrawal_until(order) is None
        assert not Message.objects.filter(kind="orders/delivered").exists()

        staff.does("deliver", second)
        order.refresh_from_db()
        second.refresh_from_db()
        assert order.delivered_at == second.delivered_at
        assert Message.objects.filter(kind="orders/delivered").count() == 1
        assert order.events.filter(kind="order_delivered").count() == 1

    def test_what_still_waits_keeps_it_undelivered(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        staff.splits(parcel_of(order), HEADS_4=3)
        staff.ships(order.shipments.get(position=1), code_0="3SSOOC0000001")

        staff.does("deliver", order.shipments.get(position=1))
        later(timezone.now() + timedelta(days=400))

        order.refresh_from_db()
        assert (order.state, order.delivered_at, order.closed_at) == ("confirmed", None, None)

    def test_the_clock_starts_when_the_period_ends_whenever_we_look(self, buy: Buy) -> None:
        order = buy()
        bring(order)
        until = withdrawal_until(order)
        assert until

        later(until - timedelta(seconds=1))
        order.refresh_from_db()
        assert (order.state, order.closed_at) == ("confirmed", None)

        later(until + timedelta(days=3))
        order.refresh_from_db()
        assert order.state == "closed"
        assert order.closed_at == order.liable_from_at == until

    def test_it_closes_once(self, buy: Buy) -> None:
        order = buy()
        bring(order)

        for days in (40, 41):
            later(timezone.now() + timedelta(days=days))

        assert order.events.filter(kind="order_closed").count() == 1


def refund(order: Order, state: str, **more: Any) -> Refund:
    now = timezone.now()
    return Refund.objects.create(
        order=order,
        attempt=order.attempts.get(),
        position=order.refunds.count() + 1,
        state=state,
        reason="goodwill",
        amount=more.pop("amount", 1),
        requested_at=now,
        ask_at=now,
        **more,
    )


class TestNothingMayBeOpen:
    @pytest.fixture
    def over(self, buy: Buy) -> Iterator[Order]:
        """Delivered forty days ago: it would be closed by the next sweep."""
        order = buy()
        bring(order)
        past = timezone.now() - timedelta(days=40)
        Order.objects.update(delivered_at=past)
        Shipment.objects.update(delivered_at=past)
        yield order
        assert order.events.filter(kind="order_closed").count() <= 1

    def test_without_any_it_closes(self, over: Order) -> None:
        assert look(over) == ("closed", True)

    @pytest.mark.parametrize("state", ["requested", "sending", "pending", "unknown", "failed"])
    def test_a_refund_that_has_not_arrived_keeps_it_open(self, over: Order, state: str) -> None:
        row = refund(over, state)
        assert look(over) == ("confirmed", False)

        done = timezone.now()
        Refund.objects.filter(pk=row.pk).update(state="completed", settled_at=done)
        assert look(over) == ("closed", True)
        assert over.closed_at == done

    def test_a_failed_refund_made_good_by_another_does_not(self, over: Order) -> None:
        refund(over, "failed")
        refund(over, "refused")
        assert look(over) == ("confirmed", False)

        refund(over, "completed", settled_at=timezone.now())
        assert look(over) == ("closed", True)

    @pytest.mark.parametrize("state", ["announced", "sent", "received"])
    def test_a_return_under_way_keeps_it_open(self, over: Order, state: str) -> None:
        row = Return.objects.create(
            order=over, position=1, state=state, reason="defect", announced_at=timezone.now()
        )
        assert look(over) == ("confirmed", False)

        Return.objects.filter(pk=row.pk).update(state="inspected", inspected_at=timezone.now())
        assert look(over) == ("confirmed", False)  # what came of it is not decided
        done = timezone.now()
        Return.objects.filter(pk=row.pk).update(settled_at=done)
        assert look(over) == ("closed", True)
        assert over.closed_at == done

    def test_a_withdrawal_that_nobody_handled_keeps_it_open(self, over: Order) -> None:
        row = Withdrawal.objects.create(
            order=over, nonce="w", number=over.number, name="A", received_at=timezone.now()
        )
        assert look(over) == ("confirmed", False)

        Withdrawal.objects.filter(pk=row.pk).update(handled_at=timezone.now())
        assert look(over) == ("closed", True)

    def test_a_dispute_keeps_it_open(self, over: Order) -> None:
        row = Dispute.objects.create(
            attempt=over.attempts.get(), paypal_id="PP-D-1", amount=1, opened_at=timezone.now()
        )
        assert look(over) == ("confirmed", False)

        Dispute.objects.filter(pk=row.pk).update(state="resolved", resolved_at=timezone.now())
        assert look(over) == ("closed", True)

    def test_many_that_wait_do_not_hold_up_one_that_is_over(self, over: Order) -> None:
        longer_ago = timezone.now() - timedelta(days=300)
        [fields] = Order.objects.filter(pk=over.pk).values()
        for n in range(closing.AT_ONCE + 1):
            own: dict[str, Any] = {"id": None, "uuid": uuid4(), "delivered_at": longer_ago}
            own |= dict.fromkeys(("token", "nonce", "number"), f"other-{n}")
            other = Order.objects.create(**fields | own)
            Return.objects.create(
                order=other, position=1, reason="defect", announced_at=timezone.now()
            )

        assert look(over) == ("closed", True)


class TestLostOnTheWay:
    def test_a_lost_parcel_that_nobody_settled_keeps_it_open(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        send(order)
        staff.does("lose", parcel_of(order))

        later(timezone.now() + timedelta(days=400))

        order.refresh_from_db()
        assert (order.state, order.closed_at) == ("confirmed", None)

    def test_paid_back_whole_it_closes_undelivered(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        send(order)
        staff.does("lose", parcel_of(order))
        done = timezone.now()
        refund(order, "completed", amount=order.total, settled_at=done)
        Order.objects.update(paid=0)

        sweep()

        order.refresh_from_db()
        assert (order.state, order.delivered_at) == ("closed", None)
        assert order.closed_at == order.liable_from_at == done
        assert not Message.objects.filter(kind="orders/delivered").exists()

    def test_its_lines_paid_back_the_rest_counts_as_all(self, buy: Buy, staff: Staff) -> None:
        order = buy()
        staff.splits(parcel_of(order), BRUSH_INK=1)
        send(order)
        first, second = order.shipments.order_by("position")
        staff.does("deliver", first)
        staff.does("lose", second)
        sweep()
        order.refresh_from_db()
        assert order.delivered_at is None

        row = refund(order, "completed", settled_at=timezone.now())
        row.lines.create(line=order.lines.get(sku="BRUSH-INK"), quantity=1, amount=1)
        sweep()

        order = Order.objects.get()
        assert order.delivered_at is not None
        assert order.state == "confirmed"  # the buyer has his fourteen days from now
        assert Message.objects.filter(kind="orders/delivered").count() == 1

    def test_pieces_sent_back_are_not_those_that_never_arrived(
        self, buy: Buy, staff: Staff
    ) -> None:
        order = buy()
        staff.splits(parcel_of(order), BRUSH_INK=1)
        send(order)
        first, second = order.shipments.order_by("position")
        staff.does("deliver", first)
        staff.does("lose", second)
        line = order.lines.get(sku="BRUSH-INK")
        back = Return.objects.create(
            order=order,
            position=1,
            state="inspected",
            reason="withdrawal",
            announced_at=timezone.now(),
            settled_at=timezone.now(),
        )
        back.lines.create(line=line, quantity=1, received=1)
        row = refund(order, "completed", settled_at=timezone.now())
        row.lines.create(line=line, quantity=1, amount=1)

        sweep()

        order.refresh_from_db()
        assert order.delivered_at is None


class TestEndedUnserved:
    def test_an_unpaid_order_is_over_at_once_and_leaves_no_claim(
        self, buy: Buy, shopper: Shopper, brush: Any
    ) -> None:
        buy()
        shopper.puts(brush)
        shopper.orders()
        order = Order.objects.latest("pk")

        shopper.presses("reopen", order)

        order.refresh_from_db()
        assert order.state == "cancelled"
        assert order.closed_at
        assert order.liable_from_at is None

    def test_a_cancelled_order_waits_for_its_refund(self, buy: Buy, paypal: PayPal) -> None:
        order = buy()
        assert cancel_paid(order, now=timezone.now())
        assert look(order) == ("cancelled", False)

        sweep()
        sweep()

        order.refresh_from_db()
        assert order.paid == 0
        assert order.closed_at is not None
        assert order.closed_at == order.liable_from_at
        assert order.closed_at == order.refunds.get().settled_at

    def test_what_ended_opens_again_while_late_money_goes_back(self, buy: Buy) -> None:
        order = buy()
        Order.objects.update(state="expired", closed_at=timezone.now())
        row = refund(order, "pending")

        closing.reopen(order, now=timezone.now())
        assert look(order) == ("expired", False)

        Refund.objects.filter(pk=row.pk).update(state="completed", settled_at=timezone.now())
        assert look(order) == ("expired", True)
        assert order.liable_from_at is not None


def test_a_return_that_begins_as_the_order_closes_never_finds_it_closed_beside_it(
    buy: Buy,
) -> None:
    order = buy()
    bring(order)
    late = timezone.now() + timedelta(days=40)
    found = closing._perhaps_over(late)
    Return.objects.create(order=order, position=1, reason="defect", announced_at=late)

    assert not closing._close(found[0], now=late)

    order.refresh_from_db()
    assert order.state == "confirmed"
    assert not OrderEvent.objects.filter(kind="order_closed").exists()


def test_nothing_is_delivered_before_it_left(buy: Buy) -> None:
    order = buy()

    assert not services.deliver(parcel_of(order), now=timezone.now())

    order.refresh_from_db()
    assert order.delivered_at is None
