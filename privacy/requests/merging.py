"""The same request, filed twice: the later one joins the earlier, and the person hears so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from privacy.models import Note, Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.requests import decisions
from privacy.requests.decisions import MINIMAL, NotPossible, tell
from privacy.requests.events import SYSTEM, Actor, record

# What somebody still looks at; who waits for no more than to be fetched asks anew.
ASKED = Q(state=State.AWAITING_REQUESTER, asked_at__isnull=False)
ASSESSED = Q(state__in=(State.IN_ASSESSMENT, State.NEEDS_OPERATOR)) | ASKED


def earlier(case: Request) -> Request | None:
    """An open request of the same person that asks for all that this one asks for.

    Only what was proved counts: for the same address, or by the same account. One that says
    something more is no duplicate.
    """
    same = Q(email__iexact=case.email) & ~Q(email="")
    if case.user_id:
        same |= Q(user=case.user_id)
    waiting = Request.objects.filter(same, ASSESSED, kind=case.kind)
    waiting = waiting.exclude(email_proved_at=None).filter(cooling_off_until=None)
    if case.pk:
        waiting = waiting.filter(pk__lt=case.pk)
    for key in ("message", "order_reference"):
        if said := getattr(case, key):
            waiting = waiting.filter((key, said))
    return waiting.filter(appeal_of=case.appeal_of_id).order_by("pk").first()


def join_earlier(case: Request, *, now: datetime) -> Request | None:
    """Join a request that was just proved. In the caller's transaction, which holds its row."""
    first = earlier(case)
    if first is not None:
        join(case, first, by=SYSTEM, now=now)
    return first


@transaction.atomic
def merge(case: Request, reference: str, *, by: Actor, now: datetime) -> None:
    """An officer sees that two requests are one. What the later one says goes with it."""
    decisions.refuse_own(case, by)
    first = Request.objects.filter(ASSESSED, reference=reference).first()
    if first is None or not same_person(case, first):
        raise NotPossible
    decisions.refuse_own(first, by)
    join(case, first, by=by, now=now)


def same_person(case: Request, first: Request) -> bool:
    """Never two people: that would give the one what is the other's."""
    if case.pk == first.pk or not (case.email_proved_at and first.email_proved_at):
        return False
    account = case.user_id is not None and case.user_id == first.user_id
    return account or (case.email.lower() == first.email.lower() != "")


def join(case: Request, first: Request, *, by: Actor, now: datetime) -> None:
    """End the later one as a duplicate; both addresses are told, if they are two."""
    decisions.wait_no_longer(case, by=by, now=now)
    said, to, kind = case.message, case.email, {"same": first.reference}
    tell(case, "privacy/duplicate", **kind)
    if to.lower() != first.email.lower():
        tell(first, "privacy/duplicate", about=f":{case.pk}", **kind)
    ended = {"state": State.DUPLICATE, "duplicate_of": first, "closed_at": now, **MINIMAL}
    decisions.move(case, State.IN_ASSESSMENT, State.NEEDS_OPERATOR, **ended)
    record(case, Action.DUPLICATE, by=by, now=now)
    Request.objects.select_for_update().get(pk=first.pk)
    record(first, Action.JOINED, by=by, now=now)
    if said and said != first.message:
        Note.objects.create(
            request=first, kind=Note.Kind.REPLY, text=said, author_id=by.staff_id, written_at=now
        )
