"""What must not be forgotten when mail is sent to many."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LONGEST = 70 - len("/u/") - 22  # a longer header line is broken in two by some mail programs


@register()
def check_mailings(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.SUPPRESSION_PEPPER:
        hint = "Set SOOCAS_SUPPRESSION_PEPPER to a long random text, and never change it."
        found.append(Error("Suppressed addresses have no key.", hint=hint, id="mailings.E001"))
    if len(settings.SITE_URL) > LONGEST:
        hint = f"Shorten SOOCAS_SITE_URL to {LONGEST} characters."
        found.append(Error("Unsubscribe links are too long.", hint=hint, id="mailings.E002"))
    return found
