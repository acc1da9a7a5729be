"""Each job says what it does with people, and asks the gate when it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from django.core.checks import run_checks
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from mailings.models import Subscription
from mailings.tasks import propagate_unsubscribe
from orders.models import Order
from orders.personal_data import HANDLING
from orders.tasks import mail_link
from outbox.models import Message
from privacy import gate
from privacy.declarations import jobs
from privacy.places import Job
from privacy.purposes import purposes
from privacy.subjects import Subject
from tests.factories import Planter, everything

pytestmark = pytest.mark.django_db
Said = Callable[[], list[str]]


@pytest.fixture
def said() -> Iterator[Said]:
    """The ids of what the checks say, with a table of jobs of this test's own."""
    before = dict(jobs)

    def look() -> list[str]:
        return [str(one.id) for one in run_checks(tags=["privacy"]) if one.hint]

    yield look
    jobs.clear()
    jobs.update(before)


def order_of(planter: Planter) -> Order:
    everything(planter, iter([Order]))
    order = planter.rows[Order]
    assert isinstance(order, Order)
    order.token = f"{order.pk:020d}"  # long enough for its page's address
    order.save()
    return order


def test_every_job_is_in_the_table() -> None:
    autodiscover_modules("tasks")

    assert set(jobs) == {name for name in current_app.tasks if not name.startswith("celery.")}
    assert all(job.purposes or job.why for job in jobs.values())


def test_a_job_that_is_undeclared_or_gone_or_says_nothing(said: Said) -> None:
    assert said() == []

    was = jobs.pop("orders.mail_link")
    assert said() == ["privacy.E018"]
    jobs["orders.mail_link"] = was
    jobs["orders.gone"] = Job("orders.gone", why="x")
    assert said() == ["privacy.E019"]
    del jobs["orders.gone"]
    jobs["orders.mail_link"] = Job("orders.mail_link")
    assert said() == ["privacy.E020"]
    jobs["orders.mail_link"] = Job("orders.mail_link", (HANDLING,))
    assert said() == ["privacy.E020"]


def test_no_job_takes_more_than_the_key_of_a_row() -> None:
    """So that nothing personal lies in the broker."""
    for name in jobs:
        run: Any = current_app.tasks[name].run
        arguments = [kind for key, kind in run.__annotations__.items() if key != "return"]
        assert arguments in ([], ["int"]), name
        assert bool(arguments) or jobs[name].rows is None, name


def test_a_restriction_stops_a_job_that_was_queued_before() -> None:
    shared: dict[Any, Any] = {}
    his, hers = (order_of(Planter(letter, shared)) for letter in "ab")
    assert his.customer
    gate.decide(None, Subject(his.customer), "restricted", timezone.now())

    mail_link(his.pk)
    mail_link(hers.pk)

    assert Message.objects.filter(user=hers.customer).exists()
    assert not Message.objects.filter(user=his.customer).exists()
    gate.decide(None, Subject(his.customer), "lifted", timezone.now())
    mail_link(his.pk)
    assert Message.objects.filter(user=his.customer).exists()


def test_a_guest_is_asked_for_by_the_address_of_the_row() -> None:
    order = order_of(Planter("a", {}, guest=True))
    assert order.customer is None
    HANDLING.oppose(order.email, now=timezone.now())

    mail_link(order.pk)

    assert not Message.objects.exists()


def test_what_the_law_asks_of_us_no_restriction_stops() -> None:
    planter = Planter("a", {})
    everything(planter, iter([Subscription]))
    row = planter.rows[Subscription]
    assert isinstance(row, Subscription)
    gate.decide(None, row.email, "restricted", timezone.now())
    Subscription.objects.update(state="ended", ended_at=timezone.now(), propagated_at=None)

    propagate_unsubscribe(row.pk)

    row.refresh_from_db()
    assert row.propagated_at is not None
    assert purposes["suppression"].allows(row.email)
