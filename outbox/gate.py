"""May this message leave, now? Asked immediately before each attempt, never before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outbox.models import Message
from outbox.personal_data import purposes

_vetoes: list[Callable[[Message], bool]] = []


def veto(forbids: Callable[[Message], bool]) -> None:
    """Register a reason not to send: True forbids. A room does so in its ``ready()``."""
    _vetoes.append(forbids)


def allows(message: Message) -> bool:
    """Whether its purpose allows it and nothing forbids it. An unknown purpose allows nothing."""
    purpose = purposes.get(message.purpose)
    if purpose is None or not all(purpose.allows(person) for person in persons(message)):
        return False
    return not forbidden(message)


def waits(message: Message) -> bool:
    """Whether it may leave once a restriction ends. Marketing does not wait: it is stale then."""
    purpose = purposes.get(message.purpose)
    if purpose is None or message.marketing or forbidden(message):
        return False
    return all(purpose.allows(one) or purpose.waits(one) for one in persons(message))


def forbidden(message: Message) -> bool:
    return any(forbids(message) for forbids in _vetoes)


def persons(message: Message) -> list[Any]:
    """Whose decision counts: the address's, and its account's if there is one."""
    return [message.recipient, *([message.user] if message.user else [])]
