"""Reads the environment: the only source of settings."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def load(path: Path) -> None:
    """Take what the launcher wrote of its running services, where the environment says nothing."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, found, value = line.partition("=")
        if found and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "") or default


def flag(name: str, default: bool = False) -> bool:
    return text(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def choice(name: str, allowed: tuple[str, ...]) -> str:
    """One of these words, the first by default; ValueError names the variable."""
    value = text(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(allowed)}, not {value!r}.")
    return value


def number(name: str, default: int) -> int:
    """A whole number; ValueError names the variable."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {value!r}.") from None


def money(name: str, default: str) -> Decimal:
    """An amount in EUR; ValueError names the variable."""
    value = text(name, default)
    if not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", value.strip()):
        raise ValueError(f"{name} must be an amount such as 250 or 99.95, not {value!r}.")
    return Decimal(value.strip())


def listed(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def duration(name: str, default: str) -> timedelta:
    """A number with its unit: ``45s``, ``30m``, ``12h``, ``14d``; ValueError names the variable."""
    value = text(name, default)
    match = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
    if not match:
        raise ValueError(f"{name} must be a number with s, m, h or d, such as 14d, not {value!r}.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def pairs(name: str, default: str = "") -> dict[str, str]:
    """``key=value,key=value``; ValueError names the variable."""
    found = [part.partition("=") for part in listed(name, default)]
    if not all(key.strip() and value.strip() for key, _equals, value in found):
        raise ValueError(f"{name} must be pairs such as paypal=privacy@paypal.example.")
    return {key.strip(): value.strip() for key, _equals, value in found}
