"""An erasure stands still: on a ground, with reasons, and the person is told and can object.

Holds on single things (see privacy.holds) are the rule; this one keeps a whole deletion from being
begun. Released, it goes on by itself.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import translation

from privacy import remedies
from privacy.models import Hold, Note, Request
from privacy.models.events import Action
from privacy.models.requests import Kind, RequestQuerySet, State
from privacy.requests.decisions import NotPossible, ReasonsMissing, tell
from privacy.requests.events import Actor, record

LETTER = "privacy/held"
BEFORE_IT_BEGINS = (
    State.COOLING_OFF,
    State.IN_ASSESSMENT,
    State.AWAITING_REQUESTER,
    State.APPROVED,
    State.NEEDS_OPERATOR,
)


def holdable(case: Request) -> bool:
    return free(case).exists()


def free(case: Request) -> RequestQuerySet:
    """This case, if it is an erasure that has not begun and does not stand still."""
    waits = Request.objects.filter(pk=case.pk, kind=Kind.ERASURE, held_at=None, sealed={})
    return waits.filter(state__in=BEFORE_IT_BEGINS)


@transaction.atomic
def hold(case: Request, ground: Hold.Ground, reasons: str, *, by: Actor, now: datetime) -> None:
    """Keep an erasure from beginning until it is released; the person reads why."""
    if not reasons.strip():
        raise ReasonsMissing
    if not free(case).update(held_at=now):
        raise NotPossible
    case.refresh_from_db()
    told = {"kind": Note.Kind.HOLD, "text": reasons, "author_id": by.staff_id}
    Note.objects.create(request=case, written_at=now, **told)
    record(case, Action.HELD, by=by, now=now, reason=ground)
    number = case.events.filter(action=Action.HELD).count()
    said = {"ground": ground_of(case, case.language), "reasons": reasons}
    remedy = remedies.of(case.country, case.language)
    tell(case, LETTER, about=f":{number}", remedies=remedy, **said)


@transaction.atomic
def release(case: Request, *, by: Actor, now: datetime) -> None:
    """End a hold. A cooling-off that ended meanwhile ends now, and is carried out at once."""
    from privacy.tasks import execute_request

    held = Request.objects.filter(pk=case.pk, held_at__isnull=False)
    if not held.update(held_at=None):
        raise NotPossible
    late = Request.objects.filter(pk=case.pk, state=State.COOLING_OFF, cooling_off_until__lt=now)
    late.update(cooling_off_until=now)
    case.refresh_from_db()
    record(case, Action.RELEASED, by=by, now=now)
    transaction.on_commit(partial(execute_request.delay, case.pk), robust=True)


def ground_of(case: Request, language: str) -> str:
    """On which ground it stands still, in words; empty while it does not."""
    if not case.held_at:
        return ""
    last = case.events.filter(action=Action.HELD).values_list("reason", flat=True).last()
    with translation.override(language):
        return str(dict(Hold.Ground.choices).get(last or "", last or ""))
