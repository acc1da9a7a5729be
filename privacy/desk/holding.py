"""Holds on single things of the person of a case: placed and released from its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from privacy import holds
from privacy.holds.wishes import Thing, things_of
from privacy.models import Hold, Request
from privacy.models.events import Action
from privacy.requests.decisions import NotPossible, refuse_own
from privacy.requests.events import Actor, record
from privacy.requests.subject import subject_of

AGAINST_HIS_WILL = (Hold.Ground.CLAIM, Hold.Ground.AUTHORITY, Hold.Ground.DISPUTE)


def things(case: Request) -> list[Thing]:
    """What can be held: the proved person's, while the case knows who that is."""
    known = case.email and case.email_proved_at
    return things_of(subject_of(case)) if known else []


def in_force(case: Request, own: list[Thing]) -> list[dict[str, Any]]:
    """The holds on the person's things, and those that were placed from this case."""
    names = {one.value: one.name for one in own}
    placed = case.events.filter(action=Action.HOLD_PLACED).values_list("reason", flat=True)
    mine = Q(pk__in=())
    for value in {*names, *placed}:
        model, _colon, key = value.partition(":")
        mine |= Q(model=model, key=key)
    live = Hold.objects.filter(mine, released_at=None, ground__in=AGAINST_HIS_WILL)
    rows = live.select_related("author")
    return [{"hold": one, "name": names.get(f"{one.model}:{one.key}", one)} for one in rows]


@transaction.atomic
def place(
    case: Request, thing: str, ground: Hold.Ground, *, by: Actor, now: datetime, **said: Any
) -> None:
    """Keep one thing from being erased; the rest goes on. said: reason, without names."""
    refuse_own(case, by)
    if thing not in {one.value for one in things(case)}:
        raise NotPossible
    model, _colon, key = thing.partition(":")
    holds.place(apps.get_model(model), key, ground, by=by, now=now, **said)
    note(case, Action.HOLD_PLACED, thing, by=by, now=now)


@transaction.atomic
def release(case: Request, pk: int, *, by: Actor, now: datetime) -> None:
    """End a hold on one thing. What was kept for it alone goes by itself."""
    refuse_own(case, by)
    mine = {one["hold"].pk: one["hold"] for one in in_force(case, things(case))}
    if pk not in mine or not holds.release(mine[pk], by=by, now=now):
        raise NotPossible
    note(case, Action.HOLD_RELEASED, f"{mine[pk].model}:{mine[pk].key}", by=by, now=now)


def note(case: Request, action: Action, thing: str, *, by: Actor, now: datetime) -> None:
    Request.objects.select_for_update().get(pk=case.pk)
    record(case, action, by=by, now=now, reason=thing[:60])
