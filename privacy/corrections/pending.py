"""What of a request waits for its officers: nothing passes over it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from privacy.models import Correction, Request
from privacy.requests.undecided import NotPossible

STATES = Correction.State
PENDING = (STATES.PROPOSED, STATES.SECONDED)


class DecideFirst(NotPossible):
    """An answer does not pass over what was proposed."""

    words = _("Decide on each proposed difference first.")


class PartlyDone(NotPossible):
    """What was corrected already is not refused any more."""

    words = _("Part of it was corrected already: decline the rest, field by field.")


def waits(case: Request) -> bool:
    """Whether a proposed difference waits for its officers."""
    return case.corrections.filter(state__in=PENDING).exists()


def none_left(case: Request) -> None:
    """Raises DecideFirst."""
    if waits(case):
        raise DecideFirst


def refuse_all(case: Request, *, now: datetime) -> None:
    """The request is refused as a whole. In the caller's transaction. Raises PartlyDone."""
    if case.corrections.filter(state__in=(STATES.APPLIED, STATES.ATTACHED)).exists():
        raise PartlyDone
    waiting = case.corrections.filter(state__in=PENDING)
    waiting.update(state=STATES.REFUSED, decided_at=now)
