"""A whole shop as `make run` starts it, in its own folder, and what a person reads in its inbox."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_WITHIN = 180  # seconds
MAIL_WITHIN = 30  # seconds
OURS = ("DATABASE_", "BROKER_", "CACHE_", "EMAIL_", "PAYPAL_", "GOOGLE_", "FACEBOOK_", "SOOCAS_")


@dataclass(frozen=True)
class Mail:
    """One message as the inbox shows it."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://[^\s<>\"']+", self.text)

    def link(self, part: str) -> str:
        """The first link that contains ``part``; fails with the text when there is none."""
        found = [link for link in self.links if part in link]
        assert found, f"no link with {part!r} in:\n{self.text}"
        return found[0]


@dataclass(frozen=True)
class Shop:
    """Addresses, sign-ins and the folder of a running shop."""

    addresses: dict[str, Any]
    var: Path

    @property
    def url(self) -> str:
        return str(self.addresses["shop"]).rstrip("/")

    def sign_in(self, role: str) -> tuple[str, str]:
        """E-mail and password of a demo account."""
        for entry in self.addresses["sign_ins"]:
            if entry["role"] == role:
                return entry["email"], entry["password"]
        raise AssertionError(f"no demo sign-in for {role}")

    def mails(self, to: str) -> list[Mail]:
        with urllib.request.urlopen(
            f"{self.addresses['inbox'].rstrip('/')}/messages.json"
        ) as answer:
            rows = json.load(answer)
        return [
            Mail(to, row["subject"], row["text"], row["html"] or "", dict(row["headers"]))
            for row in rows
            if to.lower() in str(row["to"]).lower()
        ]

    def mail(self, to: str, subject: str, *, within: float = MAIL_WITHIN) -> Mail:
        """The newest mail to an address whose subject matches, waited for (seconds)."""
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            found = [m for m in self.mails(to) if re.search(subject, m.subject)]
            if found:
                return found[-1]
            time.sleep(0.3)
        raise AssertionError(f"no {subject!r} to {to}; got {[m.subject for m in self.mails(to)]}")

    def manage(self, *arguments: str) -> str:
        """What a management command prints, against this shop's services."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=clean_environment(self.var),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def clean_environment(var: Path, **more: str) -> dict[str, str]:
    """The environment of a fresh terminal: nothing of the test run's own services."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    return {**kept, "SOOCAS_VAR": str(var), **more}


@contextmanager
def running(var: Path, **settings: str) -> Iterator[Shop]:
    """Start the shop, wait until it is ready, end it by Ctrl-C."""
    log = var.parent / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "run"],
            cwd=ROOT,
            env=clean_environment(var, **settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            yield Shop(wait_for_addresses(process, var, log), var)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def wait_for_addresses(process: subprocess.Popen[bytes], var: Path, log: Path) -> dict[str, Any]:
    ends = time.monotonic() + START_WITHIN
    written = var / "addresses.json"
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        if written.exists() and (text := written.read_text()):
            return dict(json.loads(text))
        time.sleep(0.5)
    raise AssertionError(f"the shop did not start:\n{log.read_text()[-4000:]}")
