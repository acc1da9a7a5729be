"""How long archives stay: until they are fetched, expired or failed, or their person is erased."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from privacy.archives.parts import private
from privacy.models import Export, Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.decisions import MINIMAL
from privacy.requests.events import PERSON, record
from privacy.subjects import Subject

BEING_FETCHED = timedelta(hours=1)  # a slow download may still read it
UNDER_WAY = (State.EXECUTING, State.AWAITING_REQUESTER)
LIVE = (Export.State.WAITING, Export.State.RUNNING, Export.State.READY)


def expire(*, now: datetime) -> None:
    """End what nobody fetched in time, and take away the files of all that has ended."""
    live = Export.objects.filter(state__in=LIVE)
    late = Q(state=Export.State.READY, expires_at__lte=now)
    live.filter(late | Q(request__closed_at__isnull=False)).update(state=Export.State.EXPIRED)
    reading = Q(state=Export.State.FETCHED, request__closed_at__gt=now - BEING_FETCHED)
    kept = ~Q(file="") | ~Q(position={})
    for export in Export.objects.exclude(state__in=LIVE).filter(kept).exclude(reading):
        drop(export)


def drop(export: Export) -> None:
    """Delete an archive's file and parts; its row, without any, stays as what happened."""
    folder = export.file.partition("/")[0] or export.position.get("folder", "")
    if folder:
        empty(folder)
    Export.objects.filter(pk=export.pk).update(file="", position={})


def empty(folder: str) -> None:
    storage = private()
    with suppress(FileNotFoundError):
        for name in storage.listdir(folder)[1]:
            storage.delete(f"{folder}/{name}")
    storage.delete(folder)


def drop_parts(folder: str) -> None:
    """What an archive was made of, once it is whole."""
    storage = private()
    for name in storage.listdir(folder)[1]:
        if name != "archive.zip":
            storage.delete(f"{folder}/{name}")


def sweep_lost() -> int:
    """Delete folders of which no row knows, such as those of a case that was purged."""
    try:
        there = private().listdir("")[0]
    except FileNotFoundError:  # no archive was ever made here
        return 0
    known: set[str] = set()
    for file, folder in Export.objects.values_list("file", "position__folder"):
        known |= {file.partition("/")[0], folder or ""}
    lost = [folder for folder in there if folder not in known]
    for folder in lost:
        empty(folder)
    return len(lost)


def of(subject: Subject) -> Any:
    """The person's archives; by the number of the account too, for its link may be gone."""
    mine = Q(pk__in=())
    if subject.user and subject.user.pk:
        mine |= Q(request__user=subject.user.pk)
    if subject.subject_id:
        mine |= Q(request__subject_id=subject.subject_id)
    for address in sorted(subject.emails):
        proved = Q(request__email_proved_at__isnull=False, request__user=None)
        mine |= proved & Q(request__email__iexact=address)
    return Export.objects.filter(mine)


def keepers(path: str) -> Iterator[Export]:
    """Whose archive a file in private storage is, or is a part of."""
    folder = path.partition("/")[0]
    yield from Export.objects.filter(Q(file__startswith=f"{folder}/") | Q(position__folder=folder))


def find(subject: Subject) -> Iterator[dict[str, Any]]:
    """What lies in private storage of this person."""
    for export in of(subject).exclude(file=""):
        yield {"made": export.ready_at, "size": export.size, "until": export.expires_at}


def erase(subject: Subject) -> int:
    """Take every archive of an erased person away, and end what waits for one."""
    from django.utils import timezone

    found = list(of(subject).filter(Q(state__in=LIVE) | ~Q(file="") | ~Q(position={})))
    for export in found:
        Export.objects.filter(pk=export.pk, state__in=LIVE).update(state=Export.State.EXPIRED)
        drop(export)
        close(export.request_id, now=timezone.now())
    return len(found)


@transaction.atomic
def close(pk: int, *, now: datetime) -> None:
    """Who has everything erased has taken back that he wanted to see it: he never did."""
    ended = {"state": State.WITHDRAWN, "closed_at": now, "link_digest": "", **MINIMAL}
    if Request.objects.filter(pk=pk, state__in=UNDER_WAY).update(**ended):
        record(Request.objects.get(pk=pk), Action.CANCELLED, by=PERSON, now=now)
