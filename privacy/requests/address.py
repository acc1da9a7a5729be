"""A deletion is bound to the address at filing: another one since then, and people look first."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model

from privacy import letters
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.events import SYSTEM, record


def moved_to(case: Request) -> str:
    """The account's address now, if it changed since the filing and nobody was told yet."""
    if not case.cooling_off_until or case.events.filter(action=Action.ADDRESS_CHANGED).exists():
        return ""
    accounts = get_user_model()._default_manager.filter(pk=case.user_id or 0)
    now = str(accounts.values_list("email", flat=True).first() or "")
    return "" if now.lower() == case.email.lower() else now


def stop(case: Request, current: str, *, now: datetime) -> None:
    """Leave the case to the officer, and tell both addresses. In the caller's transaction."""
    Request.objects.filter(pk=case.pk).update(state=State.NEEDS_OPERATOR)
    record(case, Action.ADDRESS_CHANGED, by=SYSTEM, now=now)
    for place, address in (("before", case.email), ("now", current)):
        letters.send(
            "privacy/address_changed",
            to=address,
            language=case.language,
            about=f"request:{case.reference}:{place}",
            context={"reference": case.reference},
        )
