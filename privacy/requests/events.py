"""The history of a request: one event for each change, each carrying the digest of the last."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from privacy.models import Request, RequestEvent
from privacy.models.events import Action, Role


@dataclass(frozen=True)
class Actor:
    role: Role
    staff_id: int | None = None


PERSON = Actor(Role.PERSON)
SYSTEM = Actor(Role.SYSTEM)


def officer(staff_id: int) -> Actor:
    return Actor(Role.OFFICER, staff_id)


def record(
    case: Request, action: Action, *, by: Actor, now: datetime, reason: str = ""
) -> RequestEvent:
    """Append an event. The caller's transaction holds the row of the case, so order is certain."""
    last = case.events.last()
    event = RequestEvent(
        request=case,
        sequence=last.sequence + 1 if last else 1,
        action=action,
        role=by.role,
        staff_id=by.staff_id,
        reason=reason,
        happened_at=now,
    )
    event.digest = digest(last.digest if last else case.reference, event)
    event.save(force_insert=True)
    return event


def digest(previous: str, event: RequestEvent) -> str:
    """Chained over everything but the staff account, which may be erased."""
    moment = event.happened_at.astimezone(UTC).isoformat()
    parts = [previous, event.sequence, str(event.action), str(event.role), event.reason, moment]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def is_intact(case: Request) -> bool:
    """Whether no event was changed, added or taken away since it was written."""
    previous = case.reference
    for number, event in enumerate(case.events.all(), 1):
        if event.sequence != number or event.digest != digest(previous, event):
            return False
        previous = event.digest
    return True
