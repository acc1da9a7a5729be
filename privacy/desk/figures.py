"""The figures of a year: from requests and their events, in few statements, nobody's name in them.

Small counts are hidden together with what would give them away: see ``sheltered``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.aggregates import Aggregate
from django.db.models.functions import TruncMonth

from privacy.models import Duty, PurgeRun, Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import OPEN, RequestQuerySet, State

FEW = 5
ANSWERED = (State.FULFILLED, State.PARTIALLY_RETAINED, State.REFUSED)
TOOK = ExpressionWrapper(F("closed_at") - F("received_at"), output_field=DurationField())


class Percentile(Aggregate):
    """The value below which such a part of the values lies, as PostgreSQL counts it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(part)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def sheltered(counts: Mapping[str, int]) -> dict[str, int | None]:
    """None for each cell from one to four, and for as many more as keep those from being reckoned.

    Who knows the total and the other cells knows the sum of what is hidden; it must fit whatever a
    small cell may be.
    """
    small = {key for key, count in counts.items() if 0 < count < FEW}
    hidden, enough = set(small), len(small) * (FEW - 1) + FEW
    others = sorted((key for key in counts if counts[key] >= FEW), key=lambda key: counts[key])
    while small and others and sum(counts[key] for key in hidden) < enough:
        hidden.add(others.pop(0))
    if small and sum(counts[key] for key in hidden) < enough:
        hidden = set(counts)  # the empty ones too
    return {key: None if key in hidden else count for key, count in counts.items()}


def part(count: int, whole: int) -> int | None:
    """A part of a whole that is shown beside it: None where it, or what it leaves, is small."""
    small = 0 < count < FEW or 0 < whole - count < FEW
    return None if small or 0 < whole < FEW else count


def between(since: datetime, until: datetime) -> RequestQuerySet:
    """The requests of a time that somebody proved."""
    unproved = (State.AWAITING_VERIFICATION, State.EXPIRED_UNVERIFIED)
    rows = Request.objects.filter(received_at__gte=since, received_at__lt=until)
    return rows.exclude(state__in=unproved)


def totals(since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
    """One statement over the requests."""
    answered = Q(state__in=ANSWERED, closed_at__isnull=False)
    late = Q(closed_at__gt=F("due_at")) | Q(state__in=OPEN, due_at__lt=now)
    events = RequestEvent.objects.filter(request=OuterRef("pk"))
    found = events.filter(action=Action.RESIDUE)
    scans = events.filter(action__in=(Action.RESIDUE, Action.CLEAN))
    rows = between(since, until).annotate(was_left=Exists(found), was_searched=Exists(scans))
    said: dict[str, Any] = rows.order_by().aggregate(
        received=Count("pk"),
        answered=Count("pk", filter=answered),
        refused=Count("pk", filter=Q(state=State.REFUSED)),
        overdue=Count("pk", filter=late),
        extended=Count("pk", filter=Q(extended_at__isnull=False)),
        residue=Count("pk", filter=Q(was_left=True)),
        searched=Count("pk", filter=Q(was_searched=True)),
        median=Percentile(TOOK, part="0.5", filter=answered),
        p95=Percentile(TOOK, part="0.95", filter=answered),
    )
    return said


def lag(since: datetime, until: datetime) -> dict[str, Any]:
    """How long recipients take to answer, and how many still owe one."""
    took = ExpressionWrapper(F("ended_at") - F("opened_at"), output_field=DurationField())
    rows = Duty.objects.filter(opened_at__gte=since, opened_at__lt=until)
    said: dict[str, Any] = rows.aggregate(
        ended=Count("pk", filter=Q(ended_at__isnull=False)),
        waiting=Count("pk", filter=Q(ended_at=None)),
        lag=Avg(took, filter=Q(ended_at__isnull=False)),
    )
    return said


def counted(since: datetime, until: datetime, field: str) -> dict[str, int]:
    """How many of each value of a column, in one statement."""
    rows = between(since, until).order_by().values_list(field).annotate(n=Count("pk"))
    return {str(value): n for value, n in rows if value}


def months(since: datetime, until: datetime, field: str) -> dict[str, int]:
    """How many of each month: ``{"2026-11": 7}``; by when they were received or closed."""
    rows = Request.objects.filter((f"{field}__gte", since), (f"{field}__lt", until))
    if field == "closed_at":
        rows = rows.filter(state__in=ANSWERED)
    unproved = (State.AWAITING_VERIFICATION, State.EXPIRED_UNVERIFIED)
    found = rows.exclude(state__in=unproved).order_by().annotate(month=TruncMonth(field))
    return {f"{m:%Y-%m}": n for m, n in found.values_list("month").annotate(n=Count("pk"))}


def headline(since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
    """The figures of a time, small ones hidden."""
    said, told = totals(since, until, now), lag(since, until)
    received, few = said["received"], said["answered"] < FEW
    states = sheltered(counted(since, until, "state"))
    ends = [states.get(state, 0) for state in ANSWERED]
    shown = {name: part(said[name], received) for name in ("overdue", "extended")}
    shown["refused"] = states.get(State.REFUSED, 0)
    shown["answered"] = None if None in ends else said["answered"]  # never more than its parts
    left = part(said["residue"], said["searched"])
    return {
        **shown,
        "received": None if 0 < received < FEW else received,
        "median": days(said["median"], few),
        "p95": days(said["p95"], few),
        "residue": left,
        "searched": None if 0 < said["searched"] < FEW else said["searched"],
        "rate": None if left is None else round(100 * left / (said["searched"] or 1), 1),
        "lag": days(told["lag"], told["ended"] < FEW),
        "silent": None if 0 < told["waiting"] < FEW else told["waiting"],
    }


def last_purge(now: datetime) -> dict[str, Any]:
    """When the nightly purge last ended, and what it erased; late: a night was missed."""
    run = PurgeRun.objects.filter(finished_at__isnull=False).first()
    begun = PurgeRun.objects.filter(finished_at=None).count()
    late = run is None or now - run.started_at > timedelta(hours=26)
    rows = sum(run.counts.values()) if run else 0
    return {"run": run, "rows": rows, "broken": begun, "late": late}


def days(took: timedelta | None, few: bool) -> float | None:
    """None where so few make it up that it tells of one of them."""
    return None if took is None or few else round(took / timedelta(days=1), 1)
