"""Processes that do not outlive their runner, and those that a killed runner left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1
GRACE = 20  # seconds until a process that was asked to stop is killed


@dataclass(frozen=True)
class Spec:
    """What to start, and how it wants to be told to end."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: int | None = None
    ending: signal.Signals = signal.SIGTERM
    pass_fds: tuple[int, ...] = ()


def started(pid: int) -> str:
    """When this process began, so that a reused number is not taken for it; empty if it is gone."""
    if PROC.joinpath("self").exists():
        try:
            state, *rest = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if state in {"Z", "X"} else rest[18]
    asked = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


def spawn(spec: Spec) -> subprocess.Popen[bytes]:
    """Start it in its own session; it is told to end when this process dies in any way."""
    spec.log.parent.mkdir(parents=True, exist_ok=True)
    with spec.log.open("ab") as log:
        return subprocess.Popen(
            spec.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **spec.env},
            cwd=spec.cwd,
            user=spec.user,
            group=spec.user,
            extra_groups=[] if spec.user else None,
            start_new_session=True,
            pass_fds=spec.pass_fds,
            preexec_fn=_before_exec(spec.ending),  # noqa: PLW1509 - no threads are running
        )


def end_with_parent(ending: signal.Signals) -> None:
    """From here on this process is told to end when its parent is gone, however that went."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(ending))


def _before_exec(ending: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def before_exec() -> None:
        end_with_parent(ending)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def end(pid: int, ending: signal.Signals, *, since: str, grace: float = GRACE) -> None:
    """Ask, wait, then kill with its whole group; nothing happens to a stranger of that number."""
    if not since or started(pid) != since:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, ending)
    if not _gone(pid, since, grace):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _gone(pid, since, 5)


def _gone(pid: int, since: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if started(pid) != since:
            return True
        time.sleep(0.05)
    return False


def working_in(folder: Path) -> Iterator[int]:
    """The processes whose working directory is this folder: a server's orphans."""
    for entry in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == folder:
                yield int(entry.name)
