"""What machines ask: is the process alive, and can it serve?"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis

from privacy import guard, replay
from privacy.models import PurgeRun

log = logging.getLogger(__name__)
PURGE_LATE = timedelta(hours=49)  # nightly: one missed night is seen on the next


class NotReady(Exception):
    """Why this process should get no visitors."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so a dead database restarts nobody."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Everything that a visitor needs is there; 503 names what is not."""
    parts = {name: _answer(name, check) for name, check in CHECKS.items()}
    ready = all(said == "ok" for said in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _answer(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as reason:
        return str(reason)
    except Exception:  # whatever it is, this part does not work
        log.exception("Not ready: %s", name)
        return "does not answer"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with Redis.from_url(settings.BROKER_URL, socket_timeout=3, socket_connect_timeout=3) as broker:
        broker.ping()


def _cache() -> None:
    cache.set("readyz", 1, 5)
    if cache.get("readyz") != 1:
        raise NotReady("does not answer")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("not applied")


def _purge() -> None:
    """Data outlives its retention when the nightly purge stops; a new shop has a first night."""
    last = PurgeRun.objects.exclude(finished_at=None).first()
    since = last.finished_at if last else _installed_at()
    if since and timezone.now() - since > PURGE_LATE:
        raise NotReady(f"last ran {since:%Y-%m-%d %H:%M}" if last else "never ran")


def _installed_at() -> datetime | None:
    applied = MigrationRecorder(connection).migration_qs.aggregate(Min("applied"))
    first: datetime | None = applied["applied__min"]
    return first


def _erasures() -> None:
    """A restored backup holds people who were erased since; the ledger outside it says whom."""
    if reason := replay.waiting():
        raise NotReady(reason)


def _guard() -> None:
    """What keeps the erased from being written again follows the declarations at each migration."""
    if tables := guard.stale():
        raise NotReady(f"stale: run migrate ({', '.join(tables)})")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "cache": _cache,
    "migrations": _migrations,
    "purge": _purge,
    "erasures": _erasures,
    "guard": _guard,
}
