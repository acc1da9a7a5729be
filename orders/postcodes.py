"""Whether a postcode and a house number look as they do in their country. Never a reason to refuse:
whoever lives there knows better, so an odd one is asked about once."""

from __future__ import annotations

import re

from django.utils.crypto import salted_hmac

FORMS = {  # country: what a postcode looks like, and an example
    "NL": (re.compile(r"([1-9]\d{3}) ?((?!SA|SD|SS)[A-Z]{2})"), "1015 AA"),
    "BE": (re.compile(r"([1-9]\d{3})"), "1000"),
    "DE": (re.compile(r"(\d{5})"), "10115"),
}
NUMBER = re.compile(r"[1-9]\d{0,4}(?!\d).*")  # 12, 12a, 12 III


def written(country: str, postcode: str) -> str:
    """As its country writes it; an odd one stays as it was typed."""
    found = _match(country, postcode)
    return " ".join(found.groups()) if found else postcode


def odd(country: str, postcode: str) -> bool:
    return country in FORMS and not _match(country, postcode)


def odd_number(country: str, number: str) -> bool:
    return country == "NL" and not NUMBER.fullmatch(number.strip())


def example(country: str) -> str:
    return FORMS[country][1]


def asked(*about: str) -> str:
    """Stands on the page for what was asked about, so that it is asked once; tells nothing."""
    return salted_hmac("orders.postcodes", "|".join(about)).hexdigest()[:12]


def _match(country: str, postcode: str) -> re.Match[str] | None:
    pattern, _ = FORMS.get(country, (None, ""))
    return pattern.fullmatch(postcode.strip().upper()) if pattern else None
