"""The code of a gift: printed on its slip, it opens the receiver's own part to whoever has it."""

from __future__ import annotations

import secrets

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another
GROUPS, OF = 4, 4


def make_code() -> str:
    """Beyond guessing and short enough to type: 16 of 32 letters and digits, four by four."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(OF)) for _ in range(GROUPS))


def as_printed(typed: str) -> str:
    """A code however it was typed; what cannot be one stays as it is."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    if len(signs) != GROUPS * OF:
        return typed
    return "-".join(signs[n : n + OF] for n in range(0, len(signs), OF))
