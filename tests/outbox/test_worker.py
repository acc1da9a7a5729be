"""The real worker: what is committed leaves by itself, also when the broker was away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import connection

from outbox.models import Message
from tests.mailbox import ROOT, Mailbox
from tests.outbox.conftest import Write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(mailbox: Mailbox) -> Iterator[subprocess.Popen[bytes]]:
    redis.Redis.from_url(settings.BROKER_URL).delete("celery")
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    environment = {**os.environ, "DATABASE_URL": url, "EMAIL_PORT": str(mailbox.smtp_port)}
    command = [sys.executable, "-m", "celery", "-A", "soocas", "worker", "--concurrency", "1"]
    with subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--loglevel", "ERROR"],
        cwd=ROOT,
        env={**environment, "EMAIL_HOST": "127.0.0.1"},
        start_new_session=True,
    ) as process:
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def arrived(mailbox: Mailbox, count: int = 1) -> bool:
    for _ in range(300):
        if len(mailbox.mails()) >= count:
            return True
        threading.Event().wait(0.1)
    return False


def test_a_committed_letter_leaves_by_itself(
    write: Write, mailbox: Mailbox, worker: subprocess.Popen[bytes]
) -> None:
    message = write("mailings/confirm")

    assert arrived(mailbox)
    assert mailbox.one().header("Message-ID") == message.message_id


def test_a_lost_job_is_found_by_the_sweep(
    write: Write, mailbox: Mailbox, worker: subprocess.Popen[bytes]
) -> None:
    from celery import current_app

    message = write("mailings/confirm", about="lost:1")
    assert arrived(mailbox)
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.QUEUED, context={"url": ""}, next_try_at=message.queued_at
    )
    late = Message.objects.get(pk=message.pk)
    late.next_try_at = late.queued_at - timedelta(days=365)
    late.save()

    current_app.send_task("outbox.sweep")

    assert arrived(mailbox, 2)
