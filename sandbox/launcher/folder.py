"""The folder of one copy's data: who runs in it, on which ports, with which passwords."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
from pathlib import Path
from typing import IO, Any

from sandbox.launcher import processes


class Busy(Exception):
    """Another runner holds this folder."""


class Folder:
    """``var/``: made where missing, and no permission outside it is ever changed."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)
        self.logs = self.path / "log"
        self._held: IO[str] | None = None

    @property
    def environment(self) -> Path:
        return self.path / "services.env"

    def hold(self) -> None:
        """Be the only runner here; the system lets go of it even after ``kill -9``."""
        if self._held:
            return
        handle = (self.path / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise Busy(f"Already running from {self.path}; stop that one first.") from None
        self._held = handle

    def release(self) -> None:
        if self._held:
            self._held.close()
            self._held = None

    def is_ours(self) -> bool:
        return self._held is not None

    def is_held(self) -> bool:
        try:
            self.hold()
        except Busy:
            return True
        self.release()
        return False

    def secret(self, name: str) -> str:
        """Made once per folder, readable by its owner alone."""
        known = self._read("secrets.json")
        if name not in known:
            known[name] = secrets.token_hex(16)
            self._write("secrets.json", known)
        return str(known[name])

    def port(self, name: str) -> int | None:
        """The port of last time."""
        remembered = self._read("ports.json").get(name)
        return int(remembered) if remembered else None

    def remember_port(self, name: str, port: int) -> None:
        self._write("ports.json", {**self._read("ports.json"), name: port})

    def record(self, name: str, pid: int, ending: signal.Signals) -> None:
        entry = {"pid": pid, "started": processes.started(pid), "ending": int(ending)}
        self._write("processes.json", {**self._read("processes.json"), name: entry})

    def forget(self, name: str) -> None:
        known = self._read("processes.json")
        known.pop(name, None)
        self._write("processes.json", known)

    def end_leftovers(self) -> list[str]:
        """Stop what a killed runner left running; a number that was reused is left alone."""
        left = self._read("processes.json")
        running = [
            name for name, was in left.items() if processes.started(was["pid"]) == was["started"]
        ]
        for name in reversed(running):
            was = left[name]
            processes.end(was["pid"], signal.Signals(was["ending"]), since=was["started"])
        self._write("processes.json", {})
        return running

    def write_environment(self, values: dict[str, str]) -> None:
        lines = [f"{name}={value}" for name, value in values.items()]
        self.write(self.environment.name, "\n".join(lines) + "\n")

    def _read(self, name: str) -> dict[str, Any]:
        try:
            return dict(json.loads((self.path / name).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _write(self, name: str, values: dict[str, Any]) -> None:
        self.write(name, json.dumps(values, indent=1) + "\n")

    def write(self, name: str, text: str) -> Path:
        """Whole or not at all, readable by the owner alone."""
        path, fresh = self.path / name, self.path / f"{name}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        fresh.replace(path)
        return path
