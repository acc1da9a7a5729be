"""PostgreSQL with its data in our folder, on loopback alone and without a socket file."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from functools import cached_property
from pathlib import Path

import psycopg2

from sandbox.launcher import binaries, identity, ports, processes
from sandbox.launcher.folder import Folder
from sandbox.launcher.server import Failed

USER = DATABASE = "soocas"
SETTINGS = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No person's data in a log: no statement, no detail of what a constraint refused.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "random_page_cost": "1.1",  # no disk turns: one person's rows are looked up, not passed over to
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """A cluster; ``fast`` gives up its durability, for tests."""

    name = "postgres"

    def __init__(self, folder: Folder, *, fast: bool = False, preferred: int = 54320) -> None:
        self.folder = folder
        self.fast = fast
        self.preferred = preferred
        self.data = folder.path / "postgres"
        self.programs = binaries.postgres()

    @cached_property
    def identity(self) -> identity.Identity:
        return identity.choose(self.data, self.programs / "postgres")

    def prepare(self) -> None:
        _end_orphans(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # nobody is left in there

    def _create(self) -> None:
        """Made beside its place and moved there when whole: an interrupted start leaves no half."""
        whole, fresh = self.data, self.folder.path / "postgres.new"
        password = self.folder.path / "postgres.password"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self.folder.secret("postgres"), encoding="utf-8")
        for path in (fresh, password):
            self.identity.give(path)
        try:
            self._initdb(fresh, password)
        finally:
            password.unlink()
        fresh.rename(whole)

    def _initdb(self, data: Path, password: Path) -> None:
        options = {
            "--pgdata": str(data),
            "--username": USER,
            "--pwfile": str(password),
            "--auth": "scram-sha-256",
            "--encoding": "UTF8",
            "--locale": "C",
            "--locale-provider": "builtin",  # needs no locale of the system
            "--builtin-locale": "C.UTF-8",
        }
        parts = [f"{name}={value}" for name, value in options.items()]
        made = self.identity.run([str(self.programs / "initdb"), *parts, *self._haste()], data)
        if made.returncode:
            raise Failed(f"initdb failed: {made.stderr.strip()}")

    def _haste(self) -> list[str]:
        return ["--no-sync"] if self.fast else []

    def spec(self, port: int) -> processes.Spec:
        settings = {**SETTINGS, **(FAST if self.fast else {}), "port": str(port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        program = str(self.programs / "postgres")
        return processes.Spec(
            self.name,
            [*self.identity.prefix, program, "-D", str(self.data), *options],
            self.folder.logs / "postgres.log",
            cwd=self.data,
            user=self.identity.user,
            ending=signal.SIGINT,  # the fast shutdown: ends sessions, keeps rows
        )

    def answers(self, port: int) -> bool:
        """Our own cluster takes our own password; then the database is made where missing."""
        try:
            connection = psycopg2.connect(self.url(port, "postgres"), connect_timeout=3)
        except psycopg2.OperationalError:
            return False
        with contextlib.closing(connection), connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.rowcount:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
        return True

    def url(self, port: int, database: str = DATABASE) -> str:
        return f"postgres://{USER}:{self.folder.secret('postgres')}@{ports.HOST}:{port}/{database}"


def _end_orphans(data: Path, patience: float = 10) -> None:
    """After ``kill -9`` of the server its sessions still end; they must be gone before a start."""
    until = time.monotonic() + patience
    while orphans := list(processes.working_in(data)):
        late = time.monotonic() > until
        for pid in orphans:
            ending = signal.SIGKILL if late else signal.SIGINT
            processes.end(pid, ending, since=processes.started(pid), grace=patience)
