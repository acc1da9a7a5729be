"""The withdrawal function (Art. 11a Directive 2011/83): two steps, a receipt, no reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Order, Return, Withdrawal
from orders.parcels.periods import withdrawal_until
from orders.tasks import sweep, take_up_withdrawal
from outbox.models import Message
from outbox.tasks import send
from tests.broker import Jobs
from tests.orders.goods import arrives, own_page, statement, step_two, withdraws
from tests.orders.shop import PayPal, Shopper

pytestmark = pytest.mark.django_db
Place = Callable[..., Order]


@pytest.fixture
def delivered(paid: Order) -> Order:
    return arrives(paid)


def receipts() -> list[Message]:
    return list(Message.objects.filter(kind="orders/withdrawal").order_by("pk"))


def test_a_guest_withdraws_with_a_name_a_number_and_an_address(
    delivered: Order, mailoutbox: list[Any]
) -> None:
    answer = withdraws(Client(), statement(delivered))
    send(receipts()[0].pk)

    said = Withdrawal.objects.get()
    assert (said.number, said.name, said.email) == (
        delivered.number,
        "Anna Jansen",
        "anna@example.com",
    )
    assert said.whole
    page = Client().get(answer.headers["Location"]).content.decode()
    [mail] = mailoutbox
    when = timezone.localtime(said.received_at)
    for body in (page, mail.body, mail.alternatives[0][0]):
        for words in (delivered.number, "Anna Jansen", "the whole order", f"{when:%H:%M}"):
            assert words in body
        assert str(when.day) in body
        assert "Amsterdam time" in body
    assert mail.to == ["anna@example.com"]


def test_nothing_is_declared_before_the_second_control(delivered: Order) -> None:
    page = step_two(Client(), statement(delivered)).content.decode()

    assert "Confirm withdrawal" in page
    assert not Withdrawal.objects.exists()
    assert receipts() == []


def test_the_second_control_says_so_in_dutch(delivered: Order, client: Client) -> None:
    page = client.post("/nl/withdraw/", statement(delivered)).content.decode()

    assert ">Herroeping bevestigen</button>" in page


def test_only_a_name_a_number_an_address_and_what_are_asked(client: Client) -> None:
    page = client.get("/en/withdraw/").content.decode()

    required = page.split("<main")[1].split("</main>")[0].count("(required)")
    assert required == 4
    for asked in ("phone", "reason", "password", "street"):
        assert f'name="{asked}"' not in page


def test_pressing_twice_declares_once(delivered: Order) -> None:
    withdraws(Client(), statement(delivered), times=3)

    assert Withdrawal.objects.count() == 1
    assert len(receipts()) == 1


@pytest.mark.parametrize("page", ["", "cart/", "withdraw/"])
def test_every_page_leads_to_the_function(client: Client, page: str, brush: Any) -> None:
    assert 'href="/en/withdraw/"' in client.get(f"/en/{page}").content.decode()


def test_the_order_s_page_leads_to_it_until_the_period_ends(
    delivered: Order, shopper: Shopper
) -> None:
    link = f'href="/en/{own_page(delivered)}"'
    assert link in shopper.sees(delivered)

    with time_machine.travel(timezone.now() + timedelta(days=13), tick=False):
        assert link in shopper.sees(delivered)
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        page = shopper.sees(delivered)
    assert link not in page
    assert "You could withdraw until" in page


def test_before_anything_is_shipped_the_page_leads_to_it_too(paid: Order, shopper: Shopper) -> None:
    assert f'href="/en/{own_page(paid)}"' in shopper.sees(paid)


def test_the_confirmation_leads_to_it(paid: Order, mailoutbox: list[Any]) -> None:
    send(Message.objects.get(kind="orders/confirmed").pk)

    assert "/en/withdraw/" in mailoutbox[0].body
    assert "/en/withdraw/" in mailoutbox[0].alternatives[0][0]


def without_own(page: str, said: Withdrawal) -> str:
    """A page without what its own statement says."""
    for own in (said.number, said.email, said.nonce):
        page = page.replace(own, "")
    return re.sub(r"\d+ \w+ 20\d\d, \d\d:\d\d|\"20[^\"]*T[^\"]*\"", "", page)


def answers(client: Client, form: dict[str, Any], jobs: Jobs) -> tuple[Any, ...]:
    """All that a visitor, or one who counts the shop's work, can tell apart."""
    before = len(jobs())
    page = step_two(client, form).content.decode()
    with CaptureQueriesContext(connection) as asked:
        answer = withdraws(client, form)
    receipt = client.get(answer.headers["Location"]).content.decode()
    said = Withdrawal.objects.latest("pk")
    mail = receipts()[-1]
    for text in (page, receipt):
        assert "BRUSH-INK" not in text
        assert "Lindenlaan" not in text
    return (
        answer.status_code,
        sorted(answer.headers),
        [query["sql"].split(" ")[0] for query in asked],
        without_own(receipt, said),
        [name for name, _ in jobs()[before:]],
        sorted(mail.context),
        mail.recipient == said.email,
    )


@pytest.mark.django_db(transaction=True)
def test_the_answer_and_the_work_are_the_same_whatever_is_found(
    paypal: PayPal, place: Place, shopper: Shopper, jobs: Jobs
) -> None:
    order = place()
    paypal.approve(order)
    shopper.returns(order)
    arrives(order)
    matching = statement(order)

    seen = [
        answers(Client(), matching, jobs),
        answers(Client(), statement(order, email="cleo@example.com"), jobs),
        answers(Client(), matching | {"number": "2019-999999"}, jobs),
    ]
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        seen.append(answers(Client(), matching, jobs))

    assert seen[0] == seen[1] == seen[2] == seen[3]


def test_a_statement_that_names_no_order_is_kept_for_staff(delivered: Order) -> None:
    withdraws(Client(), statement(delivered, number="2019-000001"))
    withdraws(Client(), statement(delivered, email="eve@example.com"))
    sweep()

    for said in Withdrawal.objects.all():
        assert said.order is None
        assert said.taken_up_at is not None
        assert said.handled_at is None
    assert not Return.objects.exists()
    assert len(receipts()) == 2


def test_a_stranger_s_address_opens_nothing_of_an_order(delivered: Order) -> None:
    withdraws(Client(), statement(delivered, email="eve@example.com"))
    sweep()

    assert not Return.objects.exists()
    assert not delivered.events.filter(kind__startswith="withdrawal").exists()
    assert not Message.objects.filter(kind="orders/return_announced").exists()


@pytest.mark.parametrize("number", [" {} ", "#{}"])
def test_a_number_is_found_however_it_is_typed(delivered: Order, number: str) -> None:
    typed = statement(delivered, number=number.format(delivered.number), email="ANNA@example.com")
    withdraws(Client(), typed)
    sweep()

    assert Withdrawal.objects.get().order == delivered


def test_a_late_statement_is_received_promises_nothing_and_waits_for_staff(
    delivered: Order, mailoutbox: list[Any]
) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        withdraws(Client(), statement(delivered))
        take_up_withdrawal(Withdrawal.objects.get().pk)
        send(receipts()[0].pk)

    said = Withdrawal.objects.get()
    assert said.order == delivered
    assert said.handled_at is None
    assert not Return.objects.exists()
    assert delivered.events.get(kind="withdrawal_late").alert
    for promise in ("pay back", "refund", "money", "€"):
        assert promise not in mailoutbox[0].body


def test_what_counts_is_when_it_was_declared_not_when_it_was_taken_up(delivered: Order) -> None:
    withdraws(Client(), statement(delivered))

    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        sweep()

    assert Return.objects.get().withdrawal == Withdrawal.objects.get()


def test_the_receipt_speaks_the_language_of_the_statement(
    delivered: Order, mailoutbox: list[Any]
) -> None:
    page = Client()
    page.post("/nl/withdraw/", statement(delivered))
    form = statement(delivered, number="nergens", nonce="a" * 32)
    page.post("/nl/withdraw/confirm/", form)

    send(receipts()[0].pk)

    assert mailoutbox[0].subject == "We hebben je herroeping ontvangen, bestelling nergens"
    assert "de hele bestelling" in mailoutbox[0].body


def test_from_the_order_s_own_page_all_is_filled_in(delivered: Order, client: Client) -> None:
    page = client.get(f"/en/{own_page(delivered)}").content.decode()

    for known in ("Anna Jansen", delivered.number, "anna@example.com"):
        assert f'value="{known}"' in page
    assert "Thing BRUSH-INK" in page


def test_from_the_order_s_own_page_lines_can_be_chosen(two_lines: Order, client: Client) -> None:
    arrives(two_lines)
    heads = two_lines.lines.get(sku="HEADS-4")
    form = statement(two_lines, what="some") | {f"line_{heads.pk}": "2"}

    page = step_two(client, form, own_page(two_lines)).content.decode()
    answer = withdraws(client, form, own_page(two_lines))

    assert "2 × Thing HEADS-4" in page
    assert "€\N{NO-BREAK SPACE}49.90" in page
    said = Withdrawal.objects.get()
    assert not said.whole
    assert said.content == {"lines": [{"sku": "HEADS-4", "title": "Thing HEADS-4", "quantity": 2}]}
    assert said.handled_at is not None
    [line] = Return.objects.get().lines.all()
    assert (line.line, line.quantity) == (heads, 2)
    assert "Thing HEADS-4" in client.get(answer.headers["Location"]).content.decode()


def test_the_seal_is_spoken_of_before_ordering_and_here(
    two_lines: Order, client: Client, heads: Any
) -> None:
    client.post("/en/cart/add/", {"sku": heads.sku}, headers={"sec-fetch-site": "same-origin"})

    for path in ("cart/", "checkout/", f"product/{heads.product.slug}/"):
        assert "sealed" in client.get(f"/en/{path}").content.decode().lower()
    assert "if the seal is whole" in client.get(f"/en/{own_page(two_lines)}").content.decode()


def test_sealed_goods_may_be_withdrawn_from(two_lines: Order, client: Client) -> None:
    arrives(two_lines)

    withdraws(client, statement(two_lines), own_page(two_lines))

    assert Return.objects.get().lines.filter(line__sealed=True).exists()


def test_without_the_token_items_are_said_in_words_and_staff_looks(two_lines: Order) -> None:
    arrives(two_lines)
    client = Client()

    form = statement(two_lines, what="some", words="both brush heads")
    page = step_two(client, form).content.decode()
    withdraws(client, form)
    sweep()

    assert "both brush heads" in page
    assert "Thing HEADS" not in page
    said = Withdrawal.objects.get()
    assert said.content["words"] == "both brush heads"
    assert said.order == two_lines
    assert said.handled_at is None
    assert two_lines.events.get(kind="withdrawal_in_words").alert


def test_the_same_goods_are_withdrawn_from_once(delivered: Order) -> None:
    for _ in range(3):
        withdraws(Client(), statement(delivered))
        sweep()

    assert Withdrawal.objects.count() == 3
    assert Return.objects.count() == 1
    assert len(receipts()) == 3


def test_many_statements_from_one_place_are_asked_to_wait_and_lose_nothing(
    delivered: Order,
) -> None:
    client = Client()
    for _ in range(5):
        withdraws(client, statement(delivered))

    answer = withdraws(client, statement(delivered))

    assert answer.status_code == 429
    page = answer.content.decode()
    assert "Retry-After" in answer.headers
    assert f'name="number" value="{delivered.number}"' in page
    assert "help@soocas.example" in page
    assert Withdrawal.objects.count() == 5


WRONG: list[dict[str, Any]] = [
    {"name": ""},
    {"number": ""},
    {"email": ""},
    {"email": "no address"},
    {"name": "x" * 101},
    {"number": "9" * 400},
    {"email": "a" * 300 + "@example.com"},
    {"name": "\x00"},
    {"number": "\x00"},
    {"what": "nothing"},
    {"what": "some"},
    {"what": "some", "words": "\x00"},
    {"what": "some", "words": "x" * 2000},
]


@pytest.mark.parametrize("changed", WRONG)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: Client, changed: dict[str, Any]
) -> None:
    form = {"name": "Bea", "number": "2026-1", "email": "bea@example.com", "what": "all"} | changed

    for path in ("withdraw/", "withdraw/confirm/"):
        answer = client.post(f"/en/{path}", form | {"nonce": "n" * 32})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize("nonce", ["", "short", "\x00" * 30, "x" * 500, "é" * 30])
def test_a_forged_key_declares_nothing_and_shows_the_control_again(
    client: Client, nonce: str
) -> None:
    form = {"name": "Bea", "number": "1", "email": "bea@example.com", "what": "all"}

    answer = client.post("/en/withdraw/confirm/", form | {"nonce": nonce})

    assert "Confirm withdrawal" in answer.content.decode()
    assert not Withdrawal.objects.exists()


def test_looking_at_the_second_step_declares_nothing(client: Client, paid: Order) -> None:
    for path in ("withdraw/confirm/", own_page(paid, "withdraw/confirm/")):
        assert client.get(f"/en/{path}").status_code == 200
    assert client.get(f"/en/withdraw/{'a' * 32}/").status_code == 404
    assert client.get(f"/en/{own_page(paid, 'withdraw/')}{'a' * 32}/").status_code == 404
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize("count", ["3", "-1", "99999999999999999999", "x", "\x00", "1.5"])
def test_more_than_was_ordered_cannot_be_chosen(
    two_lines: Order, client: Client, count: str
) -> None:
    heads = two_lines.lines.get(sku="HEADS-4")
    form = statement(two_lines, what="some") | {f"line_{heads.pk}": count}

    answer = client.post(f"/en/{own_page(two_lines, 'withdraw/confirm/')}", form)

    assert 'role="alert"' in answer.content.decode()
    assert not Withdrawal.objects.exists()


def test_items_and_the_whole_order_at_once_is_asked_back(two_lines: Order, client: Client) -> None:
    heads = two_lines.lines.get(sku="HEADS-4")
    form = statement(two_lines) | {f"line_{heads.pk}": "1"}

    page = step_two(client, form, own_page(two_lines)).content.decode()

    assert "Which of the two?" in page
    assert "Confirm withdrawal" not in page


def test_a_dead_broker_delays_a_statement_and_loses_none(
    delivered: Order, dead_broker: None
) -> None:
    withdraws(Client(), statement(delivered))
    assert Withdrawal.objects.get().taken_up_at is None

    sweep()

    assert Return.objects.exists()


def test_an_order_that_nobody_paid_is_cancelled_by_it(
    place: Place, paypal: PayPal, brush: Any
) -> None:
    order = place()

    withdraws(Client(), statement(order), own_page(order))

    order.refresh_from_db()
    brush.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert brush.reserved == 0
    assert Withdrawal.objects.get().handled_at is not None
    assert paypal.money() == []


def test_a_statement_beside_a_payment_under_review_has_its_effect_once_it_is_paid(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)
    paypal.fails("capture", "pending")
    shopper.returns(order)
    paypal.works_again()

    withdraws(Client(), statement(order))
    sweep()
    said = Withdrawal.objects.get()
    assert said.taken_up_at is None
    paypal.decide(order, "COMPLETED")
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        sweep()
        sweep()
        sweep()

    order.refresh_from_db()
    said.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert order.paid == 0
    assert said.handled_at is not None


def test_the_last_moment_is_in_time_and_the_next_is_late(delivered: Order) -> None:
    last = withdrawal_until(delivered)
    assert last is not None

    for moment, returns in ((last + timedelta(seconds=1), 0), (last, 1)):
        with time_machine.travel(moment, tick=False):
            withdraws(Client(), statement(delivered))
            take_up_withdrawal(Withdrawal.objects.latest("pk").pk)
        assert Return.objects.count() == returns


def test_no_log_keeps_the_key_of_a_receipt(delivered: Order, caplog: Any) -> None:
    answer = withdraws(Client(), statement(delivered), own_page(delivered))
    Client().get(answer.headers["Location"])

    paths = [record.path for record in caplog.records if record.name == "soocas.request"]
    assert "/en/orders/…/withdraw/…/" in paths
    assert not any(delivered.token in path for path in paths)
    assert not any(Withdrawal.objects.get().nonce in path for path in paths)
