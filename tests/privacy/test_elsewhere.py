"""What is no table: a canary in each place, found while the person is there, gone afterwards."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from allauth.core.internal import ratelimit
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import Session, User
from accounts.personal_data import remembered
from accounts.sessions import SessionStore
from orders.models import Order, PaymentAttempt
from outbox.models import Message
from outbox.tasks import send
from privacy import erasure
from privacy.declarations import Subject, elsewhere
from privacy.plan import Plan
from privacy.tasks import execute_request
from tests.factories import Planter, everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_english")]

LATER = datetime(2050, 1, 1, tzinfo=UTC)
ANNA, ANNE = "anna@example.org", "joanna@example.org"  # one is the end of the other


@pytest.fixture
def broker() -> Iterator[Any]:
    with redis.Redis.from_url(settings.BROKER_URL) as server:
        server.delete("celery", "unacked", "unacked_index")
        yield server
        server.delete("celery", "unacked", "unacked_index")


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    cache.clear()
    return User.objects.create(email=ANNA), User.objects.create(email=ANNE)


def subject(user: User) -> Subject:
    return Subject(user, frozenset({user.email}))


def found(place: str, who: Subject) -> list[dict[str, Any]]:
    (one,) = [one for one in elsewhere if str(one.name) == place]
    assert one.find
    return [dict(item) for item in one.find(who)]


def put(task: str, *args: Any) -> None:
    """Queue it as anybody could: whatever it says."""
    current_app.send_task(task, args)


Erase = Callable[[Subject], Plan]


@pytest.fixture
def erase(django_capture_on_commit_callbacks: Any) -> Erase:
    """Erases, and does what follows the commit."""

    def run(who: Subject) -> Plan:
        with django_capture_on_commit_callbacks(execute=True):
            return erasure.erase(who, LATER)

    return run


def test_a_message_that_names_the_person_is_found_and_goes(
    people: tuple[User, User], broker: Any, erase: Erase
) -> None:
    anna, anne = people
    broker.delete("celery")
    for email in (ANNA, ANNE):
        put("mailings.send_batch", {"to": email})
    put("outbox.send", str(anna.subject_id))

    assert len(found("Work that waits for a worker", subject(anna))) == 2
    erase(subject(anna))

    assert broker.llen("celery") == 1
    assert found("Work that waits for a worker", Subject(None, frozenset({ANNA}))) == []
    assert len(found("Work that waits for a worker", subject(anne))) == 1


def test_a_message_a_worker_holds_is_found_and_goes_too(
    people: tuple[User, User], broker: Any, erase: Erase
) -> None:
    anna, _ = people
    put("mailings.send_batch", ANNA)
    message = json.loads(broker.rpop("celery"))
    broker.hset("unacked", "tag", json.dumps([message, "", "celery"]))
    broker.zadd("unacked_index", {"tag": 1})

    assert len(found("Work that waits for a worker", subject(anna))) == 1
    erase(subject(anna))

    assert not broker.exists("unacked")
    assert not broker.exists("unacked_index")


def test_a_job_of_a_row_goes_when_the_row_does_and_not_before(
    people: tuple[User, User], broker: Any, erase: Erase
) -> None:
    anna, _ = people
    hers = [message_to(one, f"mail:{one.pk}") for one in people]
    broker.delete("celery")
    for one in hers:
        send.delay(one.pk)

    assert found("Work that waits for a worker", subject(anna)) == [{"job": "outbox.send"}]
    erase(subject(anna))

    assert not Message.objects.filter(pk=hers[0].pk).exists()
    (left,) = broker.lrange("celery", 0, -1)
    assert json.loads(base64.b64decode(json.loads(left)["body"]))[0] == [hers[1].pk]


def test_rubbish_in_the_broker_stops_nothing(
    people: tuple[User, User], broker: Any, erase: Erase
) -> None:
    put("outbox.send", {"no": "key"})
    put("outbox.send", "\x00", 10**30)
    put("outbox.send")
    execute_request.delay(10**30)

    erase(subject(people[0]))

    assert not User.objects.filter(email=ANNA).exists()


def test_counts_of_sign_in_tries_are_found_and_go(people: tuple[User, User], erase: Erase) -> None:
    anna, anne = people
    client = Client()
    for email in (ANNA, ANNE):
        client.post("/en/account/login/", {"login": email, "password": "wrong horse battery"})
        client.post("/en/account/password/reset/", {"email": email})
    request = RequestFactory().post("/")
    request.user = anna
    ratelimit.consume(request, app="allauth.account", action="reauthenticate", user=anna)

    assert len(found("Counts of sign-in tries", subject(anna))) >= 3
    others = found("Counts of sign-in tries", subject(anne))
    erase(subject(anna))

    assert found("Counts of sign-in tries", Subject(None, frozenset({ANNA}))) == []
    assert found("Counts of sign-in tries", subject(anne)) == others != []


def test_a_cached_copy_of_a_session_goes_though_its_row_went_before(
    people: tuple[User, User], erase: Erase
) -> None:
    anna, anne = people
    for user in people:  # left over from when the cache was away
        cache.set(f"session.left-{user.pk}", {"_auth_user_id": str(user.pk)}, 60)

    assert len(found("Copies of what browsers are remembered by", subject(anna))) == 1
    erase(subject(anna))

    assert cache.get(f"session.left-{anna.pk}") is None
    assert cache.get(f"session.left-{anne.pk}") is not None


def test_a_browser_that_waits_for_a_code_without_an_account_goes(
    people: tuple[User, User], erase: Erase
) -> None:
    anna, _ = people
    kept = []
    for email in (ANNA, ANNE):
        store = SessionStore()
        store["socialaccount_sociallogin"] = {"email": email}
        store.save()
        kept.append(store.session_key)

    who = Subject(None, frozenset({ANNA}))
    assert len(found("Browsers that wait for a code without an account", who)) == 1
    erase(subject(anna))

    assert list(Session.objects.values_list("pk", flat=True)) == [kept[1]]
    assert cache.get(f"session.{kept[0]}") is None


def test_counts_of_requests_and_searches_are_found_and_go(
    people: tuple[User, User], erase: Erase
) -> None:
    anna, anne = people
    client = Client()
    for email in (ANNA, ANNE):
        client.post("/en/privacy/request/", {"kind": "access", "email": email, "message": "Hello"})
        client.post("/en/orders/find/", {"number": "2026-000001", "email": email})
    places = ["Counts of privacy requests and downloads", "Counts of searches for an order"]
    assert [len(found(place, subject(anna))) for place in places] == [1, 1]

    erase(subject(anna))

    assert [len(found(place, subject(anna))) for place in places] == [0, 0]
    assert [len(found(place, subject(anne))) for place in places] == [1, 1]


def test_no_count_outlives_what_is_said_of_it(people: tuple[User, User]) -> None:
    client = Client()
    client.post("/en/account/login/", {"login": ANNA, "password": "wrong horse battery"})
    client.post("/en/privacy/request/", {"kind": "access", "email": ANNA, "message": "Hello"})
    client.post("/en/orders/find/", {"number": "2026-000001", "email": ANNA})
    client.post("/en/newsletter/", {"email": ANNA})

    raw: Any = cache
    server = raw._cache.get_client(None)
    lasts = {key: server.ttl(raw.make_key(key)) for key in raw.named("")}

    assert any(key.startswith("limit.") for key in lasts)
    assert any(key.startswith(remembered.COUNTS) for key in lasts)
    for key, seconds in lasts.items():
        longest = 12 * 3600 if key.startswith(remembered.COUNTS) else 3600
        assert 0 < seconds <= longest, key
        assert "anna" not in key
        assert "127.0.0.1" not in key or key.startswith(remembered.COUNTS)


def test_what_paypal_and_the_mail_server_have_is_told_and_not_counted_as_gone(
    settings: Any, tmp_path: Any, erase: Erase
) -> None:
    settings.MEDIA_ROOT = tmp_path
    his = Planter("a", {})
    everything(his, iter([Order, PaymentAttempt]))
    user = his.rows[User]
    assert isinstance(user, User)
    who = Subject(user, frozenset({his.email}))
    message_to(user, "mail:1", sent_at=timezone.now())

    assert len(found("PayPal", who)) == 1
    assert [item["kind"] for item in found("Mail server", who)] == ["orders/placed"]
    plan = erase(who)

    assert {"PayPal", "Mail server", "Logs of requests and errors"}.isdisjoint(
        str(name) for name in plan.elsewhere
    )
    assert "Work that waits for a worker" in {str(name) for name in plan.elsewhere}


def message_to(user: User, about: str, **values: Any) -> Message:
    old = timezone.now() - timedelta(days=1)
    return Message.objects.create(
        kind="orders/placed",
        about=about,
        recipient=user.email,
        user=user,
        language="en",
        message_id=about,
        queued_at=old,
        next_try_at=old,
        state=Message.State.SENT,
        closed_at=old,
        **values,
    )


@pytest.fixture
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
