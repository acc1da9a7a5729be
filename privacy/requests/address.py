"""A request is bound to the address at filing: another one since then, and people look first."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model

from privacy import letters, subjects
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.events import SYSTEM, record


def moved_to(case: Request) -> str:
    """The account's address now, if the one of the case is its account's no longer; else empty.

    A deletion is bound to the very address. Once both were told, the officer who looked may go on
    with it; what would be delivered to the old address stays stopped.
    """
    deletion = bool(case.cooling_off_until)
    if deletion and is_told(case):
        return ""
    user = get_user_model()._default_manager.filter(pk=case.user_id or 0).first()
    if user is None:
        return ""
    now = str(user.email)
    hers = {now.lower()} if deletion else {now.lower(), *subjects.of(user).emails}
    return "" if case.email.lower() in hers else now


def is_told(case: Request) -> bool:
    return case.events.filter(action=Action.ADDRESS_CHANGED).exists()


def stop(case: Request, current: str, *, now: datetime) -> None:
    """Leave the case to the officer, and tell both addresses once. In the caller's transaction."""
    Request.objects.filter(pk=case.pk).update(state=State.NEEDS_OPERATOR)
    if is_told(case):
        return
    record(case, Action.ADDRESS_CHANGED, by=SYSTEM, now=now)
    for place, address in (("before", case.email), ("now", current)):
        letters.send(
            "privacy/address_changed",
            to=address,
            language=case.language,
            about=f"request:{case.reference}:{place}",
            context={"reference": case.reference, "deletion": bool(case.cooling_off_until)},
        )
