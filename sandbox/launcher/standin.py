"""The stand-ins for the outside world: PayPal, Google, Facebook and the inbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.launcher import ports, processes
from sandbox.launcher.folder import Folder

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {  # who names one of these in the environment needs no stand-in for it
    "inbox": "EMAIL_HOST",
    "paypal": "PAYPAL_CLIENT_ID",
    "google": "GOOGLE_CLIENT_ID",
    "facebook": "FACEBOOK_CLIENT_ID",
}
More = Callable[[], tuple[str, ...]]
PREFERRED = {"inbox": 8025, "paypal": 8010, "google": 8011, "facebook": 8012}


class Standin:
    """One of them, a process of its own, spoken to only over the network."""

    def __init__(self, folder: Folder, name: str, *, preferred: int, more: More) -> None:
        self.folder = folder
        self.name = name
        self.preferred = preferred
        self.more = more  # options of this stand-in alone, asked at each try
        self.log = folder.logs / f"{name}.log"
        self._from = 0  # where in the log this start begins

    def prepare(self) -> None:
        (self.folder.path / self.name).mkdir(exist_ok=True)

    def spec(self, port: int) -> processes.Spec:
        self._from = self.log.stat().st_size if self.log.exists() else 0
        state = self.folder.path / self.name
        options = ["--port", str(port), "--public-url", url(port), "--state", str(state)]
        command = [sys.executable, "-m", f"sandbox.{self.name}", *options, *self.more()]
        return processes.Spec(self.name, command, self.log, cwd=ROOT)

    def answers(self, port: int) -> bool:
        """It says ``ready`` on a line of its own when it listens."""
        with self.log.open("rb") as log:
            log.seek(self._from)
            return b"ready" in log.read().splitlines()


def wanted() -> list[str]:
    """All but those that the environment replaces."""
    return [name for name, variable in GIVEN.items() if not os.environ.get(variable)]


def url(port: int) -> str:
    return f"http://{ports.HOST}:{port}"


def environment(started: dict[str, int], smtp_port: int) -> dict[str, str]:
    """What the shop must know of the stand-ins that run."""
    mail = {"EMAIL_HOST": ports.HOST, "EMAIL_PORT": str(smtp_port)}
    known = {
        "inbox": mail,
        "paypal": {
            "PAYPAL_ENVIRONMENT": "local",
            **_client("PAYPAL"),
            "PAYPAL_WEBHOOK_ID": "local",
        },
        "google": _client("GOOGLE"),
        "facebook": _client("FACEBOOK"),
    }
    address = {"paypal": "PAYPAL_LOCAL_URL", "google": "GOOGLE_URL", "facebook": "FACEBOOK_URL"}
    values: dict[str, str] = {}
    for name, port in started.items():
        values |= known[name]
        if name in address:
            values[address[name]] = url(port)
    return values


def _client(prefix: str) -> dict[str, str]:
    return {f"{prefix}_CLIENT_ID": "local", f"{prefix}_CLIENT_SECRET": "local"}
