"""From the request for one's data to its one download."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse
from django.utils import timezone

from privacy import letters, subjects
from privacy.archives import keeping
from privacy.archives.parts import private
from privacy.models import Export, Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests import address, decisions, links, timing, wording
from privacy.requests.events import PERSON, SYSTEM, record
from privacy.requests.filing import Account, spoken

LIFETIME = timedelta(days=7)
AGAIN = timedelta(minutes=2)  # after which a job that nobody took up is queued again


@transaction.atomic
def ask(user: Account, *, portable: bool, now: datetime) -> Request:
    """A signed-in person asks for his data; a second click finds the archive being made."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    kind = Kind.PORTABILITY if portable else Kind.ACCESS
    own = Request.objects.filter(user_id=user.pk, kind=kind, state=State.EXECUTING)
    if running := own.first():
        return running
    case = Request.objects.create(
        kind=kind,
        state=State.EXECUTING,
        user_id=user.pk,
        subject_id=user.subject_id,
        email=user.email,
        language=spoken(user),
        **timing.opening("", now=now),
    )
    for action in (Action.RECEIVED, Action.AGAIN):
        record(case, action, by=PERSON, now=now)
    begin(case, now=now)
    return case


def begin(case: Request, *, now: datetime) -> Export:
    """Have the archive of a case made. In the caller's transaction."""
    from privacy.tasks import make_archive

    export = Export.objects.create(
        request=case, portable=case.kind == Kind.PORTABILITY, created_at=now, alive_at=now
    )
    transaction.on_commit(partial(make_archive.delay, export.pk), robust=True)
    return export


@transaction.atomic
def carry_out(case: Request, *, now: datetime) -> None:
    """An approved request: its archive is made, then the link is sent."""
    decisions.move(case, State.APPROVED, state=State.EXECUTING, attempts=0)
    record(case, Action.EXECUTING, by=SYSTEM, now=now)
    begin(case, now=now)


def revive(*, now: datetime) -> int:
    """Queue again what no worker has taken up, and what a dead one left."""
    from privacy.tasks import make_archive

    silent = Q(alive_at=None) | Q(alive_at__lt=now - AGAIN)
    left = Export.objects.filter(silent, state__in=(Export.State.WAITING, Export.State.RUNNING))
    found = list(left.values_list("pk", flat=True))
    for pk in found:
        if left.filter(pk=pk).update(state=Export.State.WAITING, alive_at=now):
            make_archive.delay(pk)
    return len(found)


def announce(case: Request, export: Export, *, until: datetime, now: datetime) -> None:
    """Tell the person that the archive is ready. In the transaction that says so."""
    if moved(case):
        stop(case, now=now)
        return
    token = "" if case.filing_key is None else links.new_token()
    decisions.move(
        case,
        State.EXECUTING,
        state=State.AWAITING_REQUESTER,
        link_digest=links.digest(token, links.Door.FETCH) if token else "",
        link_until_at=until,
    )
    record(case, Action.LINK_SENT, by=SYSTEM, now=now)
    letters.send(
        "privacy/export_ready",
        to=case.email,
        language=case.language,
        about=f"request:{case.reference}:{export.pk}",
        context={
            "reference": case.reference,
            "link": page(case.language, token),
            "until": wording.minute(until, case.language),
        },
    )


def page(language: str, token: str) -> str:
    """Where it is fetched: by the link, or in the account, where no link is needed."""
    if token:
        return links.absolute("privacy:fetch", language, token)
    return links.absolute("privacy:download", language)


def moved(case: Request) -> bool:
    """Whether the address that a request is bound to is its account's no longer."""
    if case.user_id is None:
        return case.filing_key is None  # the account itself is gone
    user = get_user_model()._default_manager.filter(pk=case.user_id).first()
    now = {user.email.lower(), *subjects.of(user).emails} if user else set()
    return case.email.lower() not in now


def stop(case: Request, *, now: datetime) -> None:
    """Deliver nothing, tell both addresses, and leave the case to the officer."""
    Export.objects.filter(request=case, state__in=keeping.LIVE).update(state=Export.State.EXPIRED)
    user = get_user_model()._default_manager.filter(pk=case.user_id or 0).first()
    if user is None:
        keeping.close(case.pk, now=now)
    elif case.events.filter(action=Action.ADDRESS_CHANGED).exists():  # both were told before
        decisions.move(case, *keeping.UNDER_WAY, state=State.NEEDS_OPERATOR)
    else:
        address.stop(case, str(user.email), now=now)


def ready(case: Request, *, now: datetime) -> Export | None:
    """The archive that can be fetched at this moment."""
    if case.state != State.AWAITING_REQUESTER:
        return None
    return case.exports.filter(state=Export.State.READY, expires_at__gt=now).first()


def hand_out(case: Request, *, now: datetime) -> FileResponse | None:
    """The archive of a case, once; None where there is none to be had any more.

    Opened before it is spent, so that a file that is lost costs the person nothing.
    """
    export = ready(case, now=now)
    if export is None or stopped(case, now=now):
        return None
    try:
        file = private().open(export.file)
    except FileNotFoundError:
        return None
    if not spend(case, export, now=now):
        file.close()
        return None
    return answer(file, export, now=now)


@transaction.atomic
def stopped(case: Request, *, now: datetime) -> bool:
    Request.objects.select_for_update().get(pk=case.pk)
    if gone := moved(case):
        stop(case, now=now)
    return gone


@transaction.atomic
def spend(case: Request, export: Export, *, now: datetime) -> bool:
    live = Request.objects.filter(pk=case.pk, state=State.AWAITING_REQUESTER, link_until_at__gt=now)
    spent = live.update(state=State.FULFILLED, closed_at=now, link_used_at=now, **decisions.MINIMAL)
    if spent:
        Export.objects.filter(pk=export.pk).update(state=Export.State.FETCHED)
        record(case, Action.DOWNLOADED, by=PERSON, now=now)
    return bool(spent)


class Once(File):  # type: ignore[type-arg]  # no [] at run time
    """A file that is deleted as soon as it was handed out."""

    def __init__(self, file: Any, export: Export) -> None:
        super().__init__(file)
        self.export = export

    def close(self) -> None:
        super().close()
        keeping.drop(self.export)


def answer(file: Any, export: Export, *, now: datetime) -> FileResponse:
    name = f"soocas-{timezone.localdate(now).isoformat()}.zip"
    said = FileResponse(
        Once(file, export), as_attachment=True, filename=name, content_type="application/zip"
    )
    said["Content-Length"] = str(export.size)
    return said
