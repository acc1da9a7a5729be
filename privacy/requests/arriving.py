"""Whether the officer's answer left: until it did the case is open, and its clock runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from privacy import duties, letters
from privacy.models import Export, Note, Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests import answering, watching
from privacy.requests.decisions import NotPossible, ReasonsMissing, refuse_own
from privacy.requests.events import SYSTEM, Actor, record
from privacy.requests.steps import locked, stopped_by

FETCHED = Q(state=State.AWAITING_REQUESTER, asked_at=None)  # by a link, which its letter brings


class Way(models.TextChoices):
    """How a person was answered whom no letter of ours reached."""

    POST = "post", _("by post")
    PHONE = "phone", _("by phone")
    PERSON = "person", _("in person")
    OTHER = "other", _("in another way")


def check(*, now: datetime) -> None:
    """What became of the answers: an end when they have left, the officer's again when lost."""
    lost = Q(state=State.NEEDS_OPERATOR, sealed={})  # the outbox may have tried it once more
    told = Request.objects.filter(Q(state=State.ANSWERING) | lost).exclude(steps=[])
    for pk in told.values_list("pk", flat=True):
        follow(pk, now=now)
    for case in Request.objects.filter(FETCHED).exclude(filing_key=None):
        if letters.fate(*link_letter(case)) == "lost":  # in an account it lies on a page as well
            lose(case.pk, now=now)
    waiting = Request.objects.filter(state=State.AWAITING_RECIPIENTS).exclude(kind=Kind.ERASURE)
    for case in waiting:
        if not duties.running(case).exists():
            all_told(case, now=now)


@transaction.atomic
def all_told(case: Request, *, now: datetime) -> None:
    """Close what waited only for those who had received the data."""
    won = Request.objects.filter(pk=case.pk, state=State.AWAITING_RECIPIENTS)
    if won.update(state=State.FULFILLED, closed_at=now):
        record(case, Action.ALL_TOLD, by=SYSTEM, now=now)


@transaction.atomic
def follow(pk: int, *, now: datetime) -> None:
    case = locked(pk)
    sent_at = letters.sent_at(*letter(case)) if case.steps else None
    if sent_at and (case.state == State.ANSWERING or is_lost(case)):
        record(case, Action.ANSWER_SENT, by=SYSTEM, now=now)
        end(case, at=sent_at)
    elif case.state == State.ANSWERING and letters.fate(*letter(case)) in ("", "lost"):
        lose(pk, now=now)


def letter(case: Request) -> tuple[str, str]:
    """The answer of a case, as the outbox knows it; its step names it."""
    kind, colon, number = case.steps[0].partition(":")
    return f"privacy/{kind}", f"request:{case.reference}{colon}{number}"


def link_letter(case: Request) -> tuple[str, str]:
    export = case.exports.order_by("pk").last()
    return "privacy/export_ready", f"request:{case.reference}:{export.pk if export else 0}"


def end(case: Request, *, at: datetime) -> None:
    """Answered at that moment; who had received the data may still have to confirm."""
    ended: dict[str, Any] = {"state": State.FULFILLED, "closed_at": at}
    if case.refusal:
        ended["state"] = State.REFUSED
    elif duties.running(case).exists():
        ended = {"state": State.AWAITING_RECIPIENTS}
    Request.objects.filter(pk=case.pk).update(**ended)


@transaction.atomic
def lose(pk: int, *, now: datetime) -> None:
    """Leave it to the officer, with the answer that was written; nothing has ended."""
    case = locked(pk)
    if case.state not in (State.ANSWERING, State.AWAITING_REQUESTER):
        return
    Export.objects.filter(request=case, state=Export.State.READY).update(state=Export.State.EXPIRED)
    Request.objects.filter(pk=pk).update(
        state=State.NEEDS_OPERATOR, link_digest="", link_until_at=None
    )
    event = record(case, Action.ANSWER_LOST, by=SYSTEM, now=now)
    watching.write(case, "lost", str(event.sequence))


def is_lost(case: Request) -> bool:
    """Whether the case waits because its answer did not arrive."""
    stop = stopped_by(case)
    lost = stop is not None and stop.action == Action.ANSWER_LOST
    return lost and case.state == State.NEEDS_OPERATOR


@transaction.atomic
def otherwise(case: Request, way: Way, reason: str, *, by: Actor, now: datetime) -> None:
    """The officer answered without a letter of ours, and says how: the case can end."""
    refuse_own(case, by)
    if not reason.strip():
        raise ReasonsMissing
    case = locked(case.pk)
    if not is_lost(case):
        raise NotPossible
    Note.objects.create(request=case, text=reason, author_id=by.staff_id, written_at=now)
    record(case, Action.OTHERWISE, by=by, now=now, reason=way)
    if case.kind == Kind.ERASURE and case.sealed:
        answering.accept(case, now=now)
    else:
        end(case, at=now)
