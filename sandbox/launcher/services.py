"""PostgreSQL, the two Valkeys and the stand-ins of one folder, as one thing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sandbox.launcher import ports, standin
from sandbox.launcher.folder import Folder
from sandbox.launcher.postgres import Postgres
from sandbox.launcher.server import Running, Server, start
from sandbox.launcher.valkey import Valkey

Tell = Callable[[str], None]
WEB = 8000


def silent(_line: str) -> None:
    """Say nothing."""


@dataclass
class Services:
    """``temporary``: fast and forgetful, on any port, for one run; else as a developer wants it."""

    folder: Folder
    temporary: bool = False
    standins: bool = True
    tell: Tell = silent
    running: dict[str, Running] = field(default_factory=dict)
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
        self.folder.write_environment(self.environment)
        return self.environment

    def stop(self) -> None:
        """The last started ends first."""
        for name in reversed(list(self.running)):
            self.running.pop(name).stop()
        self.folder.environment.unlink(missing_ok=True)
        self.folder.release()

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
        names = [name for name in standin.PREFERRED if self.standins and standin.exists(name)]
        smtp_port = next(ports.candidates(self._port(self.folder.port("smtp") or 1025)))
        for name in names:
            preferred = self._port(standin.PREFERRED[name])
            smtp = smtp_port if name == "inbox" else 0
            self._up(standin.Standin(self.folder, name, preferred=preferred, smtp_port=smtp))
        if "inbox" in names:
            self.folder.remember_port("smtp", smtp_port)
        started = {name: self.running[name].port for name in names}
        self.environment |= standin.environment(started, smtp_port)

    def _port(self, preferred: int) -> int:
        return 0 if self.temporary else preferred

    def _up(self, server: Server) -> int:
        since = time.monotonic()
        self.running[server.name] = start(self.folder, server)
        port = self.running[server.name].port
        took = time.monotonic() - since
        self.tell(f"{server.name} on port {port} ({took:.1f} s)")
        return port
