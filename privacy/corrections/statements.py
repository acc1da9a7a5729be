"""What a person says beside a record that stays as it is: kept with it, shown and exported with it."""  # noqa: E501

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from privacy.declarations import Declaration, registry
from privacy.models import Note, Request
from privacy.models.events import Action
from privacy.models.requests import State
from privacy.purposes import purposes
from privacy.requests.events import PERSON, record
from privacy.requests.subject import subject_of
from privacy.rule import NOTHING, due

STATEMENT = Note.Kind.STATEMENT
ACCOUNTABILITY = "privacy-accountability"


def attach(case: Request, row: Model, text: str, *, now: datetime) -> Note:
    """Put the person's own words beside a record, once. In the caller's transaction."""
    label, key = row._meta.label, str(row.pk)
    declaration, subject = registry[type(row)], subject_of(case)
    mine = declaration.model._base_manager.filter(pk=row.pk)
    roles = {name for name, role in declaration.roles.items() if mine.filter(role.reach(subject))}
    note, new = Note.objects.get_or_create(
        request=case,
        kind=STATEMENT,
        model=label,
        key=key,
        text=text,
        defaults={"written_at": now, "role": as_whom(roles)},
    )
    if new:
        record(case, Action.STATED, by=PERSON, now=now, reason=label[:60])
    return note


def as_whom(roles: Collection[str]) -> str:
    """In which one of his roles a person speaks in a row: the main one, where he has it."""
    return "" if "" in roles else min(roles, default="")


def accepted() -> QuerySet[Note]:
    """All that stand beside a record: not those of a request that was refused or taken back."""
    gone = (State.REFUSED, State.WITHDRAWN)
    return Note.objects.filter(kind=STATEMENT).exclude(model="").exclude(request__state__in=gone)


def beside(model: type[Model], keys: Iterable[Any]) -> dict[str, list[Note]]:
    """The statements that stand beside rows of one model, by their keys."""
    found: dict[str, list[Note]] = {}
    rows = accepted().filter(model=model._meta.label, key__in=[str(key) for key in keys])
    for note in rows.exclude(text=""):
        found.setdefault(note.key, []).append(note)
    return found


def apart(notes: Iterable[Note], roles: Collection[str]) -> tuple[list[str], bool]:
    """The person's own words; and whether somebody else's stand there, which are not his to read.

    The buyer of a gift and its receiver may both have said something beside one order.
    """
    mine = as_whom(roles)
    notes = [*notes]
    return [note.text for note in notes if note.role == mine], any(n.role != mine for n in notes)


def lasting(model: type[Any]) -> Q | None:
    """What the night leaves alone: a statement as long as its record says anything, and its case.

    Of the case only what is left of it when its own time is over: its address and message went
    before.
    """
    if model not in (Note, Request):
        return None
    now = timezone.now()
    kept = reduce(or_, (still_there(d, now) for d in with_statements()), NOTHING)
    notes = Note.objects.filter(kept, kind=STATEMENT)
    if model is Note:
        return Q(pk__in=notes.values("pk"))
    over = purposes[ACCOUNTABILITY].retention.cutoff(now)
    return Q(pk__in=notes.values("request"), closed_at__lt=over)


def with_statements() -> list[Declaration]:
    labels = Note.objects.filter(kind=STATEMENT).exclude(model="").values_list("model", flat=True)
    return [registry[apps.get_model(label)] for label in sorted({*labels})]


def still_there(declaration: Declaration, now: datetime) -> Q:
    """Matches the statements beside rows of which something is not yet due."""
    due_now = [due(declaration, group, now, on_request=False) for group in declaration.personal]
    ours = Note.objects.filter(kind=STATEMENT, model=declaration.label)
    rows = declaration.model._base_manager.filter(pk__in=list(ours.values_list("key", flat=True)))
    keys = rows.exclude(reduce(and_, due_now)).values_list("pk", flat=True)
    return Q(model=declaration.label, key__in=[str(pk) for pk in keys])
