"""The legal clock as it is drawn: so many bristles, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from privacy.models import Request
from privacy.models.requests import State

BARS = 12
WARN = 0.75  # of the time has passed


@dataclass(frozen=True)
class Clock:
    bars: int
    level: str  # "", "clock-warn" or "clock-late"
    days_left: int  # below zero when overdue
    still: bool = False  # it stands still, while the person is asked something


def clock(case: Request, now: datetime) -> Clock:
    """How much of the time to answer has passed; it stops when the case is closed, or paused."""
    fetched = case.state == State.AWAITING_REQUESTER and case.asked_at is None
    at = case.closed_at or (case.received_at if fetched else case.paused_at or now)
    passed = fraction(case.received_at, case.due_at, at)
    left = (timezone.localdate(case.due_at) - timezone.localdate(at)).days
    level = "clock-late" if at > case.due_at else "clock-warn" if passed >= WARN else ""
    return Clock(bars(passed), level, left, bool(case.paused_at))


def fraction(since: datetime, until: datetime, at: datetime) -> float:
    """How much of a time has passed; more than 1 when it is over."""
    return (at - since) / (until - since) if until > since else 1


def bars(passed: float) -> int:
    return max(1, min(BARS, round(BARS * passed)))
