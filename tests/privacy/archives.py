"""Archives as tests make and read them."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any
from zipfile import ZipFile

from django.core.files.storage import InMemoryStorage
from django.test import Client
from django.utils import timezone

from privacy.archives.joining import join
from privacy.archives.making import Making
from privacy.models import Export
from privacy.subjects import Subject
from privacy.tasks import make_archive, run_due_requests

PAGE = "/nl/account/privacy/download/"


def zipped(who: Subject, *, portable: bool = False, made_at: datetime | None = None) -> ZipFile:
    """The archive of somebody, made here and now, without any request."""
    making, target = Making(who, portable, InMemoryStorage()), io.BytesIO()
    making.survey()
    while not making.over:
        making.step()
    join(making, target, made_at=made_at or timezone.now())
    return ZipFile(target)


def make_all() -> None:
    """Do what the worker does: take up requests, then make every archive that waits."""
    run_due_requests()
    for pk in Export.objects.filter(state="waiting").values_list("pk", flat=True):
        make_archive(pk)


def opened(answer: Any) -> ZipFile:
    """The archive that a page answered with, read to its end."""
    assert answer["Content-Type"] == "application/zip", answer.content[:500]
    return ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def ordered(client: Client, kind: str = "access") -> Export:
    """What a signed-in person asked for, made."""
    answer = client.post(PAGE, {"kind": kind})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    make_all()
    return Export.objects.latest("pk")


def fetched(client: Client, export: Export) -> ZipFile:
    return opened(client.post(f"{PAGE}{export.request.reference}/"))


def text(archive: ZipFile) -> str:
    """All that can be read in an archive."""
    return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def manifest(archive: ZipFile) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return read
