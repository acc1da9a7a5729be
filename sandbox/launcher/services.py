"""PostgreSQL, the two Valkeys and the stand-ins of one folder, as one thing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sandbox.launcher import ports, standin
from sandbox.launcher.folder import Folder
from sandbox.launcher.postgres import Postgres
from sandbox.launcher.server import Failed, Running, Server, start
from sandbox.launcher.valkey import Valkey

Tell = Callable[[str], None]


def silent(_line: str) -> None:
    """Say nothing."""


@dataclass
class Services:
    """``temporary``: fast and forgetful, on any port, for one run; else as a developer wants it."""

    folder: Folder
    temporary: bool = False
    standins: bool = True
    site: str = "http://127.0.0.1:8000"  # where the shop is, or will be
    tell: Tell = silent
    running: dict[str, Running] = field(default_factory=dict)
    servers: dict[str, Server] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> dict[str, str]:
        """Everything that the environment does not name already; returns what it then must name."""
        self.folder.hold()
        left = self.folder.end_leftovers()
        if left:
            self.tell(f"ended what a killed run had left: {', '.join(left)}")
        try:
            self._start_servers()
            self._start_standins()
        except BaseException:
            self.stop()
            raise
        self.add({"SOOCAS_SITE_URL": self.site})
        return self.environment

    def add(self, values: dict[str, str]) -> None:
        """What else ``manage.py`` must know; what the environment names already stands."""
        self.environment |= {k: v for k, v in values.items() if not os.environ.get(k)}
        self.folder.write_environment(self.environment)

    def stop(self) -> None:
        """The last started ends first; whoever was refused the folder has nothing to end in it."""
        if not self.folder.is_ours():
            return
        for name in reversed(list(self.running)):
            self.running.pop(name).stop()
        self.folder.environment.unlink(missing_ok=True)
        self.folder.release()

    def revive(self) -> list[str]:
        """Start again what died, on its own port; says what that was."""
        dead = [name for name, it in self.running.items() if it.process.poll() is not None]
        for name in dead:
            self.tell(f"{name} died; starting it again")
            port = self.running.pop(name).port
            self.running[name] = start(self.folder, self.servers[name])
            if self.running[name].port != port:
                raise Failed(f"{name} died and its port {port} was taken: start again.")
        return dead

    def _start_servers(self) -> None:
        if not os.environ.get("DATABASE_URL"):
            postgres = Postgres(self.folder, fast=self.temporary, preferred=self._port(54320))
            self.environment["DATABASE_URL"] = postgres.url(self._up(postgres))
        for variable, name, preferred in self._valkeys():
            valkey = Valkey(self.folder, name, preferred=self._port(preferred))
            self.environment[variable] = valkey.url(self._up(valkey))

    def _valkeys(self) -> Iterator[tuple[str, str, int]]:
        wanted = [("BROKER_URL", "broker", 56370), ("CACHE_URL", "cache", 56380)]
        return (item for item in wanted if not os.environ.get(item[0]))

    def _start_standins(self) -> None:
        names = standin.wanted() if self.standins else []
        more: dict[str, standin.More] = {
            "inbox": self._smtp,
            "paypal": lambda: ("--webhook-url", f"{self.site}/paypal/webhook"),
        }
        for name in names:
            preferred = self._port(standin.PREFERRED[name])
            own = more.get(name, tuple)
            self._up(standin.Standin(self.folder, name, preferred=preferred, more=own))
        started = {name: self.running[name].port for name in names}
        self.environment |= standin.environment(started, self.folder.port("smtp") or 0)

    def _smtp(self) -> tuple[str, ...]:
        """Chosen anew at each try: another copy may have been quicker."""
        port = next(ports.candidates(self._port(self.folder.port("smtp") or 1025)))
        self.folder.remember_port("smtp", port)
        return "--smtp-port", str(port)

    def _port(self, preferred: int) -> int:
        return 0 if self.temporary else preferred

    def _up(self, server: Server) -> int:
        self.servers[server.name] = server
        since = time.monotonic()
        self.running[server.name] = start(self.folder, server)
        port = self.running[server.name].port
        took = time.monotonic() - since
        self.tell(f"{server.name} on port {port} ({took:.1f} s)")
        return port
