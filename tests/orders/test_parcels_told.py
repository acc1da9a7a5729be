"""What is told of a parcel: on its slip, in mails, on the buyer's page, and for how long."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from orders.models import Order, Shipment, ShipmentLine
from orders.parcels.carriers import tracking_url
from orders.parcels.periods import withdrawal_until
from outbox.composing import compose
from outbox.models import Message
from privacy import erasure, export, retention
from privacy.subjects import Subject
from tests.orders.parcels import (
    ADMIN,
    Buy,
    Staff,
    bring,
    buy,
    parcel_of,
    send,
    staff,
    worker,
)
from tests.orders.shop import Shopper
from tests.people import person

__all__ = ["buy", "staff"]

CODE = "3SSOOC0000001"
FOLLOW = f"https://jouw.postnl.nl/track-and-trace/{CODE}-NL-1015AA?language=en"
GIFT = {
    "gift": "on",
    "same": None,
    "delivery_name": "Bea de Vries",
    "gift_note": "Lieve Bea,\ngefeliciteerd <3",
    "billing_name": "Anna Jansen",
    "billing_street": "Kade",
    "billing_house_number": "1",
    "billing_postcode": "3011 BA",
    "billing_city": "Rotterdam",
    "billing_country": "NL",
}


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", str(page.content.decode()))


def slips(staff: Staff, *orders: Order, **query: str) -> str:
    where = staff.chooses("slips", *orders)["Location"]
    return words(staff.client.get(where, query) if query else staff.client.get(where))


def mail(kind: str) -> Any:
    return compose(Message.objects.get(kind=kind))


class TestSlips:
    def test_a_slip_says_what_is_in_the_parcel_and_where_it_goes(
        self, buy: Buy, staff: Staff, brush: Variant
    ) -> None:
        Variant.objects.filter(pk=brush.pk).update(weight_g=310)
        order = buy()
        staff.splits(parcel_of(order), BRUSH_INK=2)

        page = slips(staff, order)

        assert page.count('<article class="slip"') == 2
        for said in (f"Packing slip {order.number}/2", "one of 2 parcels", "BRUSH-INK", "620 g"):
            assert said in page
        assert "Anna Jansen<br>Lindenlaan 12<br>1015 AA Amsterdam" in page
        assert "129.95" in page
        assert "/en/withdraw/" in page
        assert "anna@example.com" not in page

    def test_of_a_gift_no_price_and_no_buyer_but_the_note_the_code_and_the_rights(
        self, buy: Buy, staff: Staff
    ) -> None:
        order = buy(**GIFT)

        page = slips(staff, order)

        assert order.gift_code
        for said in (
            *("Bea de Vries", "Lieve Bea,<br>gefeliciteerd &lt;3", order.gift_code),
            *("To see, correct or erase them", "/en/privacy/request/", "Autoriteit"),
        ):
            assert said in page
        for hidden in ("129.95", "24.95", "€", "Anna", "Kade", "anna@example.com", "/withdraw/"):
            assert hidden not in page

    def test_the_code_on_the_slip_opens_the_receiver_s_data(self, buy: Buy, staff: Staff) -> None:
        order = buy(**GIFT)
        code = re.search(r'class="code">([^<]+)<', slips(staff, order))
        assert code

        bea = Subject(emails=frozenset({"bea@example.com"}), references=frozenset({code[1]}))

        held = str(export.collect(bea))
        assert "Bea de Vries" in held
        assert "Anna Jansen" not in held

    def test_each_slip_speaks_the_language_of_its_order(self, buy: Buy, staff: Staff) -> None:
        dutch, english = buy(brushes=1), buy(sets=1)
        Order.objects.filter(pk=dutch.pk).update(language="nl")

        page = slips(staff, dutch, english)

        assert f"Pakbon {dutch.number}/1" in page
        assert f"Packing slip {english.number}/1" in page
        assert 'class="slip" lang="nl"' in page
        assert page.startswith('<!DOCTYPE html> <html lang="en">')

    @pytest.mark.parametrize(
        ("asked", "given"), [("a4", "a4"), ("a5", "a5"), ("", "a5"), ("../x", "a5")]
    )
    def test_it_prints_on_a5_or_a4(self, buy: Buy, staff: Staff, asked: str, given: str) -> None:
        order = buy()

        page = words(
            staff.client.get(f"{ADMIN}slips/", {"ids": str(parcel_of(order).pk), "paper": asked})
        )

        [sheet] = re.findall(r'href="(/static/orders/a\d[^"]*)"', page)
        assert f"/{given}." in sheet
        assert "<script" not in page
        assert "style=" not in page

    def test_who_works_elsewhere_sees_no_slip(self, buy: Buy) -> None:
        order = buy()
        stranger = Staff(worker(may="^none"))

        answer = stranger.client.get(f"{ADMIN}slips/", {"ids": str(parcel_of(order).pk)})

        assert answer.status_code == 403


class TestMails:
    def test_shipped_tells_what_how_to_follow_it_and_what_is_to_come(
        self, buy: Buy, staff: Staff
    ) -> None:
        order = buy()
        staff.splits(parcel_of(order), BRUSH_INK=1)
        first = order.shipments.get(position=1)

        staff.ships(first, code_0=CODE)

        letter = mail("orders/shipped")
        html = letter.alternatives[0][0]
        assert letter.subject == f"Order {order.number} is on its way"
        assert letter.to == ["anna@example.com"]
        for text in (letter.body, html):
            for said in ("Thing BRUSH-INK", CODE, "PostNL", "follows in another parcel"):
                assert said in text
        assert FOLLOW in letter.body
        assert f'href="{FOLLOW}" rel="external noreferrer"' in html

    def test_each_parcel_is_told_once_in_dutch_where_one_ordered_in_dutch(
        self, buy: Buy, staff: Staff
    ) -> None:
        order = buy()
        Order.objects.update(language="nl")
        staff.splits(parcel_of(order), BRUSH_INK=1)

        send(order)

        subjects = [compose(m).subject for m in Message.objects.filter(kind="orders/shipped")]
        assert subjects == [f"Bestelling {order.number} is onderweg"] * 2

    def test_delivered_tells_until_when_and_how_to_withdraw(self, buy: Buy) -> None:
        order = buy()
        bring(order)

        letter = mail("orders/delivered")
        until = withdrawal_until(order)
        assert until
        day = f"{timezone.localtime(until):%-d %B %Y}"
        for text in (letter.body, letter.alternatives[0][0]):
            assert f"withdraw until {day}, that whole day included" in text
            assert "/en/withdraw/" in text
            assert f"/en/orders/{order.token}/" in text

    def test_the_way_to_withdraw_is_a_page(self, buy: Buy, client: Client) -> None:
        bring(buy())

        link = Message.objects.get(kind="orders/delivered").context["withdraw_url"]

        assert client.get(link[link.index("/", 8) :]).status_code == 200

    def test_redelivery_says_of_which_order_and_that_it_is_free(
        self, buy: Buy, staff: Staff
    ) -> None:
        order = buy()
        send(order)
        staff.sends_again(parcel_of(order), "lost", BRUSH_INK=1, HEADS_4=0)
        again = Order.objects.get(replaces=order)

        letter = mail("orders/redelivery")

        assert letter.subject == f"Order {order.number}: we send it again"
        for text in (letter.body, letter.alternatives[0][0]):
            for said in (again.number, "You pay nothing", "Thing BRUSH-INK", again.token):
                assert said in text
            assert "HEADS-4" not in text

    @pytest.mark.parametrize("kind", ["shipped", "delivered", "redelivery"])
    def test_all_of_it_is_said_in_dutch_too(self, buy: Buy, staff: Staff, kind: str) -> None:
        order = buy()
        Order.objects.update(language="nl")
        order.refresh_from_db()
        bring(order)
        staff.sends_again(parcel_of(order), "damaged")

        letter = mail(f"orders/{kind}")

        for text in (letter.body, letter.alternatives[0][0]):
            said = re.sub(r"<style>.*</style>|<[^>]*>|https?\S+", "", text, flags=re.DOTALL)
            assert not re.search(r"\b(the|you|order|parcel|free|again)\b", said)

    def test_the_receiver_of_a_gift_is_mailed_nothing(self, buy: Buy) -> None:
        bring(buy(**GIFT))

        assert {m.recipient for m in Message.objects.all()} == {"anna@example.com"}

    def test_whoever_is_erased_gets_no_mail_and_the_parcel_still_leaves(self, buy: Buy) -> None:
        order = buy()
        Order.objects.update(email="")
        order.refresh_from_db()

        bring(order)

        assert order.delivered_at is not None
        assert not Message.objects.filter(kind__in=["orders/shipped", "orders/delivered"]).exists()


class TestThePage:
    def test_it_shows_each_parcel_and_where_to_follow_it(
        self, buy: Buy, staff: Staff, shopper: Shopper
    ) -> None:
        order = buy()
        staff.splits(parcel_of(order), BRUSH_INK=1)
        staff.ships(order.shipments.get(position=1), code_0=CODE)

        page = re.sub(r"\s+", " ", shopper.sees(order))

        assert f'href="{FOLLOW}" rel="external noreferrer"' in page
        assert "1 × Thing BRUSH-INK<br>3 × Thing HEADS-4" in page
        assert page.count("On its way to you</span>") == 1
        assert page.count("Being packed</span>") == 1

    def test_a_lost_parcel_leads_to_what_is_sent_in_its_place(
        self, buy: Buy, staff: Staff, shopper: Shopper
    ) -> None:
        order = buy()
        send(order)
        staff.does("lose", parcel_of(order))
        assert "We send it again or pay it back" in shopper.sees(order)

        staff.sends_again(parcel_of(order), "lost")

        again = Order.objects.get(replaces=order)
        page = shopper.sees(order)
        assert "We send it again or pay it back" not in page
        assert f'href="/en/orders/{again.token}/"' in page
        assert f"in place of a parcel of order {order.number}" in shopper.sees(again)

    @pytest.mark.parametrize(
        ("carrier", "host"),
        [
            ("PostNL", "jouw.postnl.nl"),
            ("postnl ", "jouw.postnl.nl"),
            ("DHL", "www.dhl.com"),
            ("DPD", "www.dpdgroup.com"),
            ("GLS", "gls-group.eu"),
            ("UPS", "www.ups.com"),
            ("bpost", "track.bpost.cloud"),
        ],
    )
    def test_each_carrier_has_its_page(self, carrier: str, host: str) -> None:
        order = Order(delivery_country="NL", delivery_postcode="1015 AA", language="nl")

        link = tracking_url(Shipment(order=order, carrier=carrier, tracking=CODE))

        assert link.startswith(f"https://{host}/")
        assert CODE in link

    def test_without_a_code_or_with_an_unknown_carrier_there_is_no_link(self) -> None:
        order = Order(delivery_country="NL", delivery_postcode="1015 AA", language="nl")

        assert tracking_url(Shipment(order=order, carrier="PostNL", tracking="")) == ""
        assert tracking_url(Shipment(order=order, carrier="Jan", tracking=CODE)) == ""

    def test_a_code_or_postcode_never_leads_elsewhere(self) -> None:
        order = Order(delivery_country="NL", delivery_postcode="/../@x?#", language="nl")

        link = tracking_url(Shipment(order=order, carrier="PostNL", tracking="a/../b?c=#d"))

        assert link.startswith(
            "https://jouw.postnl.nl/track-and-trace/a%2F..%2Fb%3Fc%3D%23d-NL-%2F"
        )


class TestRights:
    ANNA = Subject(emails=frozenset({"anna@example.com"}))

    @pytest.fixture
    def brought(self, buy: Buy) -> Order:
        order = buy()
        send(order, tracking=CODE)
        bring(order)
        Order.objects.update(email_proved_at=timezone.now())
        return order

    def test_an_export_holds_the_parcels(self, brought: Order) -> None:
        held = str(export.collect(self.ANNA))

        for value in (CODE, "PostNL", "delivered"):
            assert value in held

    def test_what_the_carrier_was_told_stands_in_it(self, brought: Order) -> None:
        assert "delivery_house_number" in str(export.collect(self.ANNA))

    def test_the_code_stays_while_the_contract_runs_and_goes_once_nothing_holds_it(
        self, brought: Order
    ) -> None:
        erasure.erase(self.ANNA, timezone.now())
        assert parcel_of(brought).tracking == CODE

        Order.objects.update(state="closed", closed_at=timezone.now(), liable_from_at=None)
        erasure.erase(self.ANNA, timezone.now())

        parcel = parcel_of(brought)
        assert parcel.tracking == ""
        assert parcel.state == "delivered"
        assert parcel.lines.count() == 2

    def test_at_night_it_goes_ninety_days_after_closing(self, brought: Order) -> None:
        closed = timezone.now()
        Order.objects.update(state="closed", closed_at=closed, liable_from_at=closed)

        retention.purge(closed + timedelta(days=89))
        assert parcel_of(brought).tracking == CODE

        retention.purge(closed + timedelta(days=92))
        assert parcel_of(brought).tracking == ""

    def test_nothing_that_happened_to_it_names_the_code_or_the_person(self, brought: Order) -> None:
        said = str(list(brought.events.values_list("kind", "detail")))

        assert CODE not in said
        assert "Anna" not in said


class TestTheOrderOfLines:
    """A row that was written again lies behind the others in the table: pages must not follow."""

    @pytest.fixture
    def rewritten(self, buy: Buy) -> Order:
        order = buy()
        brush = order.lines.get(sku="BRUSH-INK")
        order.lines.filter(pk=brush.pk).update(title="Thing BRUSH-INK")
        ShipmentLine.objects.filter(line=brush).update(quantity=2)
        return order

    def test_the_list_and_the_page_of_an_order_keep_it(
        self, rewritten: Order, shopper: Shopper
    ) -> None:
        buyer = person()
        Order.objects.update(customer=buyer)
        shopper.client.force_login(buyer)

        pages = [
            shopper.client.get("/en/account/orders/").content.decode(),
            shopper.sees(rewritten),
        ]

        for page in pages:
            assert 0 < page.index("Thing BRUSH-INK") < page.index("Thing HEADS-4")

    def test_staff_reads_a_parcel_in_it(self, rewritten: Order, staff: Staff) -> None:
        page = words(staff.client.get(f"/admin/orders/order/{rewritten.pk}/change/"))

        goods = page[page.index(str(parcel_of(rewritten))) :]
        assert 0 < goods.index("BRUSH-INK") < goods.index("HEADS-4")
