"""More time: once, with reasons, and only after the person was told in time (Art. 12(3) GDPR)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from privacy import letters, remedies
from privacy.models import Note, Request
from privacy.models.events import Action
from privacy.models.requests import OPEN, State
from privacy.requests import timing, watching, wording
from privacy.requests.decisions import NotPossible, ReasonsMissing, refuse_own, tell
from privacy.requests.events import SYSTEM, Actor, record

LETTER = "privacy/extended"
WAITS = tuple(state for state in OPEN if state != State.AWAITING_VERIFICATION)
UNDER_WAY = timedelta(days=30)  # no letter is longer on its way
SAID = (Action.EXTENDING, Action.NOT_EXTENDED, Action.EXTENDED)


class Cause(models.TextChoices):
    """What the law accepts as a reason."""

    COMPLEX = "complexity", _("The request is complex")
    MANY = "number", _("There are many requests of this person")


def may_extend(case: Request, now: datetime) -> bool:
    """Once, inside the first month; a notice that was lost may be sent again."""
    last = said(case)
    return (
        case.state in WAITS
        and case.extended_at is None
        and now <= (case.first_due_at or case.due_at)
        and (not last or last == Action.NOT_EXTENDED)
    )


def said(case: Request) -> str:
    """How the last attempt stands."""
    found = case.events.filter(action__in=SAID)
    return found.values_list("action", flat=True).last() or ""


@transaction.atomic
def extend(case: Request, cause: Cause, reasons: str, *, by: Actor, now: datetime) -> None:
    """Queue the notice. The time is not longer before that has left the house."""
    refuse_own(case, by)
    if not reasons.strip():
        raise ReasonsMissing
    Request.objects.select_for_update().get(pk=case.pk)
    case.refresh_from_db()
    if not (case.email and may_extend(case, now)):
        raise NotPossible
    number = case.events.filter(action=Action.EXTENDING).count() + 1
    Note.objects.create(
        request=case, kind=Note.Kind.DELAY, text=reasons, author_id=by.staff_id, written_at=now
    )
    record(case, Action.EXTENDING, by=by, now=now, reason=cause)
    with translation.override(case.language):
        named = str(Cause(cause).label)
    tell(
        case,
        LETTER,
        about=f":{number}",
        cause=named,
        reasons=reasons,
        until=wording.day(timing.due(case, extended=True), case.language),
        remedies=remedies.of(case.country, case.language),
    )


def settle(*, now: datetime) -> None:
    """What became of the notices that were queued."""
    lives = Q(closed_at=None) | Q(closed_at__gt=now - UNDER_WAY)
    waiting = Request.objects.filter(lives, events__action=Action.EXTENDING, extended_at=None)
    for pk in waiting.distinct().values_list("pk", flat=True):
        settle_one(pk, now=now)


@transaction.atomic
def settle_one(pk: int, *, now: datetime) -> None:
    """Take the time once the notice was sent in time; give it up once it cannot be any more.

    What was promised counts, also where the case ended while the notice was on its way.
    """
    case = Request.objects.select_for_update().get(pk=pk)
    if case.extended_at or said(case) != Action.EXTENDING:
        return
    number = case.events.filter(action=Action.EXTENDING).count()
    about, end = f"request:{case.reference}:{number}", case.first_due_at or case.due_at
    sent_at = letters.sent_at(LETTER, about)
    if sent_at and sent_at <= end:
        case.extended_at = sent_at
        case.save(update_fields=["extended_at"])
        timing.recount(case)
        record(case, Action.EXTENDED, by=SYSTEM, now=now)
    elif sent_at or now > end or letters.fate(LETTER, about) in ("", "lost"):
        record(case, Action.NOT_EXTENDED, by=SYSTEM, now=now)
        if case.is_open:
            watching.write(case, "not-extended", str(number))
