"""Messages in the broker that name a person, or a row of theirs.

A job takes keys of rows and nothing else, so a message is harmless once its row has gone. What an
older release, a mistake or somebody's console put there is found all the same.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from celery import current_app
from django.conf import settings
from django.db.models import Model
from redis import Redis

from privacy.declarations import Subject, jobs, registry

AT_ONCE = 1000  # messages read in one go
UNACKED = "unacked"  # what workers have taken and not yet finished, by its tag


@dataclass(frozen=True)
class Waiting:
    """One message: where it lies, as it lies there, and what it says."""

    place: str  # the queue's name, or the tag of what a worker has taken
    raw: bytes
    task: str
    text: str  # all that it says, in lower case
    key: Any  # the first argument


def naming(subject: Subject) -> Iterator[dict[str, Any]]:
    """The jobs that wait and name the person or a row of theirs."""
    with connected() as broker:
        for one in waiting(broker):
            if names(one, subject) or is_row_of(one, subject):
                yield {"job": one.task}


def forget(subject: Subject) -> int:
    """Drop what names the person, and what is about a row that has gone; how many.

    Called when the rows have gone. What the law keeps has its row, and its job goes on.
    """
    with connected() as broker:
        found = [one for one in waiting(broker) if names(one, subject) or is_orphan(one)]
        return sum(drop(broker, one) for one in found)


def connected() -> Redis:
    return Redis.from_url(settings.BROKER_URL, socket_timeout=15, socket_connect_timeout=3)


def waiting(broker: Any) -> Iterator[Waiting]:
    for name in current_app.amqp.queues:
        start = 0
        while raws := broker.lrange(name, start, start + AT_ONCE - 1):
            yield from (read(name, raw, json.loads(raw)) for raw in raws)
            start += AT_ONCE
    for tag, raw in broker.hscan_iter(UNACKED):
        yield read(tag.decode(), raw, json.loads(raw)[0])


def read(place: str, raw: bytes, message: dict[str, Any]) -> Waiting:
    headers = message.get("headers", {})
    body = base64.b64decode(message["body"]).decode(errors="replace")
    args = json.loads(body)[0] if headers.get("task") else []
    text = json.dumps([headers, json.loads(body)], ensure_ascii=False, default=str)
    return Waiting(place, raw, headers.get("task", ""), text.lower(), args[0] if args else None)


def names(one: Waiting, subject: Subject) -> bool:
    """Whether an address of the person or their random number is in it, whole."""
    direct = [*subject.emails, *([str(subject.subject_id)] if subject.subject_id else [])]
    return any(
        re.search(rf"(?<![\w.+-]){re.escape(word)}(?![\w-]|\.\w)", one.text) for word in direct
    )


def is_row_of(one: Waiting, subject: Subject) -> bool:
    model = rows_of(one)
    if model is None or not is_key(model, one.key):
        return False
    row = model._base_manager.filter(pk=one.key)
    return any(row.filter(role.reach(subject)).exists() for role in roles(model))


def is_orphan(one: Waiting) -> bool:
    model = rows_of(one)
    if model is None or not is_key(model, one.key):
        return False
    return not model._base_manager.filter(pk=one.key).exists()


def rows_of(one: Waiting) -> type[Model] | None:
    job = jobs.get(one.task)
    return job.rows if job else None


def roles(model: type[Model]) -> list[Any]:
    return list(registry[model].roles.values()) if model in registry else []


def is_key(model: type[Model], key: Any) -> bool:
    """Whether it can be a key of the model at all: anything can lie in a broker."""
    try:
        model._meta.pk.get_prep_value(key)
    except (TypeError, ValueError):
        return False
    return key is not None


def drop(broker: Any, one: Waiting) -> int:
    if one.place in current_app.amqp.queues:
        return cast("int", broker.lrem(one.place, 1, one.raw))
    broker.zrem(f"{UNACKED}_index", one.place)
    return cast("int", broker.hdel(UNACKED, one.place))
