"""Every night our books are compared with themselves and with PayPal's, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Variant
from orders.models import (
    Difference,
    Dispute,
    Order,
    OrderEvent,
    PaymentAttempt,
    Reconciliation,
    WebhookEvent,
)
from orders.paypal.breaker import REST, SILENCES
from orders.reconciliation import books, nightly
from orders.tasks import RECONCILING, reconcile
from tests.orders import rows
from tests.orders.shop import PayPal, Shopper, attempt_of
from tests.people import staff_member

State = PaymentAttempt.State
Place = Callable[..., Order]
Pay = Callable[[], Order]
LIST = "/admin/orders/difference/"


@pytest.fixture
def pay(place: Place, paypal: PayPal, shopper: Shopper) -> Pay:
    def paid() -> Order:
        order = place()
        paypal.approve(order)
        shopper.returns(order)
        order.refresh_from_db()
        assert order.state == Order.State.CONFIRMED
        return order

    return paid


def tonight(nights: int = 1, **more: float) -> dict[str, int]:
    with time_machine.travel(timezone.now() + timedelta(days=nights, **more), tick=False):
        return reconcile()


def found() -> list[tuple[str, str, str]]:
    standing = Difference.objects.filter(resolved_at=None).order_by("kind")
    return [(d.kind, str(d.ours), str(d.theirs)) for d in standing]


def alerts() -> list[str]:
    return list(OrderEvent.objects.filter(alert=True).values_list("kind", flat=True))


def test_books_that_agree_are_compared_and_left_alone(pay: Pay) -> None:
    for _ in range(3):
        pay()

    assert tonight() == {"orders": 3, "unanswered": 0}

    run = Reconciliation.objects.get()
    assert run.finished_at is not None
    assert (run.orders, run.unanswered, run.differences) == (3, 0, 0)
    assert found() == []
    assert alerts() == []


def test_an_order_that_claims_another_sum_than_its_rows_is_found(pay: Pay) -> None:
    order, _ = pay(), pay()
    Order.objects.filter(pk=order.pk).update(paid=Decimal("129.94"))

    tonight()

    assert found() == [("books", "129.94", "129.95")]
    assert Difference.objects.get().order == order
    assert alerts() == ["difference_found"]


def test_a_difference_is_raised_once_and_resolves_itself_when_it_is_gone(pay: Pay) -> None:
    order = pay()
    Order.objects.filter(pk=order.pk).update(paid=Decimal("0.00"))
    tonight()
    tonight(2)
    assert (Difference.objects.count(), alerts()) == (1, ["difference_found"])
    assert Difference.objects.get().seen_at > Difference.objects.get().found_at

    Order.objects.filter(pk=order.pk).update(paid=Decimal("129.95"))
    tonight(3)

    row = Difference.objects.get()
    assert row.resolved_at is not None
    assert order.events.filter(kind="difference_gone").exists()


def test_all_orders_are_summed_in_one_statement(db: None, brush: Variant) -> None:
    for _ in range(30):
        rows.make_attempt(rows.make_order())
    wrong = rows.make_order(paid=Decimal("1.00"))

    with CaptureQueriesContext(connection) as asked:
        assert list(books.disagreeing()) == [wrong.pk]

    assert len(asked) == 1


def test_a_payment_of_another_amount_than_paypal_s_is_found(pay: Pay) -> None:
    order = pay()
    order.attempts.update(captured=Decimal("120.00"))
    Order.objects.filter(pk=order.pk).update(paid=Decimal("120.00"))

    tonight()

    assert found() == [("captured", "120.00", "129.95")]


def test_a_refund_that_paypal_does_not_have_is_found(pay: Pay) -> None:
    order = pay()
    rows.make_refund(attempt_of(order), "5.00", state="completed")
    Order.objects.filter(pk=order.pk).update(paid=Decimal("124.95"))

    tonight()

    assert found() == [("refunded", "5.00", "0.00")]


def test_a_payment_that_paypal_does_not_know_is_found(pay: Pay, paypal: PayPal) -> None:
    order = pay()
    paypal.forget(order)

    tonight()

    assert found() == [("missing", "129.95", "0.00")]


def test_a_refund_nobody_told_us_of_is_put_on_record_and_is_no_difference(
    pay: Pay, paypal: PayPal
) -> None:
    order = pay()
    paypal.refund_externally(order, "29.95")

    tonight()

    order.refresh_from_db()
    assert order.paid == Decimal("100.00")
    assert [(r.state, r.amount) for r in order.refunds.all()] == [("external", Decimal("29.95"))]
    assert found() == []


def test_money_that_paypal_took_without_our_knowing_is_booked(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "commit-then-500", times=3)
    shopper.returns(order)
    order.attempts.update(state=State.ABANDONED)  # given up by mistake

    tonight()

    order.refresh_from_db()
    assert (order.state, order.paid) == (Order.State.CONFIRMED, Decimal("129.95"))
    assert found() == []


def test_a_payment_nobody_approved_and_paypal_forgot_is_no_difference(
    place: Place, paypal: PayPal
) -> None:
    order = place()
    paypal.forget(order)

    assert tonight() == {"orders": 1, "unanswered": 0}

    assert found() == []


def test_what_moved_long_ago_is_not_asked_after_again(pay: Pay) -> None:
    pay()

    assert tonight(9) == {"orders": 0, "unanswered": 0}


def test_what_still_differs_is_asked_after_however_long_ago_it_moved(
    pay: Pay, paypal: PayPal
) -> None:
    order = pay()
    order.attempts.update(captured=Decimal("120.00"))
    Order.objects.filter(pk=order.pk).update(paid=Decimal("120.00"))
    tonight()

    assert tonight(30)["orders"] == 1


def test_an_order_paypal_does_not_answer_about_is_counted_and_the_others_go_on(
    pay: Pay, paypal: PayPal
) -> None:
    for _ in range(3):
        pay()
    paypal.fails("get", "500", times=3)

    assert tonight() == {"orders": 3, "unanswered": 1}

    assert found() == []


def test_while_paypal_is_silent_the_run_waits_and_then_goes_on(
    pay: Pay, paypal: PayPal, settings: Settings
) -> None:
    for _ in range(SILENCES + 2):
        pay()
    paypal.fails("get", "slow", seconds=0.3, times=-1)
    settings.PAYPAL_TIMEOUT = (1, 0.1)
    assert tonight() == {"orders": SILENCES, "unanswered": SILENCES}
    assert Reconciliation.objects.get().finished_at is None

    paypal.works_again()
    settings.PAYPAL_TIMEOUT = (3, 15)
    tonight(seconds=REST + 1)

    run = Reconciliation.objects.get()
    assert (run.orders, run.unanswered) == (SILENCES + 2, SILENCES)
    assert run.finished_at is not None


def test_a_long_night_is_done_in_pieces(
    pay: Pay, paypal: PayPal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "AT_ONCE", 2)
    orders = [pay() for _ in range(5)]
    orders[-1].attempts.update(captured=Decimal("120.00"))

    pieces = [tonight(minutes=minute).get("orders") for minute in range(5)]

    assert pieces == [2, 4, 5, None, None]
    assert [kind for kind, _, _ in found()] == ["books", "captured"]


def test_it_is_done_once_a_night_and_by_one_at_a_time(pay: Pay) -> None:
    pay()
    cache.add(RECONCILING, True, 60)
    assert tonight() == {}
    cache.delete(RECONCILING)

    assert tonight()["orders"] == 1
    assert tonight(minutes=1) == {}
    assert tonight(2)["orders"] == 1

    assert Reconciliation.objects.count() == 2


def test_a_run_that_died_makes_room_for_the_next(pay: Pay) -> None:
    pay()
    Reconciliation.objects.create(started_at=timezone.now())

    tonight()

    assert Reconciliation.objects.exclude(finished_at=None).count() == 1


def test_a_dispute_whose_end_nobody_told_us_of_is_asked_after(pay: Pay, paypal: PayPal) -> None:
    order = pay()
    dispute = paypal.open_dispute(order)
    Dispute.objects.create(
        attempt=attempt_of(order),
        paypal_id=dispute,
        amount=Decimal("129.95"),
        opened_at=timezone.now(),
    )
    paypal.resolve_dispute(dispute, "RESOLVED_SELLER_FAVOUR")

    tonight()

    assert Dispute.objects.get().state == "resolved"


def test_the_ids_of_old_events_are_forgotten(db: None, paypal: PayPal) -> None:
    for days in (1, 91):
        WebhookEvent.objects.create(
            event_id=f"WH-{days}",
            kind="X",
            received_at=timezone.now() - timedelta(days=days),
            handled_at=timezone.now(),
        )

    tonight()

    assert [event.event_id for event in WebhookEvent.objects.all()] == ["WH-1"]


# staff


@pytest.fixture
def differing(pay: Pay) -> Order:
    order = pay()
    order.attempts.update(captured=Decimal("120.00"))
    Order.objects.filter(pk=order.pk).update(paid=Decimal("120.00"))
    tonight()
    return order


def at_work(role: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff_member(role=role))
    return client


def page_of(difference: Difference, name: str = "change") -> str:
    return f"{LIST}{difference.pk}/{name}/"


def test_staff_see_what_differs_and_what_to_do(differing: Order) -> None:
    desk, row = at_work("staff"), Difference.objects.get()

    listed = desk.get(LIST).content.decode()
    page = desk.get(page_of(row)).content.decode()

    assert differing.number in listed
    for said in ("€ 120.00", "€ 129.95", "€ 9.95", "give the rest back there", "Ask PayPal again"):
        assert said.replace("€ ", "€\N{NO-BREAK SPACE}") in page
    assert str(attempt_of(differing).capture_id) in page
    assert page_of(row) in desk.get(f"/admin/orders/order/{differing.pk}/change/").content.decode()
    assert desk.get("/admin/orders/reconciliation/").status_code == 200


def test_staff_resolve_it_with_a_reason_and_it_is_not_raised_again(
    differing: Order, settings: Settings
) -> None:
    settings.RECONCILE_DAYS = 30
    desk, row = at_work("staff"), Difference.objects.get()

    answer = desk.post(page_of(row, "resolve"), {"reason": "Settled by hand at PayPal"})

    assert answer.headers["Location"] == page_of(row)
    assert "Settled by hand at PayPal" in desk.get(page_of(row)).content.decode()
    assert differing.number not in desk.get(LIST).content.decode()
    assert differing.number in desk.get(f"{LIST}?standing=no").content.decode()
    tonight(2)
    assert found() == []

    differing.attempts.update(captured=Decimal("119.00"))
    Order.objects.filter(pk=differing.pk).update(paid=Decimal("119.00"))
    tonight(3)
    assert found() == [("captured", "119.00", "129.95")]


@pytest.mark.parametrize("reason", [None, "", "   ", "\x00", "x" * 201])
def test_it_is_not_resolved_without_a_reason(differing: Order, reason: str | None) -> None:
    desk, row = at_work("staff"), Difference.objects.get()

    answer = desk.post(page_of(row, "resolve"), {} if reason is None else {"reason": reason})

    assert answer.status_code == 200
    assert "What to do" in answer.content.decode()
    assert len(found()) == 1


def test_it_is_resolved_once(differing: Order) -> None:
    desk, row = at_work("staff"), Difference.objects.get()
    for reason in ("first", "second"):
        desk.post(page_of(row, "resolve"), {"reason": reason})

    assert Difference.objects.get().resolution == "first"
    assert differing.events.filter(kind="difference_resolved").count() == 1


def test_staff_ask_paypal_again(differing: Order, paypal: PayPal) -> None:
    desk, row = at_work("staff"), Difference.objects.get()
    still = desk.post(page_of(row, "ask"), follow=True).content.decode()
    assert "it still differs" in still

    paypal.fails("get", "500", times=3)
    assert "PayPal gave no answer" in desk.post(page_of(row, "ask"), follow=True).content.decode()

    differing.attempts.update(captured=Decimal("129.95"))
    Order.objects.filter(pk=differing.pk).update(paid=Decimal("129.95"))
    assert "It agrees now" in desk.post(page_of(row, "ask"), follow=True).content.decode()
    assert "It agreed again by itself" in desk.get(page_of(row)).content.decode()


@pytest.mark.parametrize("role", ["auditor", "support", "dpo"])
@pytest.mark.parametrize("name", ["resolve", "ask"])
def test_only_who_works_on_orders_changes_anything(differing: Order, role: str, name: str) -> None:
    client, row = at_work(role), Difference.objects.get()

    assert client.post(page_of(row, name), {"reason": "x"}).status_code == 403

    assert len(found()) == 1


def test_nothing_is_done_by_looking_or_at_random(differing: Order) -> None:
    desk, row = at_work("staff"), Difference.objects.get()

    for name in ("resolve", "ask"):
        assert desk.get(page_of(row, name)).status_code == 403
        assert desk.post(f"{LIST}999999/{name}/", {"reason": "x"}).status_code == 404
    assert desk.post(page_of(row), {"reason": "x"}).status_code == 403
    for key in ("0", "x", "9" * 40, "-1"):
        assert desk.get(f"{LIST}{key}/change/").status_code == 404
    assert Client().get(LIST).status_code == 302


def test_staff_see_the_disputes(pay: Pay) -> None:
    order = pay()
    row = Dispute.objects.create(
        attempt=attempt_of(order), paypal_id="PP-R-1", amount=5, opened_at=timezone.now()
    )
    desk = at_work("staff")

    assert order.number in desk.get("/admin/orders/dispute/").content.decode()
    page = desk.get(f"/admin/orders/dispute/{row.pk}/change/").content.decode()
    assert row.paypal_id in page
    assert 'name="_save"' not in page
