"""Handing out a person's data as a file: made at that moment, kept nowhere."""

from __future__ import annotations

from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db import transaction
from django.http import FileResponse
from django.utils import timezone, translation

from privacy import export
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.decisions import MINIMAL
from privacy.requests.events import PERSON, record
from privacy.requests.subject import subject_of
from privacy.subjects import Subject

IN_MEMORY = 5_000_000  # bytes, then a temporary file on disk


def of(subject: Subject, *, language: str, now: datetime) -> FileResponse:
    """The ZIP of everything that is held on a person, as an answer."""
    file: IO[Any] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 the answer closes it
    try:
        with translation.override(language):
            export.write_zip(subject, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"soocas-{timezone.localdate(now).isoformat()}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def for_link(case: Request, *, now: datetime) -> FileResponse | None:
    """The file for the link of a case, once; None if it was fetched or ended meanwhile.

    Made before the link is spent, so that a failure costs the person nothing.
    """
    answer = of(subject_of(case), language=case.language, now=now)
    if spend_link(case, now=now):
        return answer
    answer.close()
    return None


@transaction.atomic
def spend_link(case: Request, *, now: datetime) -> bool:
    live = Request.objects.filter(pk=case.pk, state=State.AWAITING_REQUESTER, link_until_at__gt=now)
    spent = live.update(state=State.FULFILLED, closed_at=now, link_used_at=now, **MINIMAL)
    if spent:
        record(case, Action.DOWNLOADED, by=PERSON, now=now)
    return bool(spent)
