"""A telephone number as it was typed, and as the world writes it (E.164)."""

from __future__ import annotations

import re
from collections.abc import Iterator

PREFIXES = {"NL": "31", "BE": "32", "DE": "49", "FR": "33", "LU": "352", "GB": "44", "US": "1"}
HOME = "NL"
SHORTEST = 8  # digits; fewer are an extension or a mistake


def forms(typed: str, country: str = "") -> Iterator[str]:
    """As typed, in E.164, and with the other ways to begin a number without gaps."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) < SHORTEST:
        return
    yield typed.strip()
    if typed.strip().startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        prefix = next((p for p in PREFIXES.values() if digits.startswith(p)), "")
    else:
        prefix = PREFIXES.get(country or HOME, "")
        digits = prefix + digits.removeprefix("0")
    national = digits.removeprefix(prefix)
    yield from (f"+{digits}", digits, f"00{digits}", f"0{national}")
