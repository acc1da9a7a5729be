"""What a kind of mail is called by who works here; each room names its own."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

NAMES: dict[str, str | Promise] = {}


def name(named: Mapping[str, str | Promise]) -> None:
    """``{"orders/placed": _("Order received")}``, when the room is ready."""
    NAMES.update(named)


def called(kind: str) -> str:
    return str(NAMES.get(kind, kind))
