"""P19: each look of staff at a person's file is that person's to see, in every room's pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from mailings.models import Subscription
from orders.models import Order
from outbox.models import Message
from privacy import erasure, export, subjects
from privacy.looks import looks_of
from privacy.models import Look, Request
from privacy.subjects import Subject
from tests.orders.paper import sold
from tests.people import staff_member


@pytest.fixture
def order(anna: User) -> Order:
    return sold(("49.95", "21", 1), customer=anna, email=anna.email)


def at_work(role: str = "", **more: object) -> Client:
    client = Client()
    client.force_login(staff_member(role, **more))
    return client


def whose() -> list[tuple[str, str, str]]:
    """Of what, whose and in which role."""
    return [
        (look.model, look.user.email if look.user else look.email, look.role)
        for look in Look.objects.order_by("pk").select_related("user")
    ]


def test_every_room_writes_down_a_look_at_a_page_of_a_person(anna: User, order: Order) -> None:
    now, boss = timezone.now(), at_work(is_superuser=True)
    letter = Message.objects.create(
        kind="x/y", about="1", recipient=anna.email, queued_at=now, next_try_at=now
    )
    reader = Subscription.objects.create(
        email="Reader@Example.org", language="nl", confirmed_at=now
    )
    case = Request.objects.create(
        kind="question",
        state="in_assessment",
        email="guest@example.org",
        received_at=now,
        due_at=now,
    )
    pages = {
        "accounts/user": anna.pk,
        "orders/order": order.pk,
        "outbox/message": letter.pk,
        "mailings/subscription": reader.pk,
        "privacy/request": case.pk,
    }

    for page, pk in pages.items():
        assert boss.get(f"/admin/{page}/{pk}/change/").status_code == 200

    assert whose() == [
        ("accounts.User", anna.email, ""),
        ("orders.Order", anna.email, ""),
        ("outbox.Message", anna.email, ""),
        ("mailings.Subscription", "reader@example.org", ""),
        ("privacy.Request", "guest@example.org", ""),
    ]


def test_the_same_look_within_an_hour_is_one_and_the_next_member_of_staff_another(
    order: Order,
) -> None:
    page, mia, tom = f"/admin/orders/order/{order.pk}/change/", at_work("staff"), at_work("staff")

    for client in (mia, mia, tom):
        client.get(page)
    assert Look.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        mia.get(page)

    assert Look.objects.count() == 3


def test_a_search_that_finds_a_few_is_a_look_at_each_and_a_list_is_none(
    anna: User, order: Order
) -> None:
    mia = at_work("staff")

    mia.get("/admin/orders/order/")
    mia.get("/admin/orders/order/", {"q": "nobody@example.org"})
    assert not Look.objects.exists()
    mia.get("/admin/orders/order/", {"q": anna.email})

    assert whose() == [("orders.Order", anna.email, "staff")]


@pytest.mark.parametrize("whole_list", [False, True])
def test_a_batch_of_many_is_a_look_at_each_of_them(db: None, whole_list: bool) -> None:
    orders = [
        sold(("9.95", "21", 1), number=f"2026-{n:06}", email=f"guest{n}@example.org")
        for n in range(12)
    ]
    picked = orders[:1] if whole_list else orders
    typed = {"action": "mark_seen", "_selected_action": [str(order.pk) for order in picked]}

    at_work("staff").post(
        "/admin/orders/order/", typed | {"select_across": "1" if whole_list else "0"}
    )

    assert {email for _model, email, _role in whose()} == {order.email for order in orders}
    assert Look.objects.count() == 12


def test_nobody_who_was_refused_and_no_customer_leaves_a_look(
    anna: User, order: Order, signed_in: Client
) -> None:
    page = f"/admin/orders/order/{order.pk}/change/"

    assert at_work("dpo").get(page).status_code == 403
    assert signed_in.get(page).status_code == 302
    for forged in ("0", "9" * 30, "x", "1%00"):
        at_work("staff").get(f"/admin/orders/order/{forged}/change/")

    assert not Look.objects.exists()


def test_nobody_looks_at_himself(db: None) -> None:
    boss = staff_member(is_superuser=True)
    client = Client()
    client.force_login(boss)

    client.get(f"/admin/accounts/user/{boss.pk}/change/")

    assert not Look.objects.exists()


def test_the_person_sees_the_role_and_never_the_name(anna: User, order: Order) -> None:
    at_work("staff", name="Mia Member").get(f"/admin/orders/order/{order.pk}/change/")

    with translation.override("nl"):
        (seen,) = looks_of(subjects.of(anna))
    assert (seen["role"], seen["what"]) == ("bestellingen en winkel", "Bestelling")
    assert "Mia" not in str(export.collect(subjects.of(anna)))
    assert "privacy.Look" in str(export.collect(subjects.of(anna)))
    assert looks_of(subjects.of("somebody@example.org")) == []


def test_who_received_a_gift_finds_the_look_by_his_code_and_nobody_else_does(anna: User) -> None:
    code = "ABCD-EFGH-JKMN-PQRS"
    gift = sold(("9.95", "21", 1), customer=anna, email=anna.email, gift=True, gift_code=code)
    mia = at_work("staff")

    for _ in range(2):
        mia.get(f"/admin/orders/order/{gift.pk}/change/")

    assert Look.objects.count() == 2  # the buyer's and the receiver's
    his = Subject(references=frozenset({"abcd efgh jkmn pqrs"}))
    [seen] = looks_of(his)
    assert seen["role"]
    assert "privacy.Look" in str(export.collect(his))
    assert len(looks_of(subjects.of(anna))) == 1
    for other in ("ABCD-EFGH-JKMN-PQRT", "", "--", "\x00"):
        assert looks_of(Subject(references=frozenset({other}))) == []


def test_who_received_a_gift_and_is_erased_leaves_no_code_on_the_looks(anna: User) -> None:
    code = "ABCD-EFGH-JKMN-PQRS"
    gift = sold(("9.95", "21", 1), customer=anna, email=anna.email, gift=True, gift_code=code)
    at_work("staff").get(f"/admin/orders/order/{gift.pk}/change/")

    erasure.erase(Subject(references=frozenset({code})), timezone.now() + timedelta(days=1200))

    assert not Look.objects.filter(reference="ABCDEFGHJKMNPQRS").exists()
    assert len(looks_of(subjects.of(anna))) == 1


def test_looks_at_many_take_as_many_statements_as_looks_at_two(db: None) -> None:
    counted = [statements_of_a_batch(many) for many in (2, 12)]

    assert counted[0] == counted[1]
    assert Look.objects.count() == 2 * (2 + 12)


def statements_of_a_batch(many: int) -> int:
    """How many ask for the people of the orders, and read or write looks."""
    orders = [
        sold(
            ("9.95", "21", 1),
            email=f"guest{many}.{n}@example.org",
            gift=True,
            gift_code=f"GIFT-{many:04}-{n:04}-AAAA",
        )
        for n in range(many)
    ]
    mia = Client()
    mia.force_login(staff_member("staff"))
    typed = {"action": "mark_seen", "_selected_action": [str(order.pk) for order in orders]}
    with CaptureQueriesContext(connection) as seen:
        mia.post("/admin/orders/order/", typed)
    said = [one["sql"] for one in seen.captured_queries]
    return sum("privacy_look" in sql or sql.startswith("SELECT") for sql in said)
