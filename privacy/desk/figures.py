"""The figures of a calendar year: from requests and their events, nobody's name in them.

By when a request was received. What is small is hidden: see ``cells``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Sum
from django.db.models.aggregates import Aggregate
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from privacy import retention
from privacy.desk.cells import FEW, HIDDEN, grain_of, small, summed
from privacy.models import Duty, PurgeRun, Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import OPEN, RequestQuerySet, State

DONE = (State.FULFILLED, State.PARTIALLY_RETAINED)
ANSWERED = (*DONE, State.REFUSED)
UNPROVED = (State.AWAITING_VERIFICATION, State.EXPIRED_UNVERIFIED)
TOOK = ExpressionWrapper(F("closed_at") - F("received_at"), output_field=DurationField())
WHOLES = {  # each after what it is a part of
    "received": "",
    "answered": "received",
    "overdue": "received",
    "extended": "received",
    "searched": "received",
    "residue": "searched",
}
BACKLOG_AGE = 600  # seconds for which a count of the backlog is good enough


class Percentile(Aggregate):
    """The value below which such a part of the values lies, as PostgreSQL counts it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(part)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass
class Year:
    """All counts of a year by month, and at which grain each may be shown."""

    number: int
    now: datetime
    months: dict[str, list[int]] = field(init=False)
    grains: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zone = timezone.get_default_timezone()
        self.since = datetime(self.number, 1, 1, tzinfo=zone)
        self.until = datetime(self.number + 1, 1, 1, tzinfo=zone)
        self.months = by_month(self.rows, self.now)
        for name, whole in WHOLES.items():
            wholes, finest = self.months.get(whole), self.grains.get(whole, 1)
            self.grains[name] = grain_of(self.months[name], wholes, finest)

    @property
    def rows(self) -> RequestQuerySet:
        """What was received in it and proved by somebody."""
        rows = Request.objects.filter(received_at__gte=self.since, received_at__lt=self.until)
        return rows.exclude(state__in=UNPROVED).order_by()

    @property
    def passed(self) -> int:
        """Its months that have begun."""
        today = timezone.localdate(self.now)
        return today.month if today.year == self.number else 12

    def total(self, name: str) -> int | None:
        return None if self.grains[name] == HIDDEN else sum(self.months[name])

    def at(self, name: str, grain: int) -> list[int]:
        return summed(self.months[name], grain)

    def counted(self, column: str, **among: Any) -> dict[str, int]:
        """How many of each value of a column, in one statement."""
        found = self.rows.filter(**among).values_list(column).annotate(n=Count("pk"))
        return {str(value): n for value, n in found if value}

    def speed(self, grain: int) -> dict[int, tuple[float, float]]:
        """Median and 95th percentile in days, of each cell that has enough answers."""
        said = {"median": Percentile(TOOK, part="0.5"), "p95": Percentile(TOOK, part="0.95")}
        answered = self.rows.filter(state__in=ANSWERED, closed_at__isnull=False)
        found = answered.values(cell=cell("received_at", grain)).annotate(n=Count("pk"), **said)
        enough = found.filter(n__gte=FEW).values_list("cell", "median", "p95")
        return {place: (days(median), days(p95)) for place, median, p95 in enough}


def cell(column: str, grain: int) -> Any:
    """The place of a row's month in the year, in cells of so many months."""
    return (ExtractMonth(column, tzinfo=timezone.get_default_timezone()) - 1) / grain


def by_month(rows: RequestQuerySet, now: datetime) -> dict[str, list[int]]:
    """One statement over the requests."""
    events = RequestEvent.objects.filter(request=OuterRef("pk"))
    found = Exists(events.filter(action=Action.RESIDUE))
    scans = Exists(events.filter(action__in=(Action.RESIDUE, Action.CLEAN)))
    late = Q(closed_at__gt=F("due_at")) | Q(state__in=OPEN, due_at__lt=now)
    filters = {
        "received": Q(),
        "answered": Q(state__in=ANSWERED, closed_at__isnull=False),
        "overdue": late,
        "extended": Q(extended_at__isnull=False),
        "searched": Q(was_searched=True),
        "residue": Q(was_left=True),
    }
    counts = {f"n_{name}": Count("pk", filter=wanted) for name, wanted in filters.items()}
    asked = rows.annotate(was_left=found, was_searched=scans, month=cell("received_at", 1))
    said: dict[int, Any] = {r["month"]: r for r in asked.values("month").annotate(**counts)}
    return {n: [said.get(m, {}).get(f"n_{n}", 0) for m in range(12)] for n in filters}


@dataclass
class Lag:
    """How long recipients take to answer, by the month in which they had to be told."""

    ended: list[int]
    took: list[timedelta]
    waiting: int

    @property
    def grain(self) -> int:
        return grain_of(self.ended, None)

    def days(self, grain: int) -> list[float | None]:
        """The mean of each cell; none where nobody answered."""
        counts = summed(self.ended, grain)
        took = [sum(self.took[n : n + grain], timedelta()) for n in range(0, 12, grain)]
        return [days(long / n) if n else None for n, long in zip(counts, took, strict=True)]


def lag(since: datetime, until: datetime) -> Lag:
    took = ExpressionWrapper(F("ended_at") - F("opened_at"), output_field=DurationField())
    ended = Q(ended_at__isnull=False)
    rows = Duty.objects.filter(opened_at__gte=since, opened_at__lt=until).order_by()
    said = {
        month: (n, long or timedelta(), open_still)
        for month, n, long, open_still in rows.values_list(cell("opened_at", 1)).annotate(
            n=Count("pk", filter=ended),
            long=Sum(took, filter=ended),
            still=Count("pk", filter=~ended),
        )
    }
    known = [said.get(month, (0, timedelta(), 0)) for month in range(12)]
    return Lag([k[0] for k in known], [k[1] for k in known], sum(k[2] for k in known))


def shown(count: int) -> int | None:
    """A count on its own."""
    return None if small(count) else count


def last_purge(now: datetime) -> dict[str, Any]:
    """When the nightly purge last ended, and what it erased; late: a night was missed."""
    run = PurgeRun.objects.filter(finished_at__isnull=False).first()
    begun = PurgeRun.objects.filter(finished_at=None).count()
    late = run is None or now - run.started_at > timedelta(hours=26)
    rows = sum(run.counts.values()) if run else 0
    return {"run": run, "rows": rows, "broken": begun, "late": late}


def backlog(now: datetime) -> dict[str, int]:
    """Rows of each model whose time is over and that still stand; counted every ten minutes."""
    return cache.get_or_set("privacy.backlog", lambda: retention.backlog(now), BACKLOG_AGE) or {}


def days(took: timedelta) -> float:
    return round(took / timedelta(days=1), 1)
