"""The countries of the Union. Which of them we deliver to: see shipping.served."""

from __future__ import annotations

from babel import Locale
from django.utils.translation import get_language

# fmt: off
CODES = (
    "NL", "BE", "DE", "AT", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IT", "LT", "LU", "LV", "MT", "PL", "PT", "RO", "SE", "SI", "SK",
)
# fmt: on
HOME = "NL"  # where we sell from, and where an address is supposed to be until we know it


def title(code: str) -> str:
    """The country's name in the active language."""
    return str(Locale.parse(get_language() or "nl", sep="-").territories.get(code, code[:2]))


def choices() -> list[tuple[str, str]]:
    """Of the columns; what is delivered to is narrower: where a way of delivery goes."""
    return [(code, title(code)) for code in CODES]
