"""How privacy writes to people: through one callable that outbox registers when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

letterbox: list[Callable[..., Any]] = []


class NoLetterbox(Exception):
    """Nothing was registered that sends letters."""


def register(queue: Callable[..., Any]) -> None:
    """``queue(kind, *, to, language, about, context)`` inside the caller's transaction."""
    letterbox[:] = [queue]


def send(kind: str, *, to: str, language: str, about: str, context: dict[str, Any]) -> Any:
    """Queue one letter; ``kind`` names its template, (kind, about) is unique.

    Raises NoLetterbox when no app has registered one.
    """
    if not letterbox:
        raise NoLetterbox(kind)
    return letterbox[0](kind, to=to, language=language, about=about, context=context)
