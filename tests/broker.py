"""What waits in the broker, and what happens without one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from celery import current_app
from django.conf import settings

Jobs = Callable[[], list[tuple[str, list[Any]]]]


@pytest.fixture
def jobs() -> Jobs:
    """Empties the queue; afterwards each call lists the jobs in it: name and arguments."""
    broker = redis.Redis.from_url(settings.BROKER_URL)
    broker.delete("celery")

    def waiting() -> list[tuple[str, list[Any]]]:
        found = [json.loads(job) for job in broker.lrange("celery", 0, -1)]
        return [
            (job["headers"]["task"], json.loads(base64.b64decode(job["body"]))[0])
            for job in reversed(found)
        ]

    return waiting


@pytest.fixture
def dead_broker() -> Iterator[None]:
    """Nobody listens where the broker should be."""
    url = current_app.conf.broker_write_url
    _point_to("redis://127.0.0.1:1/0")
    yield
    _point_to(url)


def _point_to(url: str | None) -> None:
    app: Any = current_app
    app.conf.broker_write_url = url
    app._pool = None
    app.amqp._producer_pool = None
