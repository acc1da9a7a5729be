"""What a kind of mail is called by who works here, and for what it is sent; each room says so."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

NAMES: dict[str, str | Promise] = {}
PURPOSES: dict[str, str] = {}


class NoPurpose(Exception):
    """Nobody said what this kind of mail is sent for."""


def name(named: Mapping[str, str | Promise]) -> None:
    """``{"orders/placed": _("Order received")}``, when the room is ready."""
    NAMES.update(named)


def called(kind: str) -> str:
    return str(NAMES.get(kind, kind))


def serve(purpose: str, *kinds: str) -> None:
    """Say for which declared purpose these kinds are sent, when the room is ready."""
    PURPOSES.update(dict.fromkeys(kinds, purpose))


def purpose_of(kind: str) -> str:
    """The key of its purpose. Raises NoPurpose."""
    if kind not in PURPOSES:
        raise NoPurpose(kind)
    return PURPOSES[kind]
