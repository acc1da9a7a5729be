"""The dates of a case: from its law, its pauses and the time that was added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from privacy import countries, regimes
from privacy.deadlines import answer_due
from privacy.models import Request
from privacy.models.events import Action
from privacy.requests import wording
from privacy.requests.decisions import NotPossible, tell
from privacy.requests.events import Actor, record


def home(moment: datetime) -> datetime:
    """A moment as the controller's calendar has it, whatever is on the screen."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def opening(country: str, *, now: datetime) -> dict[str, Any]:
    """What a new case knows of its time."""
    regime = regimes.of(country)
    due = answer_due(home(now), regime=regime)
    return {
        "country": country,
        "regime": regime,
        "received_at": now,
        "first_due_at": due,
        "due_at": due,
    }


def due(case: Request, *, extended: bool | None = None) -> datetime:
    """When the answer is due with all that happened; as if more time were taken, or not."""
    return answer_due(
        home(case.received_at),
        regime=case.regime,
        extended=case.extended_at is not None if extended is None else extended,
        paused=paused_days(case),
    )


def paused_days(case: Request) -> int:
    """On how many days the clock stood still, as far as the law of the case lets it.

    Read from the history: so another law counts the same questions its own way.
    """
    may, since, days = regimes.RULES[case.regime].pauses_for, None, 0
    ends = (Action.REPLIED, Action.UNANSWERED)
    for event in case.events.filter(action__in=(Action.ASKED, *ends)):
        if event.action == Action.ASKED:
            since = event.happened_at if event.reason in may else None
        elif since is not None:
            days += (home(event.happened_at).date() - home(since).date()).days
            since = None
    return days


def standing_since(case: Request) -> datetime | None:
    """Since when the clock stands still, because of the question that is open now."""
    if case.asked_at is None:
        return None
    asked = case.events.filter(action=Action.ASKED).last()
    may = regimes.RULES[case.regime].pauses_for
    return case.asked_at if asked is not None and asked.reason in may else None


def recount(case: Request) -> None:
    """Write down the dates as they are now. In the caller's transaction."""
    case.first_due_at = answer_due(home(case.received_at), regime=case.regime)
    case.due_at, case.paused_at = due(case), standing_since(case)
    case.save(update_fields=["first_due_at", "due_at", "paused_at"])


@transaction.atomic
def move_to(case: Request, country: str, *, by: Actor, now: datetime) -> None:
    """The person lives elsewhere than we thought: the law and the dates follow."""
    if country not in countries.names():
        raise NotPossible
    live = Request.objects.select_for_update().filter(pk=case.pk, closed_at=None)
    current = live.exclude(country=country).first()
    if current is None:
        raise NotPossible
    before = current.regime
    current.country, current.regime = country, regimes.of(country)
    current.save(update_fields=["country", "regime"])
    case.refresh_from_db()
    if case.regime != before:
        recount(case)
        event = record(case, Action.REGIME, by=by, now=now, reason=f"{before} > {case.regime}")
        say_dates(case, event.sequence)


def say_dates(case: Request, number: int) -> None:
    """Tell the person by when he has his answer now."""
    if case.email_proved_at:
        tell(
            case,
            "privacy/dates",
            about=f":{number}",
            due=wording.day(case.due_at, case.language),
        )
