"""The link by which a guest who proved his address says what exactly is wrong or missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from privacy.models import Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import OPEN, Kind, State
from privacy.requests import links
from privacy.requests.events import SYSTEM, record

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
    live = in_use(Request.objects.filter(email_proved_at__isnull=False))
    return live.exclude(state=State.ANSWERING).filter(reference=reference).first()


def in_use(cases: QuerySet[Request]) -> QuerySet[Request]:
    """Those whose link was not ended."""
    ended = RequestEvent.objects.filter(action=Action.LINK_ENDED).values("request")
    return cases.filter(kind__in=BY_LINK, state__in=OPEN).exclude(pk__in=ended)


@transaction.atomic
def end(cases: QuerySet[Request], *, now: datetime) -> None:
    """With an erasure: what is left of the person's data is shown to nobody who has the link."""
    for case in in_use(cases).select_for_update(of=("self",)):
        record(case, Action.LINK_ENDED, by=SYSTEM, now=now)
