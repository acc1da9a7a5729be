"""A PayPal that is slow or dead is left alone for a while, by all processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from orders.paypal.breaker import AT_ONCE, REST, SILENCES
from orders.paypal.errors import PayPalError
from orders.paypal.transport import Transport
from tests.orders.server import Server

ROOT = Path(__file__).parents[2]
Make = Callable[[], Transport]


@pytest.fixture
def server() -> Iterator[Server]:
    cache.clear()
    with Server() as made:
        yield made


@pytest.fixture
def make(server: Server) -> Make:
    """A transport as another process has one."""
    return lambda: Transport(server.url, "id", "secret")


def kind(transport: Transport, path: str) -> str:
    try:
        transport.call("GET", path)
    except PayPalError as error:
        return error.kind
    return ""


def falls_silent(transport: Transport, times: int = SILENCES) -> None:
    with override_settings(PAYPAL_TIMEOUT=(1, 0.1)):
        for _ in range(times):
            assert kind(transport, "mute") == "timeout"


def test_after_a_few_silences_no_call_is_made(server: Server, make: Make) -> None:
    transport = make()
    falls_silent(transport)
    asked = len(server.asked)

    assert kind(transport, "v2/x") == "away"
    assert transport.breaker.open
    assert len(server.asked) == asked


def test_a_call_that_was_not_made_may_still_be_owed_an_answer(make: Make) -> None:
    transport = make()
    falls_silent(transport)

    with pytest.raises(PayPalError) as caught:
        transport.call("POST", "v2/x", {}, "id-1")

    assert (caught.value.outcome_unknown, caught.value.definite) == (True, False)


def test_the_other_processes_leave_it_alone_too(server: Server, make: Make) -> None:
    falls_silent(make())

    assert kind(make(), "v2/x") == "away"

    code = (
        "import django; django.setup()\n"
        "from orders.paypal.transport import Transport\n"
        f"print(Transport({server.url!r}, 'id', 'secret').breaker.open)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_without_a_cache_a_process_knows_what_it_saw(
    server: Server, make: Make, settings: Settings
) -> None:
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    transport = make()
    falls_silent(transport)

    assert kind(transport, "v2/x") == "away"
    assert kind(make(), "v2/x") == ""


@pytest.mark.parametrize("answer", ["v2/x", "status/422"])
def test_any_answer_in_between_ends_the_row(server: Server, make: Make, answer: str) -> None:
    server.answers["/status/422"] = b'{"name": "UNPROCESSABLE_ENTITY"}'
    transport = make()

    for _ in range(2):
        falls_silent(transport, times=SILENCES - 1)
        kind(transport, answer)

    assert not transport.breaker.open


def test_silences_far_apart_are_no_row(make: Make) -> None:
    transport = make()

    for minute in range(SILENCES + 1):
        with time_machine.travel(timezone.now() + timedelta(minutes=2 * minute), tick=False):
            falls_silent(transport, times=1)

    assert not transport.breaker.open


@pytest.mark.parametrize("path", ["status/500", "status/503", "html"])
def test_a_server_s_fault_is_a_silence(make: Make, path: str) -> None:
    transport = make()
    falls_silent(transport, times=SILENCES - 1)

    assert kind(transport, path) in {"server", "garbled"}

    assert transport.breaker.open


def test_nobody_listening_is_a_silence(db: None) -> None:
    cache.clear()
    transport = Transport("http://127.0.0.1:1", "id", "secret")

    assert [kind(transport, "v2/x") for _ in range(SILENCES + 1)] == ["network"] * 3 + ["away"]


def test_a_refusal_to_let_us_in_is_an_answer(make: Make) -> None:
    transport = make()

    for _ in range(SILENCES + 1):
        assert kind(transport, "status/401") == "auth"


def test_after_the_rest_one_tries_and_the_others_wait_for_what_it_learns(
    server: Server, make: Make
) -> None:
    transport, other = make(), make()
    falls_silent(transport)

    with time_machine.travel(timezone.now() + timedelta(seconds=REST + 1), tick=False):
        assert not other.breaker.open
        with ThreadPoolExecutor(1) as pool:
            trial = pool.submit(kind, transport, "held")
            server.wait_for("/held")
            assert kind(other, "v2/x") == "away"
            server.let_go()
            assert trial.result() == ""
        assert kind(other, "v2/x") == ""


def test_a_trial_that_fails_is_followed_by_another_rest(server: Server, make: Make) -> None:
    transport = make()
    falls_silent(transport)

    with time_machine.travel(timezone.now() + timedelta(seconds=REST + 1), tick=False):
        falls_silent(transport, times=1)
        assert kind(transport, "v2/x") == "away"


def test_a_clock_set_back_does_not_leave_it_alone_for_ever(make: Make) -> None:
    transport = make()
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        falls_silent(transport)

    assert kind(transport, "v2/x") == ""


def test_no_more_than_half_the_threads_of_a_process_wait_for_it(server: Server, make: Make) -> None:
    transport = make()
    transport.call("GET", "v2/x")

    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        calls = [pool.submit(kind, transport, "held") for _ in range(2 * AT_ONCE)]
        ended = as_completed(calls, timeout=8)
        first = [next(ended).result() for _ in range(AT_ONCE)]
        server.let_go()
        rest = [call.result() for call in ended]

    assert first == ["away"] * AT_ONCE
    assert rest == [""] * AT_ONCE
    assert server.paths().count("/held") == AT_ONCE
