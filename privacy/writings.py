"""What a person wrote in other people's records: an officer looks at each before an erasure ends.

A gift note belongs to whoever received the gift, an officer's note to whom it is about; it also is
its writer's. So neither side decides alone: it is kept or taken out, with a ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import translation

from privacy import erased, erasers
from privacy.declarations import Declaration, Group, registry
from privacy.models import Correction, Request
from privacy.models.events import Action
from privacy.requests import decisions, watching
from privacy.requests.events import SYSTEM, Actor, record
from privacy.subjects import Subject

STATES = Correction.State


def authored() -> Iterator[tuple[Declaration, Group]]:
    """The groups that somebody else wrote than the person they speak of."""
    for declaration in registry.values():
        for group in declaration.personal:
            if group.author is not None:
                yield declaration, group


def written_by(subject: Subject) -> Iterator[tuple[Declaration, str, list[Any]]]:
    """Per field the keys of the rows in which this person wrote about somebody else."""
    for declaration, group in authored():
        mine = declaration.roles[group.author or ""].reach(subject)
        empty = erasers.erased(declaration, group)
        rows = declaration.model._base_manager.filter(mine).exclude(empty).order_by("pk")
        for field in group.fields:
            if keys := [*rows.values_list("pk", flat=True)]:
                yield declaration, field, keys


def count(subject: Subject) -> int:
    return sum(len(keys) for _declaration, _field, keys in written_by(subject))


def open_for(case: Request, subject: Subject, *, now: datetime) -> None:
    """One task for each; in the transaction that erases, before the rows let go of the person."""
    tasks = [
        Correction(
            request=case, model=declaration.label, key=str(key), field=field, state=STATES.REVIEW
        )
        for declaration, field, keys in written_by(subject)
        for key in keys
    ]
    if tasks:
        Correction.objects.bulk_create(tasks)
        record(case, Action.REVIEWING, by=SYSTEM, now=now, reason=str(len(tasks)))
        watching.write(case, "texts", "")


def waiting(case: Request) -> QuerySet[Correction]:
    """What keeps an erasure from going on."""
    return case.corrections.filter(state=STATES.REVIEW)


def spared(declaration: Declaration, group: Group, keys: Iterable[Any]) -> set[Any]:
    """Of these rows, in which the person wrote: where the text waits for an officer, or stays."""
    if group.author is None or not (named := {str(key): key for key in keys}):
        return set()
    tasks = Correction.objects.filter(model=declaration.label, field__in=group.fields)
    tasks = tasks.filter(key__in=[*named], state__in=(STATES.REVIEW, STATES.KEPT))
    return {named[key] for key in tasks.values_list("key", flat=True)}


@transaction.atomic
def decide(case: Request, chosen: Iterable[int], ground: str, *, by: Actor, now: datetime) -> None:
    """Keep or take out each of these texts, once. The ground says which of the two it is."""
    decisions.refuse_own(case, by)
    Request.objects.select_for_update().get(pk=case.pk)
    out = ground in Correction.TAKES_OUT
    state = STATES.REDACTED if out else STATES.KEPT
    tasks = [*waiting(case).filter(pk__in=[*chosen])]
    if not tasks:
        raise decisions.NotPossible
    for task in tasks:
        if out:
            take_out(task, now)
        Correction.objects.filter(pk=task.pk).update(
            state=state, ground=ground, first_by_id=by.staff_id, decided_at=now
        )
        reason = f"{state}:{ground}:{task.model}.{task.field}"
        record(case, Action.REVIEWED, by=by, now=now, reason=reason[:60])


def take_out(task: Correction, now: datetime) -> None:
    """Erase the text; what was saved before and comes late does not bring it back."""
    declaration, group = place_of(task)
    value = erasers.values(declaration, group)[task.field]
    declaration.model._base_manager.filter(pk=task.key).update(**{task.field: value})
    erased.remember(declaration, {task.key: {task.field}}, now)


def place_of(task: Correction) -> tuple[Declaration, Group]:
    declaration = registry[apps.get_model(task.model)]
    return declaration, next(g for g in declaration.personal if task.field in g.fields)


def shown(case: Request) -> list[dict[str, Any]]:
    """For the officer: where each stands, and the text while it is not decided."""
    return [in_words(task) for task in case.corrections.filter(state__in=REVIEWS).order_by("pk")]


def in_words(task: Correction) -> dict[str, Any]:
    declaration, _group = place_of(task)
    row = declaration.model._base_manager.filter(pk=task.key)
    text = row.values_list(task.field, flat=True).first() if task.state == STATES.REVIEW else ""
    name = f"{declaration.singular}: {declaration.name_of(task.field)}"
    return {"task": task, "name": name, "text": text or "", "open": task.state == STATES.REVIEW}


def told(case: Request) -> list[dict[str, Any]]:
    """For the receipt: how many were kept or taken out, and on which ground; no text."""
    done = case.corrections.filter(state__in=(STATES.KEPT, STATES.REDACTED)).order_by()
    rows = done.values("state", "ground").annotate(number=Count("pk")).order_by("state", "ground")
    with translation.override(case.language):
        return [
            {
                "number": row["number"],
                "state": str(STATES(row["state"]).label),
                "ground": str(Correction.Ground(row["ground"]).label),
            }
            for row in rows
        ]


def taken_out(declaration: Declaration, keys: Iterable[Any]) -> dict[str, dict[str, str]]:
    """By row: the fields from which an officer took what somebody else had written, and why."""
    found: dict[str, dict[str, str]] = {}
    fields = [
        name for group in declaration.personal if group.author is not None for name in group.fields
    ]
    if not fields:
        return found
    tasks = Correction.objects.filter(model=declaration.label, state=STATES.REDACTED)
    for task in tasks.filter(field__in=fields, key__in=[str(key) for key in keys]):
        found.setdefault(task.key, {})[task.field] = task.ground
    return found


def under_review(subject: Subject) -> int:
    """How many texts of others in this person's records wait for an officer now."""
    return sum(waiting_in(declaration, group, subject) for declaration, group in authored())


def waiting_in(declaration: Declaration, group: Group, subject: Subject) -> int:
    tasks = Correction.objects.filter(model=declaration.label, field__in=group.fields)
    keys = [*tasks.filter(state=STATES.REVIEW).values_list("key", flat=True)]
    reach = declaration.roles[group.about].reach(subject) if keys else Q(pk__in=())
    return declaration.model._base_manager.filter(reach, pk__in=keys).count() if keys else 0


REVIEWS = (STATES.REVIEW, STATES.KEPT, STATES.REDACTED)
