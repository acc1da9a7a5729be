"""Finds a Chromium for the tests, and fetches one where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHTS = (
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as it: print(it.chromium.executable_path)"
)
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300", "--quiet", "--yes")


class NoBrowser(Exception):
    """There is none, and none could be fetched."""


def find(record: Path) -> str:
    """The one of last time, one on the path, Playwright's own; else a fresh one."""
    for way in (_known, _fetched):
        for program in way(record):
            if _starts(program):
                record.parent.mkdir(parents=True, exist_ok=True)
                record.write_text(program + "\n", encoding="utf-8")
                return program
    raise NoBrowser(
        "The tests need Chromium: install one (on Debian: apt-get install chromium) or name one "
        "in SOOCAS_CHROMIUM."
    )


def _known(record: Path) -> Iterator[str]:
    if given := os.environ.get("SOOCAS_CHROMIUM"):
        yield given
    if record.exists():
        yield record.read_text(encoding="utf-8").strip()
    yield from (found for name in NAMES if (found := shutil.which(name)))
    yield _playwrights()


def _fetched(record: Path) -> Iterator[str]:
    print("Fetching a browser.", file=sys.stderr)
    _quietly([sys.executable, "-m", "playwright", "install", "chromium"])
    yield _playwrights()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly([*APT, "update"])
        _quietly([*APT, "install", "--no-install-recommends", "chromium"])
        yield shutil.which("chromium") or ""


def _playwrights() -> str:
    said = subprocess.run(
        [sys.executable, "-c", PLAYWRIGHTS], capture_output=True, text=True, check=False
    )
    return said.stdout.strip()


def _quietly(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, capture_output=True, check=False)


def _starts(program: str) -> bool:
    if not program:
        return False
    try:
        tried = subprocess.run([program, "--version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
