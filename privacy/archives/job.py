"""The job that makes an archive. It lives by its row: whoever finds it dead goes on from there."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation

from privacy import tombstones
from privacy.archives import delivery, keeping
from privacy.archives.joining import CHUNK, join
from privacy.archives.making import Making, beginning
from privacy.archives.parts import private
from privacy.models import Export, Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests.events import SYSTEM, record
from privacy.requests.subject import subject_of

STALE = timedelta(minutes=2)  # after which a job that said nothing is dead
SLICE = timedelta(minutes=1)  # then others have their turn
ATTEMPTS = 5  # failures after which a person has to look

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class Overtaken(Exception):
    """The archive is no longer ours to make: another has it, or nobody wants it any more."""


def work(pk: int, *, clock: Clock) -> None:
    """Make an archive, or a slice of it; nothing if another worker is at it."""
    export = claim(pk, now=clock())
    if export is None:
        return
    job = Job(export, clock)
    try:
        job.run()
    except Overtaken:
        logger.info("An archive is no longer this job's.", extra={"export": pk})
    except Exception:
        logger.exception("An archive could not be made.", extra={"export": pk})
        job.fail()


def claim(pk: int, *, now: datetime) -> Export | None:
    dead = Q(state=Export.State.RUNNING, alive_at__lt=now - STALE)
    free = Export.objects.filter(Q(state=Export.State.WAITING) | dead, pk=pk)
    if not free.filter(request__closed_at=None).update(state=Export.State.RUNNING, alive_at=now):
        return None
    return Export.objects.select_related("request").get(pk=pk)


@dataclass
class Job:
    export: Export
    clock: Clock

    def run(self) -> None:
        case, export = self.export.request, self.export
        with translation.override(case.language):
            new, position = not export.position, export.position or beginning()
            export.position = position
            making = Making(subject_of(case), export.portable, private(), position)
            if new:
                tombstones.read()  # or it waits: by it, what is hers now is told from what was
                export.total = making.survey()
                self.keep(position=position, total=export.total)
            ends = self.clock() + SLICE
            while not making.over:
                if self.clock() > ends:
                    self.pause()
                    return
                rows = making.step()
                self.keep(position=position, done=F("done") + rows)
            self.finish(making)

    def keep(self, **changes: Any) -> None:
        """Write down how far it is, and that it lives; only while the archive is this job's."""
        mine = Export.objects.filter(
            pk=self.export.pk,
            state=Export.State.RUNNING,
            alive_at=self.export.alive_at,
            request__closed_at=None,
        )
        now = self.clock()
        if not mine.update(alive_at=now, **changes):
            raise Overtaken
        self.export.alive_at = now

    def pause(self) -> None:
        from privacy.tasks import make_archive

        self.keep(state=Export.State.WAITING)
        make_archive.delay(self.export.pk)

    def beat(self) -> None:
        """While the parts are joined, which takes long for many: say so now and then."""
        alive = self.export.alive_at
        if alive is None or self.clock() - alive > STALE / 8:
            self.keep()

    def finish(self, making: Making) -> None:
        made_at, name = self.clock(), f"{making.position['folder']}/archive.zip"
        with tempfile.TemporaryFile() as target:
            join(making, target, made_at=made_at, beat=self.beat)
            size, digest = target.tell(), digested(target)
            making.storage.delete(name)
            making.storage.save(name, File(target))
        ready = {"state": Export.State.READY, "file": name, "size": size, "digest": digest}
        with transaction.atomic():
            Request.objects.select_for_update().get(pk=self.export.request_id)
            until = made_at + delivery.LIFETIME
            self.keep(**ready, position={}, ready_at=made_at, expires_at=until)
            delivery.announce(self.export.request, self.export, until=until, now=made_at)
        keeping.drop_parts(making.position["folder"])

    def fail(self) -> None:
        """Count a failure and let the next sweep try again; after some an operator has to look."""
        case = self.export.request
        Request.objects.filter(pk=case.pk).update(attempts=F("attempts") + 1)
        case.refresh_from_db(fields=["attempts"])
        try:
            with transaction.atomic():
                if case.attempts < ATTEMPTS:
                    self.keep(state=Export.State.WAITING, position=self.export.position)
                else:
                    self.give_up(case)
        except Overtaken:
            pass

    def give_up(self, case: Request) -> None:
        """An outage is no decision: the case stays open."""
        Request.objects.select_for_update().get(pk=case.pk)
        self.keep(state=Export.State.FAILED)
        if Request.objects.filter(pk=case.pk, state=State.EXECUTING).update(
            state=State.NEEDS_OPERATOR
        ):
            record(case, Action.FAILED, by=SYSTEM, now=self.clock())


def digested(target: IO[bytes]) -> str:
    digest = sha256()
    target.seek(0)
    for piece in iter(partial(target.read, CHUNK), b""):
        digest.update(piece)
    target.seek(0)
    return digest.hexdigest()
