"""How privacy writes to people: through what outbox registers when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

ANSWERS = "privacy-requests"  # what a letter of this room is sent for, but for:
SERVING = {
    "privacy/code": "proof",
    "privacy/duty": "privacy-accountability",
    "privacy/duty_escalated": "privacy-accountability",
    "privacy/clock": "privacy-accountability",
}
Fate = Literal["", "waiting", "sent", "lost"]  # "": never queued, or forgotten since

letterbox: list[Callable[..., Any]] = []
postmarks: list[Callable[[str, str], tuple[Fate, datetime | None]]] = []


class NoLetterbox(Exception):
    """Nothing was registered that sends letters."""


def register(
    queue: Callable[..., Any], fate: Callable[[str, str], tuple[Fate, datetime | None]]
) -> None:
    """``queue(kind, *, to, language, about, context, purpose)`` inside the caller's transaction.

    ``fate(kind, about)`` says what became of a letter, and when it left.
    """
    letterbox[:], postmarks[:] = [queue], [fate]


def send(kind: str, *, to: str, language: str, about: str, context: dict[str, Any]) -> Any:
    """Queue one letter; ``kind`` names its template, (kind, about) is unique.

    Raises NoLetterbox when no app has registered one.
    """
    if not letterbox:
        raise NoLetterbox(kind)
    said = {"context": context, "purpose": SERVING.get(kind, ANSWERS)}
    return letterbox[0](kind, to=to, language=language, about=about, **said)


def fate(kind: str, about: str) -> Fate:
    """What became of a letter; raises NoLetterbox when no app can say."""
    if not postmarks:
        raise NoLetterbox(kind)
    return postmarks[0](kind, about)[0]


def sent_at(kind: str, about: str) -> datetime | None:
    """When the mail server took it; None while it has not, or where it told nobody anything."""
    if not postmarks:
        raise NoLetterbox(kind)
    became, moment = postmarks[0](kind, about)
    return moment if became == "sent" else None


def was_sent(kind: str, about: str) -> bool:
    """Whether the mail server took it: queued, failed and bounced letters told nobody anything."""
    return fate(kind, about) == "sent"
