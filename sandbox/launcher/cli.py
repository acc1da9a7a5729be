"""The launcher's commands."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from sandbox.launcher import audit, binaries, browser, identity, processes, server
from sandbox.launcher.folder import Busy, Folder
from sandbox.launcher.run import Shop
from sandbox.launcher.services import Services
from sandbox.launcher.standin import ROOT

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PROBLEMS = (Busy, binaries.Missing, browser.NoBrowser, identity.NoWay, server.Failed)


class Stopped(Exception):
    """Somebody asked us to end."""


def main(arguments: list[str]) -> int:
    """0 when all went well; a problem is one line for a person."""
    options = _parser().parse_args(arguments)
    folder = Path(os.environ.get("SOOCAS_VAR") or ROOT / "var")
    for number in SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # nohup: the terminal may go
        signal.signal(number, _stop)
    try:
        return int(options.command(folder, options))
    except Stopped:
        return 0
    except PROBLEMS as problem:
        print(f"soocas: {problem}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("run", help="the whole shop, until stopped").set_defaults(command=run)
    serve = commands.add_parser("services", help="only what the shop stands on, until stopped")
    serve.add_argument("--no-standins", action="store_true", help="servers alone")
    serve.add_argument("--temporary", action="store_true", help="any port, no durability")
    serve.set_defaults(command=services)
    run_in = commands.add_parser("exec", help="run a command beside running services")
    run_in.add_argument("words", nargs="+", metavar="COMMAND")
    run_in.set_defaults(command=execute)
    commands.add_parser("browser", help="where a Chromium is").set_defaults(command=find_browser)
    commands.add_parser("audit", help="known holes").set_defaults(command=ask_for_holes)
    commands.add_parser("reset", help="throw the data away").set_defaults(command=reset)
    return parser


def run(path: Path, options: argparse.Namespace) -> int:
    """Foreground, until it is told to end."""
    if "MAKELEVEL" in os.environ:
        processes.end_with_parent(signal.SIGTERM)
    shop = Shop(path, _say)
    try:
        shop.open()
        shop.watch()
    finally:
        _ignore_signals()
        print("\nClosing the shop.", flush=True)
        shop.close()
    return 0


def services(path: Path, options: argparse.Namespace) -> int:
    """Foreground, until it is told to end."""
    standins = not options.no_standins
    those = Services(Folder(path), options.temporary, standins, tell=_say_indented)
    with _up(those):
        print("ready", flush=True)
        while True:
            those.revive()
            time.sleep(0.5)


def execute(path: Path, options: argparse.Namespace) -> int:
    """Beside what the environment names or what runs from ``var/``; else beside temporary ones."""
    if os.environ.get("DATABASE_URL") or (path.is_dir() and Folder(path).is_held()):
        return subprocess.run(options.words, check=False).returncode
    with (
        tempfile.TemporaryDirectory(prefix="soocas-") as temporary,
        _up(Services(Folder(Path(temporary)), temporary=True, standins=False)) as found,
    ):
        environment = {**os.environ, **found, "SOOCAS_VAR": temporary}
        return subprocess.run(options.words, env=environment, check=False).returncode


def reset(path: Path, options: argparse.Namespace) -> int:
    """Only what the launcher made, and only while nothing runs in it."""
    if path.is_dir():
        folder = Folder(path)
        folder.hold()
        folder.end_leftovers()
        shutil.rmtree(path)
    print(f"{path} is gone.")
    return 0


def find_browser(path: Path, options: argparse.Namespace) -> int:
    """Its path alone on the output, for ``make test``."""
    print(browser.find(path / "browser"))
    return 0


def ask_for_holes(path: Path, options: argparse.Namespace) -> int:
    """In the packages that the shop and its tests lock."""
    return audit.audit()


@contextmanager
def _up(those: Services) -> Iterator[dict[str, str]]:
    try:
        yield those.start()
    finally:
        _ignore_signals()
        those.stop()


def _stop(number: int, frame: FrameType | None) -> None:
    _ignore_signals()
    raise Stopped


def _ignore_signals() -> None:
    """Once is enough; the ending takes its time."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _say(line: str) -> None:
    print(line, flush=True)


def _say_indented(line: str) -> None:
    print(f"  {line}", flush=True)
