"""A person says what is wrong, and what should stand there: one correction for each field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from privacy.corrections.disputable import Thing
from privacy.models import Correction, Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests.events import PERSON, record
from privacy.requests.undecided import NotPossible

PROPOSED = Correction.State.PROPOSED
Changed = Mapping[str, tuple[str, str]]


@transaction.atomic
def propose(case: Request, thing: Thing, changed: Changed, *, now: datetime) -> None:
    """Add a difference to a case that nobody decided yet; said again, the last word counts.

    Raises NotPossible once an officer agreed to what was proposed before for the same field.
    """
    in_time(case, Kind.RECTIFICATION)
    for field, (before, after) in changed.items():
        same = case.corrections.filter(model=thing.label, key=str(thing.row.pk), field=field)
        if same.filter(state=Correction.State.SECONDED).exists():
            raise NotPossible
        again = same.filter(state=PROPOSED).update(before=before, after=after)
        if not again:
            case.corrections.create(
                model=thing.label, key=str(thing.row.pk), field=field, before=before, after=after
            )
    record(case, Action.PROPOSED, by=PERSON, now=now, reason=thing.label[:60])


def in_time(case: Request, *kinds: Kind) -> None:
    """Hold a case that still takes more from its person; NotPossible where it does not."""
    live = Request.objects.select_for_update().filter(pk=case.pk, kind__in=kinds)
    if not live.filter(state__in=(State.IN_ASSESSMENT, State.AWAITING_REQUESTER)).exists():
        raise NotPossible
