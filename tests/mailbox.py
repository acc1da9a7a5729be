"""The mail server that the tests run on: the sandbox's, spoken to over SMTP and HTTP.

``from tests.mailbox import inbox, mailbox`` in a room's conftest.py. ``mailbox.deliver()`` does
what the worker does with whatever is queued; ``mailbox.mails()`` is what arrived.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone
from pytest_django import Settings

from outbox.models import Message
from outbox.tasks import send

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Mail:
    to: list[str]
    sender: str
    subject: str
    text: str
    html: str
    links: list[str]
    unsubscribe: str
    headers: list[list[str]]

    def header(self, name: str) -> str:
        """The one header of that name; empty if there is none."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, f"{name} is there {len(found)} times"
        return found[0] if found else ""

    def link(self, part: str) -> str:
        """The one link that has this in it."""
        found = {link for link in self.links if part in link}
        assert len(found) == 1, f"{part} is in {len(found)} links of {self.links}"
        return found.pop()


@dataclass(frozen=True)
class Mailbox:
    url: str
    smtp_port: int

    def mails(self, to: str = "") -> list[Mail]:
        found: list[dict[str, Any]] = requests.get(
            f"{self.url}/messages.json", params={"to": to} if to else {}, timeout=10
        ).json()
        names = ("to", "subject", "text", "html", "links", "unsubscribe", "headers")
        return [Mail(sender=row["from"], **{n: row[n] for n in names}) for row in found]

    def one(self, to: str = "") -> Mail:
        (mail,) = self.mails(to)
        return mail

    def deliver(self) -> None:
        for pk in Message.objects.due(timezone.now()).order_by("pk").values_list("pk", flat=True):
            send(pk)

    def refuse(self, code: int, *, on: str = "data", times: int = 1) -> None:
        fault = {"code": code, "on": on, "times": times}
        requests.post(f"{self.url}/control/faults", json=fault, timeout=10).raise_for_status()

    def clear(self) -> None:
        requests.delete(f"{self.url}/messages", timeout=10).raise_for_status()
        requests.delete(f"{self.url}/control/faults", timeout=10).raise_for_status()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def inbox() -> Iterator[Mailbox]:
    port, smtp_port = free_port(), free_port()
    command = [sys.executable, "-m", "sandbox.inbox", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--smtp-port", str(smtp_port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield Mailbox(f"http://127.0.0.1:{port}", smtp_port)
        process.terminate()


@pytest.fixture
def mailbox(inbox: Mailbox, settings: Settings) -> Mailbox:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", inbox.smtp_port
    inbox.clear()
    return inbox
