"""The jobs of the privacy room. Ids in, one call, safe to repeat; the clock is read here."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from privacy import erased, holds, retention, stops, telling
from privacy.archives import delivery, job, keeping
from privacy.requests import (
    arriving,
    asking,
    execution,
    extending,
    resuming,
    tidying,
    watching,
)


@shared_task(name="privacy.execute_request")
def execute_request(pk: int) -> None:
    """Carry out one approved request; nothing if another worker did, or if it is not due."""
    execution.try_to_execute(pk, now=timezone.now())


@shared_task(name="privacy.run_due_requests", ignore_result=True)
def run_due_requests() -> None:
    """Every few seconds: the rows, never the broker, say what is due."""
    now = timezone.now()
    holds.release_over(now=now)
    stops.sweep(now=now)
    execution.run_due(now=now)
    tidying.tidy(now=now)
    arriving.check(now=now)


@shared_task(name="privacy.watch_clocks", ignore_result=True)
def watch_clocks() -> None:
    """Every minute: who is asked is reminded, more time is taken or not, officers are warned."""
    now = timezone.now()
    asking.chase(now=now)
    extending.settle(now=now)
    watching.watch(now=now)


@shared_task(name="privacy.tell_recipients", ignore_result=True)
def tell_recipients() -> None:
    """Every few seconds, apart from the rest: a recipient that is slow holds up nobody."""
    telling.tell_due(now=timezone.now())


@shared_task(name="privacy.purge", ignore_result=True)
def purge() -> None:
    """Nightly. Safe to repeat: what is erased is no longer due."""
    now = timezone.now()
    resuming.go_on_with(resuming.waiting(), now=now)
    erased.forget_gone(now)
    retention.purge(now)


@shared_task(name="privacy.make_archive", soft_time_limit=1500, time_limit=1800)  # seconds
def make_archive(pk: int) -> None:
    """Make an archive, a slice at a time; nothing if another worker is at it."""
    job.work(pk, clock=timezone.now)


@shared_task(name="privacy.sweep_archives", ignore_result=True)
def sweep_archives() -> None:
    """Every few seconds: what is due to be made, and what is due to go."""
    now = timezone.now()
    delivery.revive(now=now)
    keeping.expire(now=now)


@shared_task(name="privacy.sweep_lost_archives", ignore_result=True)
def sweep_lost_archives() -> None:
    """Hourly: files of which no row knows."""
    keeping.sweep_lost()
