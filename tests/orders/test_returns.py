"""Goods on their way back: announced, sent, received, inspected, restocked, paid back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from orders.models import Order, Refund, Return, ShippingMethod, Withdrawal
from orders.parcels import services as parcels
from orders.refunds import services as refunds
from orders.returns import deciding, inspecting, pieces, services, taking_up, withdrawing
from orders.tasks import sweep
from outbox.models import Message
from tests.orders.conftest import make_variant
from tests.orders.goods import arrives, colleague, own_page, statement, withdraws
from tests.orders.parcels import bring, send
from tests.orders.shop import PayPal, Shopper, pays

pytestmark = pytest.mark.django_db
Place = Callable[..., Order]
PAGE = "/admin/orders/return/"


@pytest.fixture
def desk(db: None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(colleague())
    return client


@pytest.fixture
def delivered(two_lines: Order) -> Order:
    """A brush at 129.95 and two sets of brush heads at 24.95, with the buyer."""
    return arrives(two_lines)


@pytest.fixture
def withdrawn(delivered: Order) -> Return:
    """All of it withdrawn from."""
    withdraws(Client(), statement(delivered), own_page(delivered))
    return Return.objects.get()


def on_hand(sku: str) -> int:
    return Variant.objects.get(sku=sku).on_hand


def written(order: Order) -> withdrawing.Statement:
    """All of it, as its own page declares it."""
    lines = dict(order.lines.values_list("pk", "quantity"))
    who = ("Anna Jansen", order.number, order.email, "en")
    return withdrawing.Statement("n" * 32, *who, lines=lines, order=order)


def at_once(*deeds: Callable[[], object]) -> None:
    """Each in a thread of its own, all let go in the same moment."""
    gate = threading.Barrier(len(deeds))

    def let_go(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=let_go, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def line(order: Order, sku: str) -> int:
    return order.lines.get(sku=sku).pk


def does(desk: Client, back: Return, deed: str, form: dict[str, Any] | None = None) -> Any:
    return desk.post(f"{PAGE}{back.pk}/{deed}/", form or {})


def received(desk: Client, back: Return, **counts: int) -> Return:
    """All of it arrived, or so many of an article."""
    form = {
        f"line-{row.pk}": counts.get(row.line.sku.partition("-")[0].lower(), row.quantity)
        for row in back.lines.all()
    }
    does(desk, back, "receive", form)
    back.refresh_from_db()
    return back


def inspected(desk: Client, back: Return, condition: str = "as_new", **other: str) -> Return:
    """Each line in a condition; as new goes back on the shelf."""
    form: dict[str, Any] = {}
    for row in back.lines.filter(received__gt=0):
        found = other.get(row.line.sku.partition("-")[0].lower(), condition)
        form[f"condition-{row.pk}"] = found
        form[f"shelf-{row.pk}"] = row.received if found == "as_new" else 0
    does(desk, back, "inspect", form)
    back.refresh_from_db()
    return back


def announces(order: Order, client: Client, sku: str = "BRUSH-INK", **changed: Any) -> Any:
    form = {f"line_{line(order, sku)}": 1, "reason": "defect", "words": "It hums no more."}
    form |= {"position": order.returns.count() + 1} | changed
    return client.post(f"/en/{own_page(order, 'send-back/')}", form)


# what a withdrawal does


def test_a_withdrawal_before_shipping_cancels_and_refunds_at_once(
    two_lines: Order, paypal: PayPal, brush: Variant
) -> None:
    withdraws(Client(), statement(two_lines))
    sweep()
    sweep()

    two_lines.refresh_from_db()
    assert two_lines.state == Order.State.CANCELLED
    assert ("refund", "-179.85") in paypal.money()
    assert (on_hand("BRUSH-INK"), on_hand("HEADS-4")) == (5, 3)
    assert not Return.objects.exists()
    assert not two_lines.shipments.exclude(state="cancelled").exists()
    assert Withdrawal.objects.get().handled_at is not None


def test_some_of_an_unshipped_order_is_kept_here_and_refunded_the_rest_is_sent(
    two_lines: Order, paypal: PayPal
) -> None:
    form = statement(two_lines, what="some") | {f"line_{line(two_lines, 'HEADS-4')}": "1"}
    withdraws(Client(), form, own_page(two_lines))
    sweep()

    two_lines.refresh_from_db()
    assert two_lines.state == Order.State.CONFIRMED
    assert ("refund", "-24.95") in paypal.money()
    assert on_hand("HEADS-4") == 2
    [parcel] = two_lines.shipments.all()
    assert dict(parcel.lines.values_list("line__sku", "quantity")) == {
        "BRUSH-INK": 1,
        "HEADS-4": 1,
    }
    assert not Return.objects.exists()


def test_withdrawn_piece_by_piece_nothing_is_restocked_or_refunded_twice(
    two_lines: Order, paypal: PayPal
) -> None:
    form = statement(two_lines, what="some") | {f"line_{line(two_lines, 'HEADS-4')}": "1"}
    for _ in range(2):
        withdraws(Client(), form, own_page(two_lines))
    withdraws(Client(), statement(two_lines), own_page(two_lines))
    sweep()

    assert (on_hand("BRUSH-INK"), on_hand("HEADS-4")) == (5, 3)
    assert sum(Decimal(amount) for _, amount in paypal.money()) == 0
    two_lines.refresh_from_db()
    assert two_lines.paid == 0
    assert two_lines.state == Order.State.CANCELLED


def test_partly_shipped_the_unshipped_is_refunded_and_the_rest_is_expected_back(
    two_lines: Order, paypal: PayPal
) -> None:
    [parcel] = two_lines.shipments.all()
    parcels.split(parcel, {line(two_lines, "BRUSH-INK"): 1}, now=timezone.now())
    send_only(two_lines, "BRUSH-INK")

    withdraws(Client(), statement(two_lines))
    sweep()
    sweep()

    assert ("refund", "-49.90") in paypal.money()
    assert on_hand("HEADS-4") == 3
    back = Return.objects.get()
    assert [(row.line.sku, row.quantity) for row in back.lines.all()] == [("BRUSH-INK", 1)]
    assert not two_lines.shipments.filter(state__in=["open", "packed"]).exists()


def send_only(order: Order, sku: str) -> None:
    [parcel] = order.shipments.filter(lines__line__sku=sku)
    assert parcels.ship(parcel, now=timezone.now(), tracking="3S1")


def test_a_packed_parcel_that_changes_raises_an_alert(two_lines: Order) -> None:
    [parcel] = two_lines.shipments.all()
    parcels.pack(parcel, now=timezone.now())
    form = statement(two_lines, what="some") | {f"line_{line(two_lines, 'HEADS-4')}": "1"}

    withdraws(Client(), form, own_page(two_lines))

    assert two_lines.events.get(kind="packed_parcel_changed").alert


def test_a_parcel_that_left_a_moment_earlier_comes_back_instead(two_lines: Order) -> None:
    send(two_lines)

    withdraws(Client(), statement(two_lines), own_page(two_lines))

    two_lines.refresh_from_db()
    assert two_lines.state == Order.State.CONFIRMED
    assert Return.objects.get().lines.count() == 2
    assert not Refund.objects.exists()


def test_what_was_lost_on_the_way_is_refunded_and_not_expected_back(
    two_lines: Order, paypal: PayPal
) -> None:
    send(two_lines)
    parcels.lose(two_lines.shipments.get(), now=timezone.now())

    withdraws(Client(), statement(two_lines), own_page(two_lines))
    sweep()

    assert not Return.objects.exists()
    assert ("refund", "-179.85") in paypal.money()
    assert (on_hand("BRUSH-INK"), on_hand("HEADS-4")) == (4, 1)


@pytest.mark.django_db(transaction=True)
def test_a_parcel_that_leaves_and_a_withdrawal_at_once_never_both_have_their_way(
    paypal: PayPal, shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads, 2)
    shopper.orders()
    order = pays(Order.objects.latest("pk"), paypal, shopper)
    said = withdrawing.declare(written(order), now=timezone.now())
    [parcel] = order.shipments.all()

    def ship() -> None:
        with suppress(parcels.NotPossible):
            parcels.ship(parcel, now=timezone.now(), tracking="3S1")

    at_once(ship, lambda: taking_up.take_up(said, now=timezone.now()))

    order.refresh_from_db()
    parcel.refresh_from_db()
    if parcel.state == "shipped":
        assert (order.state, Return.objects.count(), on_hand("HEADS-4")) == ("confirmed", 1, 1)
    else:
        assert (order.state, Return.objects.count(), on_hand("HEADS-4")) == ("cancelled", 0, 3)


def test_what_a_voucher_paid_for_whole_is_taken_back_without_money(
    two_lines: Order, desk: Client
) -> None:
    Order.objects.filter(pk=two_lines.pk).update(paid=0, total=0)
    form = statement(two_lines, what="some") | {f"line_{line(two_lines, 'HEADS-4')}": "2"}
    withdraws(Client(), form, own_page(two_lines))
    assert Withdrawal.objects.get().handled_at is not None
    arrives(two_lines)
    withdraws(Client(), statement(two_lines), own_page(two_lines))

    inspected(desk, received(desk, Return.objects.get()))

    assert not Refund.objects.exists()
    assert not services.open_for(two_lines)
    assert not two_lines.events.filter(alert=True).exists()


# the way back


def test_a_whole_withdrawal_as_new_is_paid_back_by_itself_once_it_is_inspected(
    withdrawn: Return, desk: Client, paypal: PayPal
) -> None:
    received(desk, withdrawn)
    assert not Refund.objects.exists()

    inspected(desk, withdrawn)
    inspected(desk, withdrawn)
    sweep()

    refund = Refund.objects.get()
    assert (refund.reason, refund.amount) == ("withdrawn", Decimal("179.85"))
    assert refund.approved_at is not None
    assert [m for m in paypal.money() if m[0] == "refund"] == [("refund", "-179.85")]
    assert (on_hand("BRUSH-INK"), on_hand("HEADS-4")) == (5, 3)
    assert withdrawn.settled_at is not None


def test_standard_delivery_goes_back_with_a_whole_order_and_not_with_a_part(
    paypal: PayPal, shopper: Shopper, heads: Variant, desk: Client
) -> None:
    shopper.puts(heads)
    shopper.orders()
    order = arrives(pays(Order.objects.latest("pk"), paypal, shopper))
    assert order.shipping > 0

    withdraws(Client(), statement(order), own_page(order))
    inspected(desk, received(desk, Return.objects.get()))

    refund = Refund.objects.get()
    assert refund.shipping == order.shipping
    assert refund.amount == order.total


def test_delivery_goes_back_with_the_last_piece_and_once(
    paypal: PayPal, shopper: Shopper, desk: Client
) -> None:
    shopper.puts(make_variant("CUP", "9.95", on_hand=5), 2)
    shopper.orders()
    order = arrives(pays(Order.objects.latest("pk"), paypal, shopper))
    form = statement(order, what="some") | {f"line_{line(order, 'CUP')}": "1"}

    for _ in range(2):
        withdraws(Client(), form, own_page(order))
    for back in Return.objects.order_by("position"):
        inspected(desk, received(desk, back))

    assert order.shipping > 0
    paid = Refund.objects.order_by("position").values_list("amount", "shipping")
    assert list(paid) == [
        (Decimal("9.95"), Decimal("0.00")),
        (Decimal("9.95") + order.shipping, order.shipping),
    ]


def test_of_a_dearer_way_only_what_the_standard_way_costs_goes_back(
    paypal: PayPal, shopper: Shopper, heads: Variant, desk: Client
) -> None:
    shopper.puts(heads)
    shopper.orders()
    order = arrives(pays(Order.objects.latest("pk"), paypal, shopper))
    express = ShippingMethod.objects.get(slug="express")
    Order.objects.filter(pk=order.pk).update(
        shipping_method=express, shipping=Decimal("12.95"), total=Decimal("37.90")
    )
    order.attempts.update(captured=Decimal("37.90"))

    withdraws(Client(), statement(order), own_page(order))
    inspected(desk, received(desk, Return.objects.get()))

    assert Refund.objects.get().shipping == Decimal("3.95")


@pytest.mark.parametrize("condition", ["used", "unsealed", "defect"])
def test_what_is_not_as_new_is_decided_by_staff_and_stays_off_the_shelf(
    withdrawn: Return, desk: Client, condition: str
) -> None:
    inspected(desk, received(desk, withdrawn), heads=condition)

    assert not Refund.objects.exists()
    assert (on_hand("BRUSH-INK"), on_hand("HEADS-4")) == (5, 1)
    assert withdrawn.settled_at is None
    assert services.open_for(withdrawn.order)


def test_less_is_paid_back_where_staff_says_so_and_somebody_approves(
    withdrawn: Return, desk: Client, paypal: PayPal
) -> None:
    inspected(desk, received(desk, withdrawn), "used")

    does(desk, withdrawn, "pay", {"amount": "100.00"})
    does(desk, withdrawn, "pay", {"amount": "100.00"})
    sweep()

    refund = Refund.objects.get()
    assert (refund.amount, refund.approved_at) == (Decimal("100.00"), None)
    assert not any(kind == "refund" for kind, _ in paypal.money())

    refunds.approve(refund, by=colleague(), now=timezone.now())
    sweep()
    assert ("refund", "-100.00") in paypal.money()


def test_a_refund_that_was_refused_is_decided_anew(withdrawn: Return, desk: Client) -> None:
    inspected(desk, received(desk, withdrawn), "used")
    does(desk, withdrawn, "pay")
    refunds.refuse(Refund.objects.get(), by=colleague(), now=timezone.now())
    assert services.open_for(withdrawn.order)

    does(desk, withdrawn, "pay", {"amount": "10.00"})

    assert Refund.objects.filter(state="requested").get().amount == Decimal("10.00")


def test_proof_that_it_was_sent_is_enough_to_pay_back(
    withdrawn: Return, desk: Client, client: Client
) -> None:
    assert does(desk, withdrawn, "pay").status_code == 302
    assert not Refund.objects.exists()

    client.post(f"/en/{own_page(withdrawn.order, 'returns/1/sent/')}", {"tracking": "3SBACK1"})
    does(desk, withdrawn, "pay")

    withdrawn.refresh_from_db()
    assert (withdrawn.state, withdrawn.tracking) == ("sent", "3SBACK1")
    assert withdrawn.refund == Refund.objects.get()
    assert services.open_for(withdrawn.order)

    inspected(desk, received(desk, withdrawn))
    assert Refund.objects.count() == 1
    assert not services.open_for(withdrawn.order)


def test_which_pieces_really_arrived_is_what_counts(withdrawn: Return, desk: Client) -> None:
    inspected(desk, received(desk, withdrawn, heads=1))

    assert not Refund.objects.exists()
    assert on_hand("HEADS-4") == 2
    does(desk, withdrawn, "pay")
    refund = Refund.objects.get()
    assert dict(refund.lines.values_list("line__sku", "quantity")) == {
        "BRUSH-INK": 1,
        "HEADS-4": 1,
    }
    left = {one.line.sku: one.outside for one in pieces.left(withdrawn.order)}
    assert left == {"BRUSH-INK": 0, "HEADS-4": 1}


def test_its_arrival_is_mailed_once(withdrawn: Return, desk: Client) -> None:
    received(desk, withdrawn)
    received(desk, withdrawn)

    assert Message.objects.filter(kind="orders/return_received").count() == 1
    assert withdrawn.order.events.filter(kind="return_received").count() == 1


@pytest.mark.parametrize("count", ["-1", "3", "99999999999999999999", "x", "\x00"])
def test_no_more_arrives_than_was_announced(withdrawn: Return, desk: Client, count: str) -> None:
    heads = withdrawn.lines.get(line__sku="HEADS-4")

    answer = does(desk, withdrawn, "receive", {f"line-{heads.pk}": count})

    assert answer.status_code == 200
    withdrawn.refresh_from_db()
    assert withdrawn.state == "announced"


def test_nothing_arrived_is_no_arrival(withdrawn: Return, desk: Client) -> None:
    assert does(desk, withdrawn, "receive", {}).status_code == 200

    withdrawn.refresh_from_db()
    assert withdrawn.state == "announced"


def test_only_what_is_as_new_goes_back_on_the_shelf(withdrawn: Return, desk: Client) -> None:
    received(desk, withdrawn)
    form: dict[str, Any] = {}
    for row in withdrawn.lines.all():
        form |= {f"condition-{row.pk}": "used", f"shelf-{row.pk}": 1}

    assert does(desk, withdrawn, "inspect", form).status_code == 200
    assert does(desk, withdrawn, "inspect", {}).status_code == 200

    withdrawn.refresh_from_db()
    assert withdrawn.state == "received"
    assert on_hand("HEADS-4") == 1


# announced by the buyer


@pytest.mark.parametrize("reason", ["defect", "wrong", "damaged"])
def test_a_buyer_announces_what_is_wrong_and_sees_where_to_send_it(
    delivered: Order, client: Client, shopper: Shopper, reason: str
) -> None:
    announces(delivered, client, reason=reason)

    back = Return.objects.get()
    assert (back.reason, back.words) == (reason, "It hums no more.")
    page = shopper.sees(delivered)
    assert back.label in page
    assert "1011 AB Amsterdam" in page
    assert Message.objects.get(kind="orders/return_announced").context["label"] == back.label


def test_the_same_form_sent_twice_is_one_return(delivered: Order, client: Client) -> None:
    for _ in range(2):
        announces(delivered, client, sku="HEADS-4", position=1)

    assert Return.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": ""},
        {"reason": "withdrawal"},
        {"position": ""},
        {"position": "x"},
        {"position": "9" * 30},
        {"words": "\x00"},
        {"words": "x" * 1001},
    ],
)
def test_a_form_that_is_wrong_announces_nothing(
    delivered: Order, client: Client, changed: dict[str, str]
) -> None:
    answer = announces(delivered, client, **changed)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not Return.objects.exists()


def test_more_than_was_sent_and_is_not_back_is_never_returned(
    delivered: Order, client: Client
) -> None:
    wanted = {line(delivered, "HEADS-4"): 1}
    for _ in range(2):
        announces(delivered, client, sku="HEADS-4")

    announces(delivered, client, sku="HEADS-4")

    assert Return.objects.count() == 2
    with pytest.raises(services.NotReturnable):
        services.announce(delivered, wanted, services.Notice("defect"), now=timezone.now())


def test_what_has_not_left_cannot_be_sent_back(two_lines: Order, client: Client) -> None:
    announces(two_lines, client)

    assert not Return.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_return_no_more_than_there_is(
    paypal: PayPal, shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads, 3)
    shopper.orders()
    order = arrives(pays(Order.objects.latest("pk"), paypal, shopper))
    wanted, outcome = {line(order, "HEADS-4"): 1}, []

    def try_it() -> None:
        try:
            services.announce(order, wanted, services.Notice("defect"), now=timezone.now())
            outcome.append(True)
        except services.NotReturnable:
            outcome.append(False)

    at_once(*[try_it] * 8)

    assert sorted(outcome) == [False] * 5 + [True] * 3
    assert Return.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_inspected_twice_at_once_it_is_restocked_and_paid_back_once(
    paypal: PayPal, shopper: Shopper, heads: Variant
) -> None:
    shopper.puts(heads, 2)
    shopper.orders()
    order = arrives(pays(Order.objects.latest("pk"), paypal, shopper))
    withdraws(Client(), statement(order), own_page(order))
    back = Return.objects.get()
    row = back.lines.get()
    services.receive(back, {row.pk: 2}, now=timezone.now())
    found, outcome = {row.pk: inspecting.Finding("as_new", 2)}, []

    def try_it() -> None:
        try:
            inspecting.inspect(back, found, now=timezone.now())
            outcome.append(True)
        except services.NotNow:
            outcome.append(False)

    at_once(*[try_it] * 4)

    assert sorted(outcome) == [False, False, False, True]
    assert on_hand("HEADS-4") == 3
    assert Refund.objects.count() == 1


def test_the_buyer_keeps_it_after_all_and_may_announce_it_again(
    delivered: Order, client: Client, shopper: Shopper
) -> None:
    announces(delivered, client)

    client.post(f"/en/{own_page(delivered, 'returns/1/cancel/')}")
    client.post(f"/en/{own_page(delivered, 'returns/1/cancel/')}")
    announces(delivered, client)

    assert [back.state for back in delivered.returns.order_by("position")] == [
        "cancelled",
        "announced",
    ]
    assert "The return was called off" in shopper.sees(delivered)


def test_what_was_sent_is_not_called_off_by_the_buyer(delivered: Order, client: Client) -> None:
    announces(delivered, client)
    where = own_page(delivered, "returns/1/")
    client.post(f"/en/{where}sent/", {"tracking": "3SBACK"})

    client.post(f"/en/{where}cancel/")

    assert Return.objects.get().state == "sent"


@pytest.mark.parametrize("tracking", ["", "\x00", "x" * 61])
def test_a_proof_needs_a_code(delivered: Order, client: Client, tracking: str) -> None:
    announces(delivered, client)

    answer = client.post(
        f"/en/{own_page(delivered, 'returns/1/sent/')}", {"tracking": tracking}, follow=True
    )

    assert answer.status_code == 200
    assert Return.objects.get().state == "announced"


@pytest.mark.parametrize("position", ["0", "7", "99999999999999999999"])
@pytest.mark.parametrize("deed", ["sent", "cancel"])
def test_a_return_that_is_not_there_is_not_found(
    delivered: Order, client: Client, position: str, deed: str
) -> None:
    path = own_page(delivered, f"returns/{position}/{deed}/")

    assert client.post(f"/en/{path}", {"tracking": "1"}).status_code == 404
    assert client.get(f"/en/{path}").status_code == 405


def test_a_defect_is_for_staff_to_decide(delivered: Order, client: Client, desk: Client) -> None:
    announces(delivered, client)
    back = Return.objects.get()

    inspected(desk, received(desk, back), "defect")
    assert not Refund.objects.exists()
    does(desk, back, "pay")

    refund = Refund.objects.get()
    assert (refund.reason, refund.amount) == ("returned", Decimal("129.95"))
    assert refund.shipping == 0


def test_staff_sends_another_free_of_charge(
    delivered: Order, client: Client, desk: Client, shopper: Shopper
) -> None:
    announces(delivered, client)
    back = inspected(desk, received(desk, Return.objects.get()), "defect")

    for _ in range(2):
        does(desk, back, "again")

    again = Order.objects.get(replaces=delivered)
    assert again.total == 0
    assert dict(again.lines.values_list("sku", "quantity")) == {"BRUSH-INK": 1}
    assert not Refund.objects.exists()
    assert not services.open_for(delivered)
    assert again.number in shopper.sees(delivered)


def test_what_was_sent_again_may_be_withdrawn_from_once(
    delivered: Order, client: Client, desk: Client
) -> None:
    announces(delivered, client)
    back = inspected(desk, received(desk, Return.objects.get()), "defect")
    does(desk, back, "again")
    again = Order.objects.get(replaces=delivered)

    withdraws(client, statement(delivered), own_page(delivered))
    said = Withdrawal.objects.get()
    assert said.handled_at is None
    assert delivered.events.get(kind="withdrawal_of_redelivery").alert
    assert [n.line.sku for n in said.goods.get().lines.all()] == ["HEADS-4"]

    bring(again)
    desk.post(
        f"/admin/orders/withdrawal/{said.pk}/accept/",
        {f"line-{line(delivered, 'BRUSH-INK')}": 1},
    )
    left = {one.line.sku: one.all for one in pieces.left(delivered)}
    assert left == {"BRUSH-INK": 0, "HEADS-4": 0}
    assert Return.objects.filter(reason="withdrawal").count() == 2


def test_a_statement_about_a_redelivery_is_decided_by_staff_on_the_order_that_was_bought(
    delivered: Order, client: Client, desk: Client
) -> None:
    announces(delivered, client)
    does(desk, inspected(desk, received(desk, Return.objects.get()), "defect"), "again")
    again = Order.objects.get(replaces=delivered)
    bring(again)

    withdraws(client, statement(again))
    sweep()
    said = Withdrawal.objects.get()
    assert said.handled_at is None
    assert again.events.get(kind="withdrawal_of_redelivery").alert
    page = desk.get(f"/admin/orders/withdrawal/{said.pk}/change/").content.decode()
    form = {f"line-{line(delivered, 'BRUSH-INK')}": 1}
    desk.post(f"/admin/orders/withdrawal/{said.pk}/accept/", form)

    assert delivered.number in page
    assert Return.objects.get(withdrawal=said).order == delivered


def test_the_page_of_a_redelivery_leads_to_the_order_it_belongs_to(
    delivered: Order, client: Client, desk: Client, shopper: Shopper
) -> None:
    announces(delivered, client)
    does(desk, inspected(desk, received(desk, Return.objects.get()), "defect"), "again")

    page = shopper.sees(Order.objects.get(replaces=delivered))

    assert f"in place of order {delivered.number}" in page
    assert "€" not in page.split('class="timeline"')[1].split("</ol>")[0]


def test_nothing_may_be_due_for_it(delivered: Order, client: Client, desk: Client) -> None:
    announces(delivered, client)
    back = inspected(desk, received(desk, Return.objects.get()), "used")

    does(desk, back, "leave")
    does(desk, back, "pay")

    assert not Refund.objects.exists()
    assert not services.open_for(delivered)


# the order and the clock


def closes(order: Order, **later: int) -> str:
    with time_machine.travel(timezone.now() + timedelta(**later), tick=False):
        sweep()
    order.refresh_from_db()
    return order.state


def test_an_order_does_not_close_while_a_return_is_open(
    delivered: Order, client: Client, desk: Client
) -> None:
    announces(delivered, client)
    back = Return.objects.get()
    assert closes(delivered, days=30) == Order.State.CONFIRMED
    received(desk, back)
    assert closes(delivered, days=31) == Order.State.CONFIRMED
    inspected(desk, back, "used")
    assert closes(delivered, days=32) == Order.State.CONFIRMED

    does(desk, back, "leave")

    assert closes(delivered, days=33) == Order.State.CLOSED


def test_what_is_never_sent_is_called_off_in_the_end(delivered: Order, client: Client) -> None:
    announces(delivered, client)
    assert closes(delivered, days=59) == Order.State.CONFIRMED

    assert closes(delivered, days=61) == Order.State.CLOSED
    assert Return.objects.get().state == "cancelled"


def test_an_order_does_not_close_while_a_statement_waits_for_staff(
    delivered: Order, desk: Client
) -> None:
    form = statement(delivered, what="some", words="the brush heads")
    withdraws(Client(), form)
    sweep()
    assert closes(delivered, days=30) == Order.State.CONFIRMED

    desk.post(f"/admin/orders/withdrawal/{Withdrawal.objects.get().pk}/dismiss/")

    assert closes(delivered, days=31) == Order.State.CLOSED


def test_the_money_is_due_fourteen_days_after_the_statement_once_goods_or_proof_are_here(
    withdrawn: Return, desk: Client
) -> None:
    declared = timezone.localdate(withdrawn.announced_at)
    due = deciding.due(withdrawn)
    assert due is not None
    assert timezone.localdate(due) == declared + timedelta(days=14)
    late = timezone.now() + timedelta(days=20)
    assert not deciding.is_overdue(withdrawn, late)

    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        received(desk, withdrawn)

    assert deciding.is_overdue(withdrawn, late)
    assert not deciding.is_overdue(withdrawn, timezone.now() + timedelta(days=13))
    assert list(Return.objects.filter(deciding.overdue(late))) == [withdrawn]
    assert not Return.objects.filter(deciding.overdue(timezone.now() + timedelta(days=13))).exists()


def test_goods_that_come_late_are_due_the_day_they_come(withdrawn: Return, desk: Client) -> None:
    arrived = timezone.now() + timedelta(days=25)
    with time_machine.travel(arrived, tick=False):
        received(desk, withdrawn)

    due = deciding.due(withdrawn)
    assert due is not None
    assert timezone.localdate(due) == timezone.localdate(arrived)


def test_staff_sees_what_is_overdue(withdrawn: Return, desk: Client) -> None:
    received(desk, withdrawn)
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        listed = desk.get(f"{PAGE}?todo=overdue").content.decode()
        page = desk.get(f"{PAGE}{withdrawn.pk}/change/").content.decode()

    assert withdrawn.label in listed
    assert "overdue since" in listed
    assert "The money is overdue" in page


# staff


@pytest.mark.parametrize("todo", ["receive", "inspect", "decide", "overdue", "silent", "nonsense"])
def test_every_list_of_work_opens(withdrawn: Return, desk: Client, todo: str) -> None:
    assert desk.get(f"{PAGE}?todo={todo}").status_code == 200


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "%00"])
def test_a_page_of_nothing_is_not_found(desk: Client, key: str) -> None:
    assert desk.get(f"{PAGE}{key}/change/").status_code == 404
    assert desk.get(f"/admin/orders/withdrawal/{key}/change/").status_code == 404


def test_who_may_only_look_does_nothing(withdrawn: Return) -> None:
    client = Client()
    client.force_login(colleague("auditor"))
    row = withdrawn.lines.first()
    assert row is not None

    page = client.get(f"{PAGE}{withdrawn.pk}/change/").content.decode()

    assert withdrawn.label in page
    assert "/receive/" not in page
    for deed in ("receive", "inspect", "sent", "pay", "cancel", "leave"):
        assert does(client, withdrawn, deed, {f"line-{row.pk}": 1}).status_code == 403
    withdrawn.refresh_from_db()
    assert withdrawn.state == "announced"


def test_nothing_is_deleted_or_edited_by_hand(withdrawn: Return, desk: Client) -> None:
    for name, pk in (("return", withdrawn.pk), ("withdrawal", withdrawn.withdrawal_id)):
        for page in ("delete", "change"):
            answer = desk.post(f"/admin/orders/{name}/{pk}/{page}/", {"post": "yes"})
            assert answer.status_code == 403
        assert desk.get(f"/admin/orders/{name}/add/").status_code == 403
    assert Return.objects.exists()


def test_staff_lets_a_late_statement_have_its_effect(delivered: Order, desk: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        withdraws(Client(), statement(delivered))
        sweep()
    said = Withdrawal.objects.get()
    page = desk.get(f"/admin/orders/withdrawal/{said.pk}/change/").content.decode()
    assert "Too late" in page

    form = {f"line-{line(delivered, 'BRUSH-INK')}": 1}
    for _ in range(2):
        desk.post(f"/admin/orders/withdrawal/{said.pk}/accept/", form)

    said.refresh_from_db()
    assert said.handled_at is not None
    assert Return.objects.get().withdrawal == said


def test_staff_finds_the_order_of_a_statement_that_names_none(
    delivered: Order, desk: Client
) -> None:
    withdraws(Client(), statement(delivered, number="2019-1", email="anna@work.example"))
    sweep()
    said = Withdrawal.objects.get()
    where = f"/admin/orders/withdrawal/{said.pk}/"
    assert said.number in desk.get("/admin/orders/withdrawal/?waits=nowhere").content.decode()

    page = desk.get(f"{where}change/?number={delivered.number}").content.decode()
    form = {"number": delivered.number, f"line-{line(delivered, 'BRUSH-INK')}": 1}
    desk.post(f"{where}accept/", form)

    assert "Another e-mail address ordered it" in page
    said.refresh_from_db()
    assert said.order == delivered
    assert said.number == "2019-1"
    assert Return.objects.count() == 1


@pytest.mark.parametrize("number", ["2019-1", "\x00", "x" * 500])
def test_a_number_of_no_order_has_no_effect(delivered: Order, desk: Client, number: str) -> None:
    withdraws(Client(), statement(delivered, number="2019-1"))
    sweep()
    said = Withdrawal.objects.get()

    answer = desk.post(f"/admin/orders/withdrawal/{said.pk}/accept/", {"number": number})

    assert answer.status_code == 302
    said.refresh_from_db()
    assert said.handled_at is None


def test_staff_writes_down_what_the_buyer_said_by_telephone(delivered: Order, desk: Client) -> None:
    page = f"{PAGE}announce/{delivered.pk}/"
    assert desk.get(page).status_code == 200
    form = {
        f"line_{line(delivered, 'BRUSH-INK')}": 1,
        "reason": "withdrawal",
        "words": "",
        "position": 1,
        "nonce": "n" * 32,
        "received_on": timezone.localdate().isoformat(),
    }

    for _ in range(2):
        desk.post(page, form)

    assert Withdrawal.objects.count() == 1
    assert Message.objects.filter(kind="orders/withdrawal").count() == 1
    assert Return.objects.get().reason == "withdrawal"
    assert desk.post(page, form | {"reason": "defect", "position": 9}).status_code == 200


def test_the_order_s_page_leads_staff_to_what_is_to_be_done(
    withdrawn: Return, desk: Client
) -> None:
    page = desk.get(f"/admin/orders/order/{withdrawn.order_id}/change/").content.decode()

    assert f"{PAGE}{withdrawn.pk}/change/" in page
    assert "receive the goods" in page


def test_a_parcel_of_which_everything_is_back_is_returned(
    delivered: Order, withdrawn: Return, desk: Client, client: Client
) -> None:
    received(desk, withdrawn)

    parcel = delivered.shipments.get()
    assert (parcel.state, parcel.returned_at is not None) == ("returned", True)
    assert delivered.events.filter(kind="shipment_returned").count() == 1
    page = client.get(f"/en/{own_page(delivered, '')}").content.decode()
    assert "Came back to us" in page
    assert "The carrier could not deliver it" not in page


def test_a_parcel_of_which_a_piece_is_missing_stays_delivered(
    delivered: Order, withdrawn: Return, desk: Client
) -> None:
    received(desk, withdrawn, heads=1)

    assert delivered.shipments.get().state == "delivered"


def test_a_parcel_that_was_sent_back_whole_is_sent_again_as_one_that_arrived(
    place: Place, paypal: PayPal, shopper: Shopper, desk: Client, client: Client
) -> None:
    order = arrives(pays(place(), paypal, shopper))
    announces(order, client)

    back = inspected(desk, received(desk, Return.objects.get()), "defect")
    assert order.shipments.get().state == "returned"
    does(desk, back, "again")

    again = Order.objects.get(replaces=order)
    assert dict(again.lines.values_list("sku", "quantity")) == {"BRUSH-INK": 1}
    assert pieces.left(order)[0].all == 1  # what was sent again may be withdrawn from
