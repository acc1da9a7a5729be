"""The link by which a guest who proved his address says what exactly is wrong or missing."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

from privacy.models import Request
from privacy.models.requests import OPEN, Kind, State
from privacy.requests import links

SALT = "privacy.corrections"
LIFETIME = timedelta(days=7)
BY_LINK = (Kind.RECTIFICATION, Kind.COMPLETION)


def token_of(case: Request) -> str:
    """Nothing of it is kept, and it ends by itself. A joined request goes on with the first."""
    return signing.dumps((case.duplicate_of or case).reference, salt=SALT)


def page(case: Request) -> str:
    """Its address for a letter; empty for a request that says all there is to say."""
    if case.kind not in BY_LINK:
        return ""
    return links.absolute("privacy:correct-by-link", case.language, token_of(case))


def behind(token: str) -> Request | None:
    """The case of such a link, while it may still be used."""
    try:
        reference = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    live = Request.objects.filter(kind__in=BY_LINK, state__in=OPEN, email_proved_at__isnull=False)
    return live.exclude(state=State.ANSWERING).filter(reference=reference).first()
