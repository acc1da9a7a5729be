"""Many parcels at once: codes typed and pasted, the carrier's list, delivered."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from orders.models import Order, Shipment, ShippingMethod
from outbox.models import Message
from privacy.models import Disclosure
from tests.orders.parcels import ADMIN, Buy, Staff, buy, parcel_of, send, staff, worker

__all__ = ["buy", "staff"]

CODE = "3SSOOC000000"


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", str(page.content.decode()))


@pytest.fixture
def three(buy: Buy) -> list[Order]:
    return [buy(brushes=1, sets=n) for n in range(3)]


def states(orders: list[Order]) -> list[str]:
    return [parcel_of(order).state for order in orders]


class TestCodes:
    def test_one_form_sends_many_each_with_its_code_and_mail(
        self, three: list[Order], staff: Staff
    ) -> None:
        parcels = [parcel_of(order) for order in three]

        opened = staff.chooses("ship", *parcels)
        page = words(staff.client.get(opened["Location"]))
        done = staff.ships(*parcels, code_0=f"{CODE}1", code_1="3s sooc 000 000 2", none_2="on")

        assert all(f'name="code-{parcel.pk}"' in page for parcel in parcels)
        assert done["Location"] == ADMIN
        codes = [parcel_of(order).tracking for order in three]
        assert codes == [f"{CODE}1", f"{CODE}2", ""]
        assert states(three) == ["shipped"] * 3
        assert Message.objects.filter(kind="orders/shipped").count() == 3

    def test_from_the_list_of_orders_all_that_waits_of_them(
        self, three: list[Order], staff: Staff
    ) -> None:
        staff.splits(parcel_of(three[1]), BRUSH_INK=1)
        send(three[0])

        page = words(staff.client.get(staff.chooses("ship", *three)["Location"]))

        named = set(re.findall(r'name="code-(\d+)"', page))
        waiting = Shipment.objects.filter(state="open").values_list("pk", flat=True)
        assert named == {str(key) for key in waiting}

    def test_lines_are_pasted_by_order_or_parcel(self, three: list[Order], staff: Staff) -> None:
        staff.splits(parcel_of(three[2]), BRUSH_INK=1)
        lines = [
            f"\ufeff{three[0].number};{CODE}1",
            f'  "{three[1].number}"\t{CODE}2  ',
            "",
            f"{three[2].number}/2,{CODE}3",
        ]

        staff.ships(pasted="\r\n".join(lines))

        sent = Shipment.objects.filter(state="shipped").order_by("tracking")
        assert [(p.order_id, p.position, p.tracking) for p in sent] == [
            (three[0].pk, 1, f"{CODE}1"),
            (three[1].pk, 1, f"{CODE}2"),
            (three[2].pk, 2, f"{CODE}3"),
        ]

    def test_bad_lines_say_why_and_stay_while_the_good_ones_go(
        self, three: list[Order], staff: Staff
    ) -> None:
        one, two, three_ = three
        staff.splits(parcel_of(three_), BRUSH_INK=1)
        bad = {
            "nonsense": "Write the order&#x27;s number, a semicolon and the code.",
            f"{one.number}/1/2;{CODE}5": "is no number of an order or parcel",
            f"2020-000001;{CODE}5": "No parcel of 2020-000001 waits",
            f"x1;{CODE}5": "is no number of an order or parcel",
            f"{two.number};ab": "is no tracking code",
            f"{two.number}/9;{CODE}5": f"There is no parcel {two.number}/9",
            f"{three_.number};{CODE}5": "Several parcels of",
            f"{two.number};{CODE}1": f"belongs to parcel {one.number}/1 already",
            f"{one.number}/1;{CODE}7": "This parcel is named twice",
            f"{two.number};=1+1|cmd": "is no tracking code",
        }

        page = words(staff.ships(pasted="\n".join([f"{one.number};{CODE}1", *bad])))

        kept = re.search(r"<textarea[^>]*>(.*?)</textarea>", page)
        assert kept
        assert f"{one.number};{CODE}1" not in kept[1]
        for line, said in bad.items():
            assert said in page
            assert line.split("|")[0] in kept[1]
        assert states([one, two]) == ["shipped", "open"]
        assert "1 parcel was sent" in page
        assert Message.objects.filter(kind="orders/shipped").count() == 1

    def test_a_wrong_code_stays_in_its_field(self, three: list[Order], staff: Staff) -> None:
        parcels = [parcel_of(order) for order in three]

        page = words(staff.ships(*parcels, code_0=f"{CODE}1", code_1="<b>?</b>"))

        assert states(three) == ["shipped", "open", "open"]
        assert 'value="&lt;b&gt;?&lt;/b&gt;"' in page
        assert f'aria-describedby="fault-{parcels[1].pk}"' in page
        assert f'name="code-{parcels[0].pk}"' not in page
        assert f'name="code-{parcels[2].pk}"' in page

    def test_a_code_of_another_parcel_is_refused(self, three: list[Order], staff: Staff) -> None:
        send(three[0], tracking=f"{CODE}1")

        page = words(staff.ships(parcel_of(three[1]), code_0=f"{CODE}1"))

        assert f"belongs to parcel {three[0].number}/1 already" in page
        assert parcel_of(three[1]).state == "open"

    def test_without_a_code_or_a_word_nothing_leaves(
        self, three: list[Order], staff: Staff
    ) -> None:
        staff.ships(*[parcel_of(order) for order in three])

        assert states(three) == ["open"] * 3

    def test_sent_twice_the_form_says_that_they_left(
        self, three: list[Order], staff: Staff
    ) -> None:
        parcel = parcel_of(three[0])
        staff.ships(parcel, code_0=f"{CODE}1")

        page = words(staff.ships(parcel, code_0=f"{CODE}2"))

        assert "It has left before" in page
        assert parcel_of(three[0]).tracking == f"{CODE}1"
        assert Message.objects.filter(kind="orders/shipped").count() == 1

    @pytest.mark.parametrize(
        "ids", ["", "x", "1\x00", "9" * 400, ",".join(map(str, range(5000))), "-1,1e9"]
    )
    def test_keys_that_are_none_name_no_parcel(self, staff: Staff, ids: str) -> None:
        for page in ("ship", "slips"):
            answer = staff.client.get(f"{ADMIN}{page}/", {"ids": ids}, follow=True)
            assert answer.status_code == 200
        answer = staff.client.post(f"{ADMIN}ship/", {"ids": ids, "pasted": "\x00;\x00"})
        assert answer.status_code == 200

    def test_a_paste_without_end_is_cut(self, staff: Staff) -> None:
        answer = staff.ships(pasted=("x" * 100 + "\n") * 2000)

        assert answer.status_code == 200


def test_the_carrier_is_that_of_the_way_of_delivery_and_stays_what_it_was(
    three: list[Order], staff: Staff
) -> None:
    staff.ships(parcel_of(three[0]), code_0=f"{CODE}1")
    ShippingMethod.objects.update(carrier="DPD")

    assert parcel_of(three[0]).carrier == "PostNL"
    told = Message.objects.get(kind="orders/shipped").context
    assert told["carrier"] == "PostNL"
    assert "//jouw.postnl.nl/" in told["tracking_url"]


def test_no_carrier_that_nobody_declared_is_given_an_address(
    three: list[Order], staff: Staff
) -> None:
    ShippingMethod.objects.update(carrier="DHL")
    parcel = parcel_of(three[0])

    page = words(staff.ships(parcel, code_0=f"{CODE}1"))
    listed = words(staff.chooses("export", parcel))

    assert "DHL is no carrier that the privacy page names" in page
    assert three[0].delivery_street not in listed
    assert parcel_of(three[0]).state == "open"
    assert not Disclosure.objects.filter(recipient="carrier").exists()


class TestPacked:
    def test_many_are_packed_and_the_others_say_why(self, three: list[Order], staff: Staff) -> None:
        Order.objects.filter(pk=three[0].pk).update(state="cancelled")

        page = staff.client.get(
            staff.chooses("pack", *[parcel_of(order) for order in three])["Location"]
        )

        assert states(three) == ["open", "packed", "packed"]
        assert "2 parcels are packed" in words(page)
        assert f"{three[0].number}/1: The order is cancelled" in words(page)


class TestDelivered:
    def test_what_was_sent_is_delivered_from_either_list(
        self, three: list[Order], staff: Staff
    ) -> None:
        send(three[0])
        send(three[1])

        staff.chooses("mark_delivered", parcel_of(three[0]), parcel_of(three[2]))
        staff.chooses("mark_delivered", *three)

        assert states(three) == ["delivered", "delivered", "open"]
        assert Message.objects.filter(kind="orders/delivered").count() == 2

    def test_a_lost_parcel_is_not_delivered_with_the_others(
        self, three: list[Order], staff: Staff
    ) -> None:
        send(three[0])
        staff.does("lose", parcel_of(three[0]))

        staff.chooses("mark_delivered", *three)

        assert states(three)[0] == "lost"


def table(answer: Any) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


class TestTheCarrier:
    def test_the_list_holds_what_the_carrier_needs_and_no_more(
        self, three: list[Order], staff: Staff
    ) -> None:
        answer = staff.chooses("export", *[parcel_of(order) for order in three])

        assert answer["Content-Type"].startswith("text/csv")
        assert "attachment" in answer["Content-Disposition"]
        rows = table(answer)
        assert [row["parcel"] for row in rows] == [f"{order.number}/1" for order in three]
        assert rows[0] == {
            "parcel": f"{three[0].number}/1",
            "name": "Anna Jansen",
            "street": "Lindenlaan",
            "house_number": "12",
            "postcode": "1015 AA",
            "city": "Amsterdam",
            "country": "NL",
            "phone": "0031 6 12345678",
        }
        assert "anna@example.com" not in answer.content.decode()

    def test_cells_that_a_spreadsheet_would_run_are_inert(
        self, three: list[Order], staff: Staff
    ) -> None:
        evil = {
            "delivery_name": '=HYPERLINK("http://x","y")',
            "delivery_street": "@SUM(1+1)",
            "delivery_house_number": "-1+cmd|' /C calc'!A0",
            "delivery_city": "\t=1+1\r\n;x",
            "delivery_phone": "+1;+2",
        }
        Order.objects.filter(pk=three[0].pk).update(**evil)

        [row] = table(staff.chooses("export", parcel_of(three[0])))

        for cell in row.values():
            assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}
            assert "\n" not in cell
        assert row["name"] == "'" + evil["delivery_name"]
        assert row["city"] == "'=1+1 ;x"

    def test_what_was_handed_over_is_on_record_once_per_parcel(
        self, three: list[Order], staff: Staff
    ) -> None:
        order = three[2]
        staff.splits(parcel_of(order), BRUSH_INK=1)
        parcels = list(order.shipments.order_by("position"))

        for _ in range(2):
            staff.chooses("export", *parcels)
        staff.ships(*parcels, code_0=f"{CODE}1", code_1=f"{CODE}2")

        told = Disclosure.objects.filter(recipient="carrier")
        assert [row.about for row in told] == [f"order:{order.pk}"] * 2
        assert {tuple(row.fields) for row in told} == {
            (
                *("number", "delivery_name", "delivery_street", "delivery_house_number"),
                *("delivery_postcode", "delivery_city", "delivery_country", "phone"),
            )
        }
        assert order.events.filter(kind="carrier_told").count() == 2

    def test_of_a_gift_the_carrier_gets_nothing_of_the_buyer(
        self, three: list[Order], staff: Staff
    ) -> None:
        Order.objects.filter(pk=three[0].pk).update(gift=True, delivery_name="Bea")

        [row] = table(staff.chooses("export", parcel_of(three[0])))

        assert row["phone"] == ""
        [told] = Disclosure.objects.filter(recipient="carrier")
        assert not {"phone", "delivery_phone"} & set(told.fields)

    def test_the_receiver_s_own_phone_goes_before_the_buyer_s(
        self, three: list[Order], staff: Staff
    ) -> None:
        Order.objects.filter(pk=three[0].pk).update(delivery_phone="+32 2 555 12 12")

        [row] = table(staff.chooses("export", parcel_of(three[0])))

        assert row["phone"] == "0032 2 555 12 12"
        [told] = Disclosure.objects.filter(recipient="carrier")
        assert "delivery_phone" in told.fields
        assert "phone" not in told.fields

    def test_what_may_not_leave_is_neither_listed_nor_told(
        self, three: list[Order], staff: Staff
    ) -> None:
        Order.objects.filter(pk=three[0].pk).update(state="cancelled")
        send(three[1])
        Disclosure.objects.filter(recipient="carrier").delete()

        answer = staff.chooses("export", *[parcel_of(order) for order in three])

        assert [row["parcel"] for row in table(answer)] == [f"{three[2].number}/1"]
        assert Disclosure.objects.filter(recipient="carrier").count() == 1
        after = words(staff.client.get(ADMIN))
        assert f"{three[0].number}/1 is not in the file" in after
        assert f"{three[1].number}/1 is not in the file" in after

    def test_who_may_only_look_gets_no_addresses(self, three: list[Order]) -> None:
        looker = Staff(worker(may="^view"))

        answer = looker.chooses("export", parcel_of(three[0]))

        assert "Anna Jansen" not in answer.content.decode()
        assert not Disclosure.objects.filter(recipient="carrier").exists()


class TestTheList:
    def test_it_filters_by_what_is_to_do(self, three: list[Order], staff: Staff) -> None:
        send(three[1])
        send(three[2])
        staff.does("lose", parcel_of(three[2]))

        shown = {
            todo: [
                order.number in words(staff.client.get(ADMIN, {"todo": todo})) for order in three
            ]
            for todo in ("send", "transit", "decide")
        }

        assert shown == {
            "send": [True, False, False],
            "transit": [False, True, False],
            "decide": [False, False, True],
        }

    def test_it_finds_by_number_and_code(self, three: list[Order], staff: Staff) -> None:
        send(three[1], tracking=f"{CODE}1")

        page = words(staff.client.get(ADMIN, {"q": f"{CODE}1"}))

        assert three[1].number in page
        assert three[0].number not in page

    def test_nobody_adds_changes_or_deletes_by_hand(self, three: list[Order], staff: Staff) -> None:
        parcel = parcel_of(three[0])

        assert staff.client.get(f"{ADMIN}add/").status_code == 403
        assert staff.client.post(f"{ADMIN}{parcel.pk}/delete/").status_code == 403
        assert staff.client.post(f"{ADMIN}{parcel.pk}/change/", {"state": "x"}).status_code == 403
        assert "delete_selected" not in words(staff.client.get(ADMIN))
