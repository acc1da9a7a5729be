"""A gift: bought by one, brought to another, and what each of them may know and ask."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import orders.parcels.services
from catalog.models import Variant
from orders.gifts import LETTERS, make_code
from orders.models import Order, PaymentAttempt
from orders.parcels import handing_over
from outbox.models import Message
from outbox.tasks import send
from privacy import erasure, export, rectification
from privacy.models import Disclosure, Request
from privacy.requests.subject import subject_of
from privacy.subjects import Subject
from privacy.tasks import execute_request
from tests.orders.shop import PayPal, Shopper
from tests.privacy.archives import make_all, opened, text
from tests.privacy.conftest import Inbox, code_in, link_in, officer

ANNA = {
    "email": "anna@example.com",
    "phone": "+31 6 12345678",
    "billing_name": "Anna Jansen",
    "billing_street": "Lindenlaan",
    "billing_house_number": "12",
    "billing_postcode": "1015 AA",
    "billing_city": "Amsterdam",
    "billing_country": "NL",
}
BEA = {
    "gift": "on",
    "delivery_name": "Bea de Vries",
    "delivery_street": "Havenweg",
    "delivery_house_number": "3",
    "delivery_postcode": "3011 BA",
    "delivery_city": "Rotterdam",
    "delivery_country": "NL",
    "delivery_phone": "+31 6 87654321",
    "gift_note": "Voor je verjaardag!\r\nAnna",
}
HERS = ("Bea de Vries", "Havenweg", "3011 BA", "Rotterdam", "+31 6 87654321")
HIS = ("anna@example.com", "+31 6 12345678", "Anna Jansen", "Lindenlaan", "1015 AA", "129.95")


@pytest.fixture
def mails(mailoutbox: list[Any]) -> Inbox:
    """Does the mail worker's round and returns all that was sent so far."""

    def look() -> list[Any]:
        for message in Message.objects.filter(state="queued").order_by("pk"):
            send(message.pk)
        return mailoutbox

    return look


@pytest.fixture
def gift(shopper: Shopper, paypal: PayPal, brush: Variant) -> Order:
    shopper.puts(brush)
    answer = shopper.orders(**ANNA, **BEA)
    assert answer.status_code == 302, re.findall(r'class="error".*?</p>', answer.content.decode())
    return Order.objects.get()


def test_a_gift_goes_to_one_and_its_invoice_to_the_other(gift: Order) -> None:
    assert gift.gift
    assert (gift.delivery_name, gift.delivery_city) == ("Bea de Vries", "Rotterdam")
    assert (gift.billing_name, gift.billing_city) == ("Anna Jansen", "Amsterdam")
    assert (gift.phone, gift.delivery_phone) == ("+31 6 12345678", "+31 6 87654321")
    assert gift.gift_note == "Voor je verjaardag!\nAnna"


def test_its_code_cannot_be_guessed_and_can_be_typed(gift: Order) -> None:
    codes = {make_code() for _ in range(500)}

    assert len(codes) == 500
    assert re.fullmatch(rf"([{LETTERS}]{{4}}-){{3}}[{LETTERS}]{{4}}", str(gift.gift_code))
    assert len(LETTERS) ** 16 > 2**79
    assert not set("IO01") & set(LETTERS)


def test_what_is_no_gift_has_no_code_and_keeps_nothing_of_a_receiver(
    shopper: Shopper, paypal: PayPal, brush: Variant
) -> None:
    shopper.puts(brush)

    shopper.orders(delivery_phone="x" * 99, gift_note="for \x00 nobody" * 90)

    order = Order.objects.get()
    assert (order.gift, order.gift_code) == (False, None)
    assert (order.delivery_phone, order.gift_note) == ("", "")


def test_mail_goes_to_the_buyer_alone_and_says_it_is_a_gift(
    gift: Order, paypal: PayPal, shopper: Shopper
) -> None:
    paypal.approve(gift)
    shopper.returns(gift)

    assert {m.recipient for m in Message.objects.all()} == {"anna@example.com"}
    contexts = {m.kind: m.context for m in Message.objects.all()}
    for kind in ("orders/placed", "orders/confirmed"):
        assert contexts[kind]["gift"] is True
        assert contexts[kind]["name"] == ""  # two people: nobody is greeted by the other's name


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no address of the buyer": (
        {"billing_street": "", "same": "on"},
        "Fill in the street (invoice)",
    ),
    "the receiver's own": (
        {there.replace("delivery", "billing"): BEA[there] for there in BEA if "delivery_" in there}
        | {"billing_name": "bea  de vries", "billing_postcode": "3011ba"},
        "The invoice of a gift is yours: fill in your own",
    ),
    "long note": ({"gift_note": "x" * 301}, "Shorten the note to 300 characters"),
    "far too long note": ({"gift_note": "x" * 5000}, "600"),
    "NUL": ({"gift_note": "a\x00b"}, "Null characters are not allowed."),
    "phone": ({"delivery_phone": "call her"}, "Fill in digits only"),
    "no receiver": ({"delivery_name": ""}, "Fill in a first and last name"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=list(WRONG))
def test_a_mistake_in_a_gift_is_explained_and_what_was_typed_stays(
    shopper: Shopper, paypal: PayPal, brush: Variant, changed: dict[str, Any], said: str
) -> None:
    shopper.puts(brush)

    page = shopper.orders(**(ANNA | BEA | changed)).content.decode()

    assert said in page
    assert re.search(r'name="gift"[^>]*checked', page)
    assert "Havenweg" in page
    assert not Order.objects.exists()


def test_a_note_of_300_characters_fits_with_its_line_ends(
    shopper: Shopper, paypal: PayPal, brush: Variant
) -> None:
    shopper.puts(brush)
    note = "\r\n".join("x" * 9 for _ in range(30))  # 299 as a browser counts, 328 as it sends

    shopper.orders(**(ANNA | BEA | {"gift_note": note}))

    assert Order.objects.get().gift_note == note.replace("\r\n", "\n")


def test_each_field_says_why_it_is_asked_the_receiver_s_too(
    shopper: Shopper, paypal: PayPal, brush: Variant
) -> None:
    shopper.puts(brush)
    page = shopper.reads("checkout/")

    def why(name: str) -> str:
        return page.partition(f'id="id_{name}-why">')[2].partition("</p>")[0]

    assert "rings only if he does not find you" in why("phone")
    assert "It goes to PostNL" in why("phone")
    assert "90 days" in why("phone")
    assert "the confirmation" in why("email")
    assert "Who receives a gift may ask us for this" in why("delivery_name")
    assert "Who receives a gift may ask us for this" in why("delivery_street")
    assert "rings the receiver only" in why("delivery_phone")
    assert "Printed and put into the parcel" in why("gift_note")
    assert "PostNL" not in why("gift_note")
    assert "7 years" in why("billing_name")
    for name in ("phone", "delivery_phone", "gift_note"):
        assert page.partition(f'for="id_{name}"')[2].partition("</label>")[0].count("(optional)")
    assert "The receiver sees no prices." in why("gift")


# the receiver's rights (P13)


def asks(client: Client, look: Inbox, kind: str, reference: str) -> Request:
    """A request by the public form, its address proved, decided by the officer."""
    said = {"kind": kind, "email": "bea@example.org", "order_reference": reference}
    page = str(client.post("/en/privacy/request/", said)["Location"])
    client.post(page, {"code": code_in(look()[-1])})
    case = Request.objects.latest("pk")
    assert case.state == "in_assessment"
    return case


def approve(case: Request) -> None:
    answer = officer().post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    assert answer.status_code in (200, 302)
    make_all()


@pytest.mark.parametrize("typed", ["as printed", "small letters", "without dashes"])
def test_the_receiver_gets_the_delivery_data_and_nothing_of_the_buyer(
    gift: Order,
    mails: Inbox,
    typed: str,
) -> None:
    code = str(gift.gift_code)
    reference = {"small letters": code.lower(), "without dashes": code.replace("-", " ")}
    case = asks(Client(), mails, "access", reference.get(typed, code))

    told = str(export.collect(subject_of(case)))

    for value in HERS:
        assert value in told
    for value in (*HIS, gift.number, gift.token, "BRUSH-INK", "Thing BRUSH-INK"):
        assert value not in told


def test_the_file_that_is_handed_out_holds_the_same(
    gift: Order,
    mails: Inbox,
    client: Client,
) -> None:
    case = asks(Client(), mails, "access", str(gift.gift_code))
    approve(case)
    link = link_in(mails()[-1])

    page = client.get(link, follow=True)
    answer = client.post(page.redirect_chain[-1][0] if page.redirect_chain else link)

    told = text(opened(answer))
    for value in HERS:
        assert value in told
    assert "received from others" in told  # as it came: from the buyer
    for value in (*HIS, gift.number, gift.token, "BRUSH-INK", "Thing BRUSH-INK"):
        assert value not in told


def test_a_code_that_is_not_this_gift_s_opens_nothing(gift: Order, mails: Inbox) -> None:
    case = asks(Client(), mails, "access", make_code())

    told = str(export.collect(subject_of(case)))

    for value in (*HERS, *HIS, gift.number):
        assert value not in told


def test_the_receiver_corrects_and_erases_no_more_than_is_his(
    gift: Order,
    paypal: PayPal,
    shopper: Shopper,
    mails: Inbox,
) -> None:
    shopper.presses("reopen", gift)  # it ended: nothing is being performed any more
    case = asks(Client(), mails, "erasure", str(gift.gift_code))
    assert rectification.forms(subject_of(case)) == []

    erasure.erase(subject_of(case), timezone.now())

    values = Order.objects.values().get()
    for gone in (*HERS, "verjaardag"):
        assert gone not in str(values)
    for stays in ("anna@example.com", "+31 6 12345678", "Anna Jansen", "Lindenlaan", "1015 AA"):
        assert stays in str(values)
    assert values["number"] == gift.number


def test_the_receiver_of_a_gift_on_its_way_keeps_it_coming(gift: Order, mails: Inbox) -> None:
    case = asks(Client(), mails, "erasure", str(gift.gift_code))

    plan = erasure.erase(subject_of(case), timezone.now())

    gift.refresh_from_db()
    assert gift.delivery_street == "Havenweg"
    kept = {f for line in plan.kept if line.model == "orders.Order" for f in line.group.fields}
    assert "delivery_street" in kept
    assert not kept & {"email", "phone", "billing_street"}


def test_the_buyer_sees_his_own_part_of_the_same_row(gift: Order) -> None:
    Order.objects.update(email_proved_at=timezone.now())

    told = str(export.collect(Subject(emails=frozenset({"anna@example.com"}))))

    for value in ("anna@example.com", "Anna Jansen", gift.number, "Havenweg"):
        assert value in told


# what the carrier was given of the receiver


def brought(gift: Order) -> None:
    """The table for the carrier was made."""
    Order.objects.filter(pk=gift.pk).update(state=Order.State.CONFIRMED, paid=gift.total)
    gift.refresh_from_db()
    orders.parcels.services.open_parcel(gift, now=timezone.now())
    page, held = handing_over.export(gift.shipments.all(), now=timezone.now())
    assert "Havenweg" in page
    assert held == []


def over() -> None:
    """Long closed: as long as an order runs, what was handed over of it stays on record."""
    then = timezone.now() - timedelta(days=200)
    Order.objects.update(state=Order.State.CLOSED, closed_at=then, liable_from_at=then)
    PaymentAttempt.objects.update(state=PaymentAttempt.State.CAPTURED)


def test_the_receiver_reads_that_the_carrier_was_given_his_address_and_the_buyer_too(
    gift: Order, mails: Inbox
) -> None:
    Order.objects.update(email_proved_at=timezone.now())
    brought(gift)
    case = asks(Client(), mails, "access", str(gift.gift_code).lower().replace("-", " "))

    [his] = export.collect(subject_of(case))["recipients"]
    hers = export.collect(Subject(emails=frozenset({"anna@example.com"})))["recipients"]

    assert his["key"] == "carrier"
    assert "delivery_street" in his["fields"]
    assert not {"number", "phone", "email"} & {*his["fields"]}
    assert gift.number not in str(his)
    assert [one["key"] for one in hers].count("carrier") == 1


def test_the_receiver_s_erasure_tells_the_carrier_and_leaves_the_buyer_s_row(
    gift: Order, mails: Inbox
) -> None:
    Order.objects.update(email_proved_at=timezone.now())
    brought(gift)
    over()
    case = asks(Client(), mails, "erasure", str(gift.gift_code))
    approve(case)

    execute_request(case.pk)

    duty = case.duties.get(recipient="carrier")
    assert duty.kind == "erasure"
    assert gift.number in str(duty.sealed), "by what stood on the label"
    rows = Disclosure.objects.filter(recipient="carrier").order_by("pk")
    assert [(row.email, row.reference) for row in rows] == [("anna@example.com", ""), ("", "")]
    other = Subject(emails=frozenset({"anna@example.com"}))
    assert [one["key"] for one in export.collect(other)["recipients"]].count("carrier") == 1


def test_the_buyer_s_erasure_tells_the_carrier_and_leaves_the_receiver_s_row(
    gift: Order, mails: Inbox
) -> None:
    Order.objects.update(email_proved_at=timezone.now())
    brought(gift)
    over()
    case = asks(Client(), mails, "erasure", "")
    Request.objects.filter(pk=case.pk).update(email="anna@example.com")
    case.refresh_from_db()
    approve(case)

    execute_request(case.pk)

    assert case.duties.filter(recipient="carrier").count() == 1
    rows = Disclosure.objects.filter(recipient="carrier").order_by("pk")
    assert [bool(row.reference) for row in rows] == [False, True]


def test_another_code_reads_nothing_of_what_the_carrier_was_given(
    gift: Order, mails: Inbox
) -> None:
    brought(gift)
    case = asks(Client(), mails, "access", make_code())

    assert [one["key"] for one in export.collect(subject_of(case))["recipients"]] == []
