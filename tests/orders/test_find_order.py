"""Find my order: number and address get its link mailed, to that address and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from orders.models import Lookup, Order
from orders.tasks import mail_link, sweep
from outbox.models import Message
from outbox.tasks import send
from tests.broker import Jobs
from tests.orders.shop import PayPal, Shopper, pays
from tests.people import person

pytestmark = pytest.mark.django_db
FORM = "/en/orders/find/"


def links() -> list[Message]:
    return list(Message.objects.filter(kind="orders/link").order_by("pk"))


def looks(client: Client, number: str, email: str = "anna@example.com") -> Any:
    return client.post(FORM, {"number": number, "email": email})


def works(jobs: Jobs) -> None:
    """What the worker does with what waits."""
    for name, arguments in jobs():
        if name == "orders.mail_link":
            mail_link(*arguments)


def test_the_link_is_mailed_and_never_shown(paid: Order, jobs: Jobs, mailoutbox: list[Any]) -> None:
    answer = looks(Client(), paid.number)
    works(jobs)
    [message] = links()
    send(message.pk)

    assert paid.token not in Client().get(answer.headers["Location"]).content.decode()
    assert paid.token not in str(answer.headers)
    [mail] = mailoutbox
    assert mail.to == ["anna@example.com"]
    for body in (mail.body, mail.alternatives[0][0]):
        assert f"/en/orders/{paid.token}/?proof=" in body


@pytest.mark.parametrize("typed", [" {} ", "#{}", "# {}"])
def test_it_is_found_however_it_is_typed(paid: Order, jobs: Jobs, typed: str) -> None:
    looks(Client(), typed.format(paid.number), "ANNA@Example.com")
    works(jobs)

    assert [message.recipient for message in links()] == ["anna@example.com"]


def test_a_stranger_s_address_gets_nothing(paid: Order, jobs: Jobs) -> None:
    looks(Client(), paid.number, "eve@example.com")
    looks(Client(), "2019-000001")
    works(jobs)

    assert links() == []


@pytest.mark.django_db(transaction=True)
def test_the_answer_and_the_work_are_the_same_found_or_not(
    paypal: PayPal, place: Any, shopper: Shopper, jobs: Jobs
) -> None:
    order = pays(place(), paypal, shopper)

    def seen(number: str, email: str) -> tuple[Any, ...]:
        before = len(jobs())
        with CaptureQueriesContext(connection) as asked:
            answer = looks(Client(), number, email)
        page = Client().get(answer.headers["Location"]).content
        return (
            answer.status_code,
            answer.headers["Location"],
            sorted(answer.headers),
            [query["sql"].split(" ")[0] for query in asked],
            [name for name, _ in jobs()[before:]],
            page,
        )

    found = seen(order.number, "anna@example.com")
    assert found == seen(order.number, "eve@example.com")
    assert found == seen("2019-000001", "anna@example.com")
    assert [name for name, _ in jobs()].count("orders.mail_link") == 3


def test_asked_for_often_it_is_mailed_once_an_hour(paid: Order, jobs: Jobs) -> None:
    with time_machine.travel(timezone.now().replace(minute=5), tick=False):
        for _ in range(3):
            looks(Client(), paid.number)
        works(jobs)
    assert len(links()) == 1

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        looks(Client(), paid.number)
        works(jobs)
    assert len(links()) == 2


def test_one_address_and_one_place_are_asked_to_wait(paid: Order) -> None:
    client = Client()
    for _ in range(5):
        assert looks(client, paid.number).status_code == 302

    answer = looks(client, paid.number)

    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert f'value="{paid.number}"' in answer.content.decode()
    assert looks(client, paid.number, "bea@example.com").status_code == 302
    for n in range(20):
        answer = looks(client, "1", f"bea{n}@example.com")
    assert answer.status_code == 429


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"number": "1"},
        {"email": "anna@example.com"},
        {"number": "1", "email": "no address"},
        {"number": "\x00", "email": "anna@example.com"},
        {"number": "9" * 400, "email": "anna@example.com"},
        {"number": "1", "email": "a" * 300 + "@example.com"},
    ],
)
def test_what_is_wrong_is_said(client: Client, jobs: Jobs, typed: dict[str, str]) -> None:
    answer = client.post(FORM, typed)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert jobs() == []


def test_it_speaks_the_language_of_the_order(
    paypal: PayPal, client: Client, brush: Any, jobs: Jobs, mailoutbox: list[Any]
) -> None:
    shopper = Shopper(client, "nl")
    shopper.puts(brush)
    shopper.orders()
    order = Order.objects.get()
    looks(Client(), order.number)
    works(jobs)

    send(links()[0].pk)

    assert mailoutbox[0].subject == f"Je bestelling {order.number}"


def test_a_dead_broker_breaks_nothing_and_the_question_is_kept(
    paid: Order, dead_broker: None
) -> None:
    assert looks(Client(), paid.number).status_code == 302
    assert looks(Client(), paid.number, "eve@example.com").status_code == 302

    assert Lookup.objects.count() == 2


def test_what_no_broker_took_the_sweep_has_mailed_once(paid: Order, jobs: Jobs) -> None:
    looks(Client(), paid.number)
    looks(Client(), paid.number, "eve@example.com")
    redis.Redis.from_url(settings.BROKER_URL).delete("celery")

    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
        sweep()
        sweep()
    works(jobs)

    assert [message.recipient for message in links()] == ["anna@example.com"]
    assert not Lookup.objects.exists()


def test_what_nobody_did_within_an_hour_is_forgotten(paid: Order, jobs: Jobs) -> None:
    looks(Client(), paid.number)
    redis.Redis.from_url(settings.BROKER_URL).delete("celery")

    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=True):
        sweep()
    works(jobs)

    assert not Lookup.objects.exists()
    assert links() == []


def test_the_footer_leads_there(client: Client, db: None) -> None:
    page = client.get("/en/").content.decode()

    assert f'<a href="{FORM}">Track your order</a>' in page


def test_an_order_whose_address_was_proved_is_listed_with_the_accounts_own(paid: Order) -> None:
    owner, stranger = person(email=paid.email), person()
    Order.objects.filter(pk=paid.pk).update(customer=None, email_proved_at=None)

    before = listed(owner)
    Order.objects.filter(pk=paid.pk).update(email_proved_at=timezone.now())

    assert paid.number not in before
    assert paid.number in listed(owner)
    assert paid.number not in listed(stranger)


def listed(who: User) -> str:
    client = Client()
    client.force_login(who)
    return client.get("/en/account/orders/").content.decode()
