"""``make run``: the whole shop from a checkout, until somebody ends it."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.launcher import ports
from sandbox.launcher.folder import Folder
from sandbox.launcher.preparation import Preparation
from sandbox.launcher.processes import Spec
from sandbox.launcher.server import Failed, Running, launch, tail
from sandbox.launcher.services import Services
from sandbox.launcher.standin import ROOT, url

CELERY = (sys.executable, "-m", "celery", "--app", "soocas")
DEATHS = 5  # of one process; more, and it will not get better
PATIENCE = 90  # seconds until all must be ready


class Shop:
    """Web, worker and beat on their services, in one folder."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self.folder = Folder(path)
        self.tell = tell
        self.began = time.monotonic()
        self.running: dict[str, Running] = {}
        self.deaths: dict[str, int] = {}
        self.services = Services(self.folder, tell=self.step)

    def step(self, done: str) -> None:
        self.tell(f"{time.monotonic() - self.began:6.1f} s  {done}")

    def open(self) -> None:
        """Everything up and answering, or ``Failed``."""
        self.folder.hold()
        (self.folder.path / "addresses.json").unlink(missing_ok=True)
        self.listening = ports.listen(self.folder.port("web") or 8000)
        port = int(self.listening.getsockname()[1])
        self.folder.remember_port("web", port)
        self.services.site = url(port)
        self.services.start()
        self.services.add(self._more())
        sign_ins = Preparation(self.folder, self._environment(), self.step).do()
        for spec in self._specs():
            self.running[spec.name] = launch(self.folder, spec, port)
        self._wait(port)
        self._announce(sign_ins)

    def watch(self) -> None:
        """Until somebody ends it: what dies is said and started again."""
        while True:
            for name in self.services.revive():
                self._count(name)
            for name, it in self.running.items():
                if it.process.poll() is not None:
                    self.step(f"{name} died; starting it again. {tail(it.spec.log)}")
                    self._count(name)
                    self.running[name] = launch(self.folder, it.spec, it.port)
            time.sleep(0.5)

    def close(self) -> None:
        if self.folder.is_ours():
            (self.folder.path / "addresses.json").unlink(missing_ok=True)
        for it in self.running.values():
            it.ask_to_stop()
        while self.running:
            self.running.popitem()[1].stop()
        self.services.stop()

    def _more(self) -> dict[str, str]:
        return {
            "SOOCAS_SECRET_KEY": self.folder.secret("django"),
            "SOOCAS_STATIC_ROOT": str(self.folder.path / "static"),
            "SOOCAS_STATIC_HASHED": "1",
            "SOOCAS_LOG_DIR": str(self.folder.logs),
        }

    def _environment(self) -> dict[str, str]:
        own = {"SOOCAS_VAR": str(self.folder.path), "PYTHONUNBUFFERED": "1"}
        password = os.environ.get("SOOCAS_DEMO_PASSWORD") or self.folder.secret("demo")
        return {**self.services.environment, **own, "SOOCAS_DEMO_PASSWORD": password}

    def _specs(self) -> list[Spec]:
        fd = self.listening.fileno()
        schedule = str(self.folder.path / "beat.schedule")
        web = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{fd}"]
        worker = [*CELERY, "worker", "--loglevel", "INFO", "--concurrency", "2"]
        beat = [*CELERY, "beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile="]
        return [
            self._spec("web", [*web, "soocas.wsgi"], fd),
            self._spec("worker", [*worker, "--without-gossip", "--without-mingle"]),
            self._spec("beat", beat),
        ]

    def _spec(self, name: str, command: list[str], *fds: int) -> Spec:
        log = self.folder.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        return Spec(name, command, log, self._environment(), ROOT, pass_fds=fds)

    def _wait(self, port: int) -> None:
        checks: dict[str, Callable[[], bool]] = {
            "worker": lambda: b" ready" in self.running["worker"].spec.log.read_bytes(),
            "beat": lambda: b"beat: Starting" in self.running["beat"].spec.log.read_bytes(),
            "web": lambda: _answers(f"{url(port)}/readyz"),
        }
        until = time.monotonic() + PATIENCE
        while checks:
            for name in [name for name, ready in checks.items() if ready()]:
                del checks[name]
                self.step(f"{name} ready")
            for name in checks:
                if self.running[name].process.poll() is not None or time.monotonic() > until:
                    raise Failed(f"{name} is not ready. {tail(self.running[name].spec.log, 12)}")
            time.sleep(0.1)

    def _announce(self, sign_ins: list[dict[str, Any]]) -> None:
        shop = self.services.environment.get("SOOCAS_SITE_URL", self.services.site)
        found = {"shop": f"{shop}/", "admin": f"{shop}/admin/"}
        standins = self.services.running
        found |= {k: f"{url(standins[k].port)}/" for k in ("inbox", "paypal") if k in standins}
        self.tell("\nThe shop is open. Ctrl-C closes it.")
        for name, address in found.items():
            self.tell(f"  {name:8} {address}")
        for person in sign_ins:
            self.tell(f"  {person['role']:8} {person['email']}  {person['password']}")
        told = {**found, "sign_ins": sign_ins}
        self.folder.write("addresses.json", json.dumps(told, indent=1) + "\n")

    def _count(self, name: str) -> None:
        self.deaths[name] = self.deaths.get(name, 0) + 1
        if self.deaths[name] >= DEATHS:
            raise Failed(f"{name} died {DEATHS} times.")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
