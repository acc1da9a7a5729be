"""Who sells: what the law has on each invoice (Art. 226 Directive 2006/112/EC)."""

from __future__ import annotations

from soocas import environment as env

PLACEHOLDERS = {
    "name": "Soocas",
    "street": "Voorbeeldkade 12",
    "place": "1011 AB Amsterdam",
    "kvk": "00000000",
    "vat": "NL000000000B00",
}


def variable(part: str) -> str:
    return f"SOOCAS_SELLER_{part.upper()}"


def seller() -> dict[str, str]:
    """From the environment; what is made up stands in a checkout only."""
    return {part: env.text(variable(part), text) for part, text in PLACEHOLDERS.items()}
