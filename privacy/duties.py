"""What each actual recipient must be told of an erasure, correction or restriction (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from privacy import handovers
from privacy.declarations import Group, registry
from privacy.handovers import HERS, concerning, not_yet_told
from privacy.models import Disclosure, Duty, Request
from privacy.models.events import Action
from privacy.purposes import Recipient, recipients
from privacy.requests import wording
from privacy.requests.decisions import NotPossible
from privacy.requests.events import SYSTEM, Actor, record
from privacy.subjects import Subject

State = Duty.State
ADDRESSES = {"email", "recipient"}  # as the ledger calls them


def open_for(
    case: Request,
    kind: Duty.Kind,
    subject: Subject,
    *,
    now: datetime,
    fields: Iterable[str] | None = None,
) -> list[Duty]:
    """One duty for each recipient that was really given data of the person; safe to repeat.

    Of a correction only those who were given one of its ``fields``. In the caller's transaction,
    before the rows let go of the person. The next sweep tells them.
    """
    given: dict[str, list[Disclosure]] = {}
    rows = received(subject, fields)
    if kind == Duty.Kind.ERASURE:  # what still runs stays: its recipients are told when it goes
        rows = rows.exclude(handovers.running())
    for row in rows:
        given.setdefault(row.recipient, []).append(row)
    return [opened(case, kind, key, sealed(key, rows, subject), now) for key, rows in given.items()]


def received(subject: Subject, fields: Iterable[str] | None = None) -> QuerySet[Disclosure]:
    """What was really handed over of the person; of these fields only, or their categories."""
    return Disclosure.objects.filter(HERS.reach(subject), concerning(fields))


def groups() -> Iterator[Group]:
    for declared in registry.values():
        yield from declared.personal


def meant(fields: Iterable[str]) -> set[str]:
    """The fields that a hand-over names, and those of the categories that it names."""
    named = set(fields)
    return named.union(*(group.fields for group in groups() if group.category in named))


def sealed(key: str, rows: list[Disclosure], subject: Subject) -> dict[str, Any]:
    """By what this recipient can find the person: only what he was given by us before."""
    fields = sorted({name for row in rows for name in row.fields})
    occasions = sorted({row.about for row in rows if row.about})
    recipient = recipients.get(key)
    known = recipient.knows(occasions) if recipient and recipient.knows else occasions
    addresses = sorted(subject.emails) if ADDRESSES & meant(fields) else []
    last = max(row.disclosed_at for row in rows)
    gags = [row.told_from_at.isoformat() for row in rows if row.told_from_at]
    gag = {"told_from": max(gags)} if gags else {}
    return {"whom": [*addresses, *known], "fields": fields, "last": last.isoformat(), **gag}


def opened(case: Request, kind: Duty.Kind, key: str, whom: dict[str, Any], now: datetime) -> Duty:
    gag = datetime.fromisoformat(whom["told_from"]) if "told_from" in whom else None
    before = Duty.objects.filter(request=case, recipient=key, kind=kind)
    if kind != Duty.Kind.ERASURE and (known := before.first()):
        return known
    duty, new = Duty.objects.get_or_create(
        request=case,
        recipient=key,
        kind=kind,
        ended_at=None,
        defaults={
            "sealed": whom,
            "opened_at": now,
            "next_try_at": max(now, gag or now),  # before that the officer decides
            "told_from_at": gag,
        },
    )
    recipient = recipients.get(key)
    if new and recipient and (why := needless(recipient, whom, case.language)):
        end(duty, *why, by=SYSTEM, now=now)
    return duty


def needless(recipient: Recipient, whom: dict[str, Any], language: str) -> tuple[str, str] | None:
    """How a duty ends without a word: by contract, or because the law asks for none."""
    with translation.override(language):
        if recipient.exempt:
            return State.IMPOSSIBLE, str(recipient.exempt)
        if recipient.forgets and not (recipient.tell or recipient.desk):
            gone = recipient.forgets.until(datetime.fromisoformat(whom["last"]))
            day = wording.day(timezone.localtime(gone), language)
            return State.CONFIRMED, _("by contract it goes there by itself by %(day)s") % {
                "day": day
            }
    return None


def answer(duty: Duty, state: Duty.State, said: str, *, by: Actor, now: datetime) -> None:
    """The officer writes down what a recipient answered; NotPossible if that ended meanwhile."""
    if state not in Duty.ENDED or (state == State.IMPOSSIBLE and not said.strip()):
        raise NotPossible
    if not end(duty, state, said.strip(), by=by, now=now):
        raise NotPossible


@transaction.atomic
def end(duty: Duty, state: str, said: str, *, by: Actor, now: datetime) -> bool:
    """End a duty once; True for the caller that did. What it was about is forgotten here."""
    live = Duty.objects.exclude(state__in=Duty.ENDED).filter(pk=duty.pk)
    ended = live.update(state=state, said=said[:200], ended_at=now, sealed={})
    if ended:
        case = Request.objects.select_for_update().get(pk=duty.request_id)
        if duty.told_from_at is None or duty.told_from_at <= now:  # the person reads the events
            said = f"{duty.recipient}:{state}"[:60]
            record(case, Action.RECIPIENT, by=by, now=now, reason=said)
        duty.refresh_from_db()
    return bool(ended)


def running(case: Request) -> QuerySet[Duty]:
    """What keeps a case from being fulfilled."""
    return case.duties.exclude(state__in=Duty.ENDED)


def shown(rows: QuerySet[Duty], now: datetime) -> QuerySet[Duty]:
    """Those of which the person may know."""
    return rows.exclude(not_yet_told(now)).order_by("pk")


def told(duties: Iterable[Duty], language: str) -> list[dict[str, str]]:
    """For letters and pages: each recipient, and what he answered, in a language."""
    with translation.override(language):
        return [in_words(duty) for duty in duties]


def in_words(duty: Duty) -> dict[str, str]:
    recipient = recipients.get(duty.recipient)
    return {
        "name": recipient.name if recipient else duty.recipient,
        "where": recipient.land if recipient else "",
        "state": str(State(duty.state).label),
        "said": duty.said,
    }
