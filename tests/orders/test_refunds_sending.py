"""Refunds told to PayPal: its answers one by one, its silence, and our own crashes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from orders.models import CreditNote, Refund
from orders.refunds import sending
from outbox.models import Message
from tests.orders.backwards import Bought, alerts, asks, later, paid_sum, sent, states
from tests.orders.shop import PayPal

State = Refund.State
OFTEN = 3  # as often as the shop tries within one call
DONE_UNHEARD = ["commit-then-500", "commit-then-502", "commit-then-drop"]
NEVER_DONE = ["500", "html-502", "drop"]


def again(refund: Refund) -> Refund:
    refund.refresh_from_db()
    return refund


def refunded(paypal: PayPal) -> list[str]:
    return [amount for kind, amount in paypal.money() if kind == "refund"]


def refunded_mails() -> int:
    return Message.objects.filter(kind="orders/refunded").count()


def test_the_request_id_is_on_record_before_paypal_is_called(bought: Bought) -> None:
    order = bought()

    refund = asks(order, "10.00")

    assert refund.request_id == f"local-{order.uuid}-ref-1"
    assert refund.state == State.REQUESTED


@pytest.mark.parametrize("fault", [*DONE_UNHEARD, *NEVER_DONE])
def test_a_refund_without_an_answer_is_unknown_and_then_made_once(
    bought: Bought, paypal: PayPal, fault: str
) -> None:
    order = bought()
    paypal.fails("refund", fault, times=OFTEN)
    refund = sent(asks(order, "10.00"))
    assert refund.state == State.UNKNOWN
    assert str(paid_sum(order)) == "179.85"
    assert refunded_mails() == 0

    later(minutes=5)

    assert again(refund).state == State.COMPLETED
    assert refunded(paypal) == ["-10.00"]
    assert str(paid_sum(order)) == "169.85"
    assert refunded_mails() == 1
    assert alerts() == []


def test_an_unknown_refund_stays_unknown_until_paypal_says_so(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    paypal.fails("refund", "commit-then-drop", times=OFTEN)
    refund = sent(asks(order, "10.00"))
    paypal.fails("get", "500", times=-1)

    for day in range(1, 15):
        later(days=day)

    assert again(refund).state == State.UNKNOWN
    assert states(order) == [("unknown", "10.00")]
    assert alerts() == ["refund_unknown_long"]
    paypal.works_again()
    later(days=20)
    assert again(refund).state == State.COMPLETED
    assert refunded(paypal) == ["-10.00"]


def test_a_refund_whose_id_paypal_has_forgotten_is_looked_for_and_not_made_again(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    paypal.fails("refund", "commit-then-drop", times=OFTEN)
    refund = sent(asks(order, "10.00"))
    paypal.forget_request_id()

    later(days=46)

    assert again(refund).state == State.COMPLETED
    assert refunded(paypal) == ["-10.00"]


@pytest.mark.parametrize("fault", ["404", "401", "429", "in-progress"])
def test_an_answer_that_is_no_decision_fails_nothing(
    bought: Bought, paypal: PayPal, fault: str
) -> None:
    order = bought()
    paypal.fails("refund", fault, times=OFTEN + 1)

    refund = sent(asks(order, "10.00"))

    assert refund.state == State.UNKNOWN
    paypal.works_again()
    later(minutes=5)
    assert again(refund).state == State.COMPLETED
    assert refunded(paypal) == ["-10.00"]


@pytest.mark.parametrize("issue", ["REFUND_FAILED_INSUFFICIENT_FUNDS", "SOMETHING_NEW"])
def test_a_definite_no_closes_the_refund_and_the_next_has_another_id(
    bought: Bought, paypal: PayPal, issue: str
) -> None:
    order = bought()
    paypal.fails("refund", "issue", issue=issue)

    refused = sent(asks(order, "10.00"))
    later(minutes=5)
    later(days=2)

    assert again(refused).state == State.FAILED
    assert issue in refused.problem
    assert alerts() == ["refund_not_made"]
    assert refunded(paypal) == []
    assert str(paid_sum(order)) == "179.85"
    assert refunded_mails() == 0
    new = sent(asks(order, "179.85"))
    assert new.state == State.COMPLETED
    assert new.request_id != refused.request_id


def test_a_refund_that_paypal_answers_as_failed_is_over(bought: Bought, paypal: PayPal) -> None:
    order = bought()
    paypal.fails("refund", "failed")

    refund = sent(asks(order, "10.00"))

    assert refund.state == State.FAILED
    assert alerts() == ["refund_not_made"]
    assert refunded(paypal) == []


def test_paypal_s_no_to_more_than_is_left_shows_who_gave_it_back(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    refund = asks(order, "179.85")
    paypal.refund_externally(order, "100.00")

    sent(refund)

    assert states(order) == [("failed", "179.85"), ("external", "100.00")]
    assert str(paid_sum(order)) == "79.85"
    assert set(alerts()) == {"refund_not_made", "refund_made_at_paypal"}


def test_a_pending_refund_is_asked_after_and_ends_as_paypal_says(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    paypal.fails("refund", "pending")
    refund = sent(asks(order, "10.00"))
    assert refund.state == State.PENDING
    assert str(paid_sum(order)) == "179.85"

    later(hours=2)
    assert again(refund).state == State.PENDING
    paypal.settle_refund(str(refund.paypal_id), "COMPLETED")
    later(hours=5)

    assert again(refund).state == State.COMPLETED
    assert str(paid_sum(order)) == "169.85"
    assert refunded_mails() == 1
    assert CreditNote.objects.get().total == refund.amount


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_a_pending_refund_that_fails_alerts_once_and_can_be_made_anew(
    bought: Bought, paypal: PayPal, status: str
) -> None:
    order = bought()
    paypal.fails("refund", "pending")
    refund = sent(asks(order, "179.85"))
    paypal.settle_refund(str(refund.paypal_id), status)

    later(hours=2)
    later(days=2)

    assert again(refund).state == State.FAILED
    assert alerts() == ["refund_not_made"]
    assert refunded_mails() == 0
    assert sent(asks(order, "179.85")).state == State.COMPLETED


def test_the_waits_between_questions_after_a_pending_refund_grow(
    bought: Bought, paypal: PayPal
) -> None:
    order = bought()
    paypal.fails("refund", "pending")
    refund = sent(asks(order, "10.00"))
    waits = []

    for _ in range(8):
        moment = again(refund).ask_at
        sending.sweep(now=moment)
        waits.append(again(refund).ask_at - moment)

    assert waits == sorted(waits)
    assert waits[0] == timedelta(hours=1)
    assert waits[-1] == timedelta(days=1)


def test_what_no_worker_sent_is_sent_by_the_sweeper(bought: Bought, paypal: PayPal) -> None:
    order = bought()
    refund = asks(order, "10.00")

    later(seconds=1)

    assert again(refund).state == State.COMPLETED
    assert refunded(paypal) == ["-10.00"]


def test_nothing_is_sent_while_paypal_is_left_alone(bought: Bought, paypal: PayPal) -> None:
    order = bought()
    paypal.fails("any", "500", times=-1)
    for amount in ("1.00", "2.00", "3.00"):
        sent(asks(order, amount))

    refund = sent(asks(order, "10.00"))

    assert refund.state == State.REQUESTED
    paypal.works_again()
    later(minutes=5)
    assert again(refund).state == State.COMPLETED
    assert sorted(refunded(paypal)) == ["-1.00", "-10.00", "-2.00", "-3.00"]


def test_two_workers_with_one_refund_send_it_once(bought: Bought, paypal: PayPal) -> None:
    refund = asks(bought(), "10.00")

    sending.send(Refund.objects.get(pk=refund.pk), now=timezone.now())
    sending.send(Refund.objects.get(pk=refund.pk), now=timezone.now())

    assert refunded(paypal) == ["-10.00"]
    assert refunded_mails() == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_a_refund_cut_short_by_a_crash_is_looked_up_and_made_once(
    bought: Bought, paypal: PayPal, arrived: bool
) -> None:
    order = bought()
    refund = asks(order, "10.00")
    if arrived:  # it died when PayPal had done it
        paypal.fails("refund", "commit-then-drop", times=OFTEN)
        sent(refund)
    Refund.objects.update(state=State.SENDING, ask_at=timezone.now() + sending.SOON)

    later(seconds=30)
    assert again(refund).state == State.SENDING  # it may still be about it
    later(minutes=2)

    assert again(refund).state == State.COMPLETED
    assert refunded(paypal) == ["-10.00"]


KILLED = """
import os, sys
import django
django.setup()
from django.conf import settings
from django.utils import timezone
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.PAYPAL_LOCAL_URL, settings.PAYPAL_CLIENT_SECRET = sys.argv[2], sys.argv[3]
from orders.models import Refund
from orders.refunds import sending
print("begins", flush=True)
sending.send(Refund.objects.get(), now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_while_it_sends_loses_and_doubles_nothing(
    bought: Bought, paypal: PayPal
) -> None:
    from tests.orders.conftest import SECRET

    order = bought()
    refund = asks(order, "10.00")
    paypal.fails("refund", "commit-then-timeout", seconds=3)
    name = str(connection.settings_dict["NAME"])
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, name, paypal.url, SECRET],
        cwd=Path(__file__).parents[2],
        env=_environment(),
        stdout=subprocess.PIPE,
    )
    _wait_for_ledger(paypal)

    worker.kill()
    worker.communicate()

    assert again(refund).state == State.SENDING
    later(minutes=2)
    assert again(refund).state == State.COMPLETED
    assert refunded(paypal) == ["-10.00"]
    assert str(paid_sum(order)) == "169.85"


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "soocas.settings"}


def _wait_for_ledger(paypal: PayPal) -> None:
    until = time.monotonic() + 30
    while not refunded(paypal):
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_refund_is_sent(bought: Bought, paypal: PayPal) -> None:
    refund = asks(bought(), "10.00")
    paypal.fails("refund", "slow", seconds=1.5)
    open_ones: list[int] = []

    def work() -> None:
        try:
            sent(refund)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    while worker.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%%' AND now() - state_change > '0.3s'"
            )
            open_ones.append(cursor.fetchone()[0])
        time.sleep(0.05)
    worker.join()

    assert len(open_ones) > 10
    assert set(open_ones) == {0}
    assert again(refund).state == State.COMPLETED
