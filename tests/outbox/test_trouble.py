"""The mail server is down, says no, or we die in the middle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from outbox.models import Message
from outbox.tasks import send, sweep
from tests.broker import Jobs
from tests.mailbox import ROOT, Mailbox, free_port
from tests.outbox.conftest import Write

State = Message.State


def later(clock: TimeMachineFixture, **wait: float) -> None:
    clock.move_to(timezone.now() + timedelta(**wait), tick=True)


@pytest.mark.django_db
def test_a_server_that_is_down_is_tried_again_until_it_is_up(
    write: Write, mailbox: Mailbox, settings: Settings, time_machine: TimeMachineFixture
) -> None:
    message = write()
    settings.EMAIL_PORT = free_port()

    mailbox.deliver()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.QUEUED, 1)
    assert message.next_try_at > timezone.now()
    assert message.context

    settings.EMAIL_PORT = mailbox.smtp_port
    mailbox.deliver()
    assert mailbox.mails() == []
    later(time_machine, seconds=31)
    mailbox.deliver()

    message.refresh_from_db()
    assert message.state == State.SENT
    assert mailbox.one().header("Message-ID") == message.message_id


@pytest.mark.django_db
def test_the_waits_grow_and_end(
    write: Write, mailbox: Mailbox, time_machine: TimeMachineFixture
) -> None:
    message = write()
    mailbox.refuse(451, times=-1)
    waits = []

    while message.state == State.QUEUED:
        mailbox.deliver()
        message.refresh_from_db()
        if message.state == State.QUEUED:
            waits.append(message.next_try_at - timezone.now())
            later(time_machine, days=1)

    assert waits == sorted(waits)
    assert len(waits) == 7
    assert (message.state, message.problem) == (State.FAILED, "SMTP 451")
    assert mailbox.mails() == []


@pytest.mark.django_db
def test_an_address_that_the_server_refuses_for_good_has_bounced(
    write: Write, mailbox: Mailbox
) -> None:
    message = write()
    mailbox.refuse(550, on="rcpt")

    mailbox.deliver()
    mailbox.deliver()

    message.refresh_from_db()
    assert (message.state, message.problem) == (State.BOUNCED, "SMTP 550")
    assert message.context == {}
    assert mailbox.mails() == []


@pytest.mark.django_db
def test_a_message_that_the_server_refuses_for_good_has_failed(
    write: Write, mailbox: Mailbox
) -> None:
    message = write()
    mailbox.refuse(554)

    mailbox.deliver()

    message.refresh_from_db()
    assert (message.state, message.problem) == (State.FAILED, "SMTP 554")


@pytest.mark.django_db
def test_the_sweep_hands_out_what_the_broker_lost(
    write: Write, mailbox: Mailbox, time_machine: TimeMachineFixture, jobs: Jobs
) -> None:
    message = write()
    sweep()
    assert jobs() == []
    later(time_machine, seconds=11)

    sweep()

    assert jobs() == [("outbox.send", [message.pk])]


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_loses_nothing(
    write: Write, mailbox: Mailbox, dead_broker: None, jobs: Jobs
) -> None:
    message = write()

    assert jobs() == []

    assert Message.objects.get(pk=message.pk).state == State.QUEUED
    mailbox.deliver()

    assert mailbox.one().subject == "Hello Anna"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("campaign", "after", "mails"), [("", State.SENT, 1), ("issue:1", State.UNKNOWN, 0)]
)
def test_a_worker_killed_while_sending(
    write: Write,
    mailbox: Mailbox,
    deaf_server: int,
    time_machine: TimeMachineFixture,
    campaign: str,
    after: str,
    mails: int,
) -> None:
    """Marketing stays ``unknown`` and is never repeated; the rest keeps its Message-ID."""
    message = write("mailings/confirm", campaign=campaign)

    kill_while_sending(message, port=deaf_server)

    message.refresh_from_db()
    assert message.state == State.SENDING
    sweep()
    mailbox.deliver()
    assert mailbox.mails() == []
    later(time_machine, minutes=4)
    sweep()
    mailbox.deliver()
    message.refresh_from_db()
    assert message.state == after
    assert [mail.header("Message-ID") for mail in mailbox.mails()] == [message.message_id] * mails


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(write: Write, mailbox: Mailbox) -> None:
    message = write()
    barrier = threading.Barrier(6)

    def work() -> None:
        barrier.wait()
        send(message.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(mailbox.mails()) == 1
    message.refresh_from_db()
    assert message.attempts == 1


@pytest.fixture
def deaf_server() -> Iterator[int]:
    """Takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def kill_while_sending(message: Message, *, port: int) -> None:
    """Another process begins to send, and is killed with SIGKILL in the middle."""
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = {**os.environ, "DATABASE_URL": url, "EMAIL_PORT": str(port)}
    code = f"from outbox.tasks import send; send({message.pk})"
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=ROOT,
        env={**environment, "EMAIL_HOST": "127.0.0.1"},
    ) as process:
        for _ in range(600):
            message.refresh_from_db()
            if message.state == State.SENDING:
                break
            threading.Event().wait(0.05)
        process.send_signal(signal.SIGKILL)
