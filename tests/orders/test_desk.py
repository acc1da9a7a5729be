"""Staff at their desk: the list of orders, an order's page, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Variant
from orders.models import Order, OrderEvent, Return
from outbox.models import Message
from tests.orders import rows
from tests.orders.shop import PayPal, Shopper
from tests.pages import Page
from tests.people import staff_member

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"
Place = Callable[..., Order]


@pytest.fixture
def desk(db: None) -> Client:
    return at_work("staff")


def at_work(role: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(staff_member(role=role))
    return client


def page_of(order: Order) -> str:
    return f"{LIST}{order.pk}/change/"


def shown(client: Client, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def statements(client: Client, address: str) -> int:
    client.get(address)  # what is cached for ever is cached now
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# the list


def test_the_list_says_state_money_and_age_at_a_glance(desk: Client, brush: Variant) -> None:
    order = rows.make_everything(brush, gift=True)

    said = shown(desk, LIST).text

    for words in ("gift", "5 hours", "paid", "captured", "delivered", "announced", "open"):
        assert words in said
    for amount in ("53.85", "28.90", "24.95"):
        assert amount in said
    assert order.number in said
    assert "needs a look" in said


def test_a_list_of_a_hundred_orders_costs_no_more_statements_than_one_of_two(
    desk: Client, brush: Variant
) -> None:
    for _ in range(2):
        rows.make_everything(brush)
    few = statements(desk, LIST + "?all=")
    for _ in range(98):
        rows.make_everything(brush)

    assert shown(desk, LIST + "?all=").text.count("53.85") == 100
    assert statements(desk, LIST + "?all=") == few <= 20


def test_what_paypal_took_wrongly_waits_for_a_look_until_somebody_looked(
    place: Place, paypal: PayPal, shopper: Shopper, desk: Client
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "wrong-amount")
    shopper.returns(order)

    assert order.number in shown(desk, f"{LIST}?work=look").text
    desk.post(LIST, {"action": "mark_seen", "_selected_action": [order.pk]})

    assert order.number not in shown(desk, f"{LIST}?work=look").text
    assert order.events.filter(kind="wrong_amount").exists()


def with_alert(order: Order) -> None:
    OrderEvent.objects.create(order=order, kind="refund_due", at=timezone.now(), alert=True)


def a_return(order: Order) -> None:
    Return.objects.create(order=order, position=1, reason="defect", announced_at=timezone.now())


WAITING: dict[str, Callable[[Order], object]] = {
    "look": with_alert,
    "pack": rows.make_parcel,
    "ship": lambda order: rows.make_parcel(order, state="packed"),
    "refund": lambda order: rows.make_refund(
        rows.make_attempt(order), "1.00", state="requested", paypal_id=None
    ),
    "return": a_return,
    "unpaid": lambda order: Order.objects.filter(pk=order.pk).update(
        state="placed", confirmed_at=None
    ),
    "dispute": lambda order: rows.make_attempt(order).disputes.create(
        paypal_id="PP-D-0", amount=1, opened_at=timezone.now()
    ),
}


@pytest.mark.parametrize("work", WAITING)
def test_a_filter_leaves_the_orders_that_wait_for_it_each_once(desk: Client, work: str) -> None:
    one, other = rows.make_order(), rows.make_order()
    WAITING[work](one)
    with_alert(one)  # a second row must not list it twice

    said = shown(desk, f"{LIST}?work={work}").text

    assert said.count(one.number) == 1
    assert other.number not in said


@pytest.mark.parametrize("nonsense", ["work=nothing", "work=%00", "q=%00", "q=" + "9" * 400])
def test_nothing_in_the_address_of_the_list_breaks_it(desk: Client, nonsense: str) -> None:
    assert desk.get(f"{LIST}?{nonsense}").status_code in {200, 302}


FINDS: dict[str, Callable[[Order], str]] = {
    "its number": lambda order: order.number,
    "the beginning of its number": lambda order: order.number[:9],
    "the address": lambda order: order.email.upper(),
    "the beginning of the address": lambda order: order.email.partition("@")[0],
    "a SKU": lambda _: "brush-ink",
    "PayPal's order": lambda order: str(order.attempts.get().paypal_id),
    "PayPal's capture": lambda order: str(order.attempts.get().capture_id),
    "PayPal's refund": lambda order: str(order.refunds.get().paypal_id),
    "PayPal's dispute": lambda order: order.attempts.get().disputes.get().paypal_id,
    "the invoice": lambda order: order.invoice.number,
    "the credit note": lambda order: order.refunds.get().credit_note.number,
    "a tracking code": lambda _: "3strack0",
    "a gift code": lambda _: "gift-1234",
    "a whole name": lambda _: "bram de vries",
}


@pytest.mark.parametrize("by", FINDS)
def test_an_order_is_found_by(desk: Client, brush: Variant, by: str) -> None:
    order = rows.make_everything(brush, gift_code="GIFT-1234")
    anna = {"delivery_name": "Anna Jansen", "billing_name": "Anna Jansen"}
    other = rows.make_order(number="2025-000001", **anna)

    said = shown(desk, f"{LIST}?q={FINDS[by](order)}").text

    assert said.count(order.number) == 1
    assert other.number not in said


@pytest.mark.parametrize("words", ["Bram", "Vries", "de", "Eikenweg", "3511 AB", "%", "_"])
def test_nobody_leafs_through_people_by_a_part_of_a_name_or_a_street(
    desk: Client, brush: Variant, words: str
) -> None:
    order = rows.make_everything(brush, email="koper@example.org")

    assert order.number not in shown(desk, f"{LIST}?q={words}").text


# the page


def test_the_page_shows_every_axis_the_money_the_goods_and_what_happened(
    desk: Client, brush: Variant
) -> None:
    order = rows.make_everything(brush, gift=True, gift_note="For you", gift_code="GIFT-1234")

    said = shown(desk, page_of(order)).text

    for axis in ("Order", "Payments", "Parcels", "Refunds", "Returns", "Disputes", "Withdrawals"):
        assert axis in said
    for words in (
        *("BRUSH-INK", "Eikenweg", "3STRACK0", "For you", "GIFT-1234", order.invoice.number),
        *(order.refunds.get().credit_note.number, "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"),
        *(str(order.attempts.get().capture_id), "1 × Heads", order.email),
    ):
        assert words in said
    for amount in ("53.85", "28.90", "24.95", "10.00"):
        assert amount in said
    assert "agrees" in said


def test_events_and_mails_are_said_in_words_and_never_by_their_codes(
    desk: Client, brush: Variant
) -> None:
    order = rows.make_everything(brush)
    OrderEvent.objects.create(order=order, kind="shipment_returned", at=timezone.now())
    OrderEvent.objects.create(order=order, kind="never_heard_of", at=timezone.now())
    rows.make_mail(order, "orders/shipped_again", f"shipment:{order.shipments.get().pk}")
    rows.make_mail(order, "orders/late_news", f"order:{order.pk}:news")
    rows.make_mail(order, "orders/foreign", f"order:{order.pk}1")

    said = shown(desk, page_of(order)).text

    assert "Ordered; stock reserved" in said
    assert "the money goes back" in said
    assert "Parcel came back to us" in said
    assert "Never heard of" in said
    assert "Shipped again" in said
    assert "Late news" in said
    assert "Foreign" not in said
    for code in ("order_placed", "refund_due", "never_heard_of", "orders/confirmed"):
        assert code not in said


def test_the_page_says_where_the_books_disagree(desk: Client, brush: Variant) -> None:
    order = rows.make_everything(brush, paid=Decimal("53.85"))

    said = shown(desk, page_of(order)).text

    assert "The books disagree" in said
    assert "disagrees" in said


def test_an_order_with_much_of_everything_costs_no_more_statements(
    desk: Client, brush: Variant, heads: Variant
) -> None:
    order = rows.make_everything(brush)
    few = statements(desk, page_of(order))
    line = rows.make_line(order, heads)
    for n in range(2, 6):
        rows.make_parcel(order, state="open")
        rows.make_refund(order.attempts.get(), "0.01").lines.create(line=line, quantity=1, amount=0)
        rows.make_mail(order, f"orders/mail{n}", f"order:{order.pk}")
        with_alert(order)

    assert statements(desk, page_of(order)) == few <= 41


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_is_whole_for_a_reader_and_a_keyboard(brush: Variant, language: str) -> None:
    order = rows.make_everything(brush)

    page = shown(at_work("staff", language), page_of(order))

    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert page.all("html")[0]["lang"] == language
    assert len(page.all("h1")) == 1
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        assert set((attributes.get("aria-labelledby") or "").split()) <= set(ids)
    assert page.inline() == []
    assert ("Wat er gebeurde" in page.text) is (language == "nl")


def test_the_page_of_someone_erased_still_opens(desk: Client, brush: Variant) -> None:
    names = [f"{p}_{n}" for p in ("delivery", "billing") for n in rows.PLACE if n != "country"]
    order = rows.make_everything(brush, email="", phone="", **dict.fromkeys(names, ""))

    assert "Not held any more" in shown(desk, page_of(order)).text


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30, "x", "1%00", "-1", "١"])
def test_an_order_that_is_not_there_is_not_found(desk: Client, key: str) -> None:
    assert desk.get(f"{LIST}{key}/change/").status_code == 404


# what can be done now


def test_the_page_says_what_can_be_done_and_why_not(desk: Client, brush: Variant) -> None:
    order = rows.make_everything(brush)

    said = shown(desk, page_of(order)).text

    assert "Mark as looked at" in said
    assert "Cancel the unpaid order: it is no longer waiting to be paid" in said


def test_who_may_only_look_sees_no_button(brush: Variant) -> None:
    order = rows.make_everything(brush)
    auditor = at_work("auditor")

    page = shown(auditor, page_of(order))

    assert "Mark as looked at: you may look, not act" in page.text
    assert f"{LIST}{order.pk}/seen/" not in str(page.tags)
    assert auditor.post(f"{LIST}{order.pk}/seen/").status_code == 403
    assert order.events.filter(alert=True).exists()


def test_an_alert_is_put_away_by_the_button_and_stays_on_record(
    desk: Client, brush: Variant
) -> None:
    order = rows.make_everything(brush)

    answer = desk.post(f"{LIST}{order.pk}/seen/")

    assert answer.headers["Location"] == page_of(order)
    assert order.number not in shown(desk, f"{LIST}?work=look").text
    assert order.events.filter(kind="refund_due", alert=False).exists()


def test_a_failed_mail_is_tried_again_from_the_order_s_page(desk: Client, brush: Variant) -> None:
    order = rows.make_everything(brush)
    page = shown(desk, page_of(order))
    assert "Try again" in page.text
    [mail] = [i["value"] for i in page.all("input") if i.get("name") == "_selected_action"]

    desk.post("/admin/outbox/message/", {"action": "retry", "_selected_action": mail})

    assert "Try again" not in shown(desk, page_of(order)).text


def test_staff_cancels_an_unpaid_order_after_paypal_was_asked(
    place: Place, desk: Client, brush: Variant
) -> None:
    order = place()
    asks = desk.get(f"{LIST}{order.pk}/drop/")
    order.refresh_from_db()
    assert asks.status_code == 200
    assert order.state == "placed"  # looking at the question does nothing

    desk.post(f"{LIST}{order.pk}/drop/")

    order.refresh_from_db()
    brush.refresh_from_db()
    assert order.state == "cancelled"
    assert brush.reserved == 0
    assert Message.objects.filter(kind="orders/cancelled", about__contains=str(order.pk)).exists()


def test_an_order_the_buyer_approved_a_moment_ago_is_paid_and_not_cancelled(
    place: Place, paypal: PayPal, desk: Client, brush: Variant
) -> None:
    order = place()
    paypal.approve(order)

    answer = desk.post(f"{LIST}{order.pk}/drop/", follow=True)

    order.refresh_from_db()
    assert order.state == "confirmed"
    assert "cannot be cancelled" in answer.content.decode()
    assert paypal.money() == [("capture", str(order.total))]


def test_staff_asks_paypal_now(place: Place, paypal: PayPal, desk: Client) -> None:
    order = place()
    paypal.approve(order)
    assert "Ask PayPal now" in shown(desk, page_of(order)).text

    desk.post(f"{LIST}{order.pk}/ask/")

    order.refresh_from_db()
    assert order.state == "confirmed"


def test_staff_is_told_when_paypal_is_silent(place: Place, paypal: PayPal, desk: Client) -> None:
    order = place()
    paypal.fails("get", "500", times=9)

    answer = desk.post(f"{LIST}{order.pk}/ask/", follow=True)

    assert "PayPal gave no answer" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "placed"


@pytest.mark.parametrize("model", ["orders/order", "orders/shipment", "outbox/message"])
@pytest.mark.parametrize("picked", ["abc", "\x00", "9" * 30, "-1", "1.5"])
def test_rows_that_cannot_be_are_not_picked(desk: Client, model: str, picked: str) -> None:
    form = {"action": "retry", "_selected_action": picked}

    assert desk.post(f"/admin/{model}/", form).status_code == 400
