"""What must be done before the shop opens: schema, words, static files, the demo shop."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sandbox.launcher.folder import Folder
from sandbox.launcher.processes import Spec
from sandbox.launcher.server import Failed, Running, launch, tail
from sandbox.launcher.standin import ROOT

MANAGE = (sys.executable, "manage.py")


class Preparation:
    """The steps, those that do not need each other beside each other."""

    def __init__(
        self, folder: Folder, environment: dict[str, str], tell: Callable[[str], None]
    ) -> None:
        self.folder = folder
        self.environment = environment
        self.tell = tell

    def do(self) -> list[dict[str, Any]]:
        """Returns who can sign in to the demo shop."""
        beside = [self._begin("translations", "translations", "--compile")]
        stamp = self._static_stamp()
        if stamp != self._last_stamp():
            beside.append(self._begin("static files", "collectstatic", "--noinput", "--clear"))
        self._finish(self._begin("migrations", "migrate", "--noinput"))
        sign_ins = self._load_demo()
        for step in beside:
            self._finish(step)
        self.folder.write("static.stamp", stamp)
        return sign_ins

    def _begin(self, name: str, *arguments: str) -> tuple[Running, float]:
        log = self.folder.logs / f"{name.replace(' ', '-')}.log"
        log.unlink(missing_ok=True)
        spec = Spec(name, [*MANAGE, *arguments], log, self.environment, ROOT)
        return launch(self.folder, spec), time.monotonic()

    def _finish(self, step: tuple[Running, float]) -> None:
        running, since = step
        failed = running.process.wait()
        self.folder.forget(running.spec.name)
        if failed:
            raise Failed(f"{running.spec.name} failed. {tail(running.spec.log, 12)}")
        self.tell(f"{running.spec.name} ({time.monotonic() - since:.1f} s)")

    def _load_demo(self) -> list[dict[str, Any]]:
        step = self._begin("demo shop", "load_demo", "--json")
        self._finish(step)
        log = step[0].spec.log
        said = log.read_text(encoding="utf-8").splitlines()
        log.unlink()  # it holds the demo's passwords
        return list(json.loads(said[-1])) if said else []

    def _last_stamp(self) -> str:
        stamp = self.folder.path / "static.stamp"
        return stamp.read_text(encoding="utf-8") if stamp.exists() else ""

    def _static_stamp(self) -> str:
        """Changes when a static file or an installed package does."""
        seen = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
        for path in sorted(_static_files()):
            about = path.stat()
            seen.update(f"{path.relative_to(ROOT)} {about.st_size} {about.st_mtime_ns}\n".encode())
        return seen.hexdigest()


def _static_files() -> Iterator[Path]:
    for room in ROOT.glob("*/__init__.py"):
        yield from (path for path in room.parent.glob("static/**/*") if path.is_file())
