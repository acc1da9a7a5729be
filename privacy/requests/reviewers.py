"""Who has decided already, and so does not review."""

from __future__ import annotations

from privacy.models import Request
from privacy.models.events import Action

DECIDED = (Action.APPROVED, Action.REFUSED, Action.ANSWERED, Action.HELD)


def first_reviewers(case: Request) -> set[int | None]:
    """Who decided on the case that is reviewed here, and on the one that was reviewed there."""
    found: set[int | None] = set()
    before, seen = case.appeal_of, {case.pk}
    while before and before.pk not in seen:
        seen.add(before.pk)
        decided = before.events.filter(action__in=DECIDED, staff__isnull=False)
        found |= {*decided.values_list("staff_id", flat=True)}
        before = before.appeal_of
    return found
