"""Starts one server on a free port, waits until it answers, and ends it."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandbox.launcher import ports, processes
from sandbox.launcher.folder import Folder

TRIES = 4  # another copy may take the port between choosing and binding


class Failed(Exception):
    """A server did not come up; the text says where its log is."""


class Server(Protocol):
    """What the launcher must know of a server."""

    @property
    def name(self) -> str: ...
    @property
    def preferred(self) -> int: ...
    def prepare(self) -> None: ...
    def spec(self, port: int) -> processes.Spec: ...
    def answers(self, port: int) -> bool: ...


@dataclass
class Running:
    """A started server."""

    spec: processes.Spec
    port: int
    process: subprocess.Popen[bytes]
    since: str
    folder: Folder

    def ask_to_stop(self) -> None:
        """For those that may end at the same time; ``stop`` then waits."""
        if self.process.poll() is None:
            self.process.send_signal(self.spec.ending)

    def stop(self) -> None:
        processes.end(self.process.pid, self.spec.ending, since=self.since)
        self.process.wait()
        self.folder.forget(self.spec.name)


def launch(folder: Folder, spec: processes.Spec, port: int = 0) -> Running:
    """Start a process and write it into the folder's book, for whoever comes after us."""
    process = processes.spawn(spec)
    folder.record(spec.name, process.pid, spec.ending)
    return Running(spec, port, process, processes.started(process.pid), folder)


def start(folder: Folder, server: Server, *, patience: float = 60) -> Running:
    """The port of last time, else the next free one; a lost race for it moves on."""
    server.prepare()
    wanted = (folder.port(server.name) or server.preferred) if server.preferred else 0
    for _, port in zip(range(TRIES), ports.candidates(wanted), strict=False):
        running = launch(folder, server.spec(port), port)
        try:
            up = _comes_up(server, running, patience)
        except BaseException:
            running.stop()
            raise
        if up:
            folder.remember_port(server.name, port)
            return running
        hangs = running.process.poll() is None
        running.stop()
        if hangs:
            break  # whoever lost the race for a port says so and ends
    raise Failed(f"{server.name} did not start. {tail(folder.logs / f'{server.name}.log')}")


def _comes_up(server: Server, running: Running, patience: float) -> bool:
    until = time.monotonic() + patience
    while running.process.poll() is None and time.monotonic() < until:
        if server.answers(running.port):
            return True
        time.sleep(0.05)
    return False


def tail(log: Path, lines: int = 5) -> str:
    """The log's last words, for a message to a person."""
    try:
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        said = []
    return f"Its log, {log}, ends: " + " / ".join(said)
