"""The countries that people say they live in: ISO 3166, and the one part that has a law of its own."""  # noqa: E501

from __future__ import annotations

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

FIRST = ("NL", "BE", "DE", "GB", "US-CA")  # in the list that people choose from
NONE = frozenset(  # what Babel knows by two letters and is no country
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)


def names() -> dict[str, str]:
    """Each by its name in the active language, the likely ones first."""
    known = Locale.parse(get_language() or settings.LANGUAGE_CODE, sep="-").territories
    codes = [str(code) for code in known]
    real = {code: str(known[code]) for code in codes if len(code) == 2 and code not in NONE}
    real["US-CA"] = f"{known['US']}, {_('California')}"
    first = {code: real.pop(code) for code in FIRST}
    return first | dict(sorted(real.items(), key=lambda item: item[1]))


def name(code: str) -> str:
    return names().get(code, "")
