"""A person asks that one thing is kept longer, until a day, and takes that back (P24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils.text import capfirst

from privacy.declarations import Declaration, registry
from privacy.holds.placing import NotHoldable, place, release
from privacy.holds.rows import holdable
from privacy.models import Hold
from privacy.requests.events import PERSON
from privacy.subjects import Subject

LONGEST = timedelta(days=10 * 366)
SHOWN = 200  # things to choose from, the latest first


@dataclass(frozen=True)
class Thing:
    """One row that has a number of its own, such as an order."""

    model: str
    key: str
    name: str

    @property
    def value(self) -> str:
        return f"{self.model}:{self.key}"


def things_of(subject: Subject) -> list[Thing]:
    """What a person can point at."""
    return [
        Thing(d.label, str(row.pk), called(d, row)) for d in nameable() for row in rows(d, subject)
    ]


def nameable() -> list[Declaration]:
    return [d for d in registry.values() if holdable(d.model) and number_of(d)]


def number_of(declaration: Declaration) -> str:
    """The row's own column by which people name it."""
    own = [r.reference for r in declaration.roles.values() if r.reference]
    return next((name for name in own if "__" not in name), "")


def rows(declaration: Declaration, subject: Subject) -> Any:
    mine = declaration.model._base_manager.filter(declaration.roles[""].reach(subject))
    return mine.order_by("-pk")[:SHOWN]


def called(declaration: Declaration, row: Model) -> str:
    return f"{capfirst(declaration.singular)} {getattr(row, number_of(declaration))}"


def keep_longer(subject: Subject, thing: str, until: datetime, *, now: datetime) -> Hold:
    """Keep one of the person's own things; asked again, the new day counts. Raises NotHoldable."""
    chosen = {one.value: one for one in things_of(subject)}.get(thing)
    if chosen is None or not now < until <= now + LONGEST:
        raise NotHoldable(thing)
    with transaction.atomic():
        hold = place(
            apps.get_model(chosen.model),
            chosen.key,
            Hold.Ground.WISH,
            by=PERSON,
            now=now,
            user=subject.user,
            until_at=until,
        )
        Hold.objects.filter(pk=hold.pk, released_at=None).update(until_at=until)
    return hold


def take_back(subject: Subject, pk: int, *, now: datetime) -> bool:
    """End one's own wish; True for the caller that did."""
    mine = Hold.objects.filter(pk=pk, user=subject.user, ground=Hold.Ground.WISH).first()
    return release(mine, by=PERSON, now=now) if mine and subject.user else False


def wishes_of(subject: Subject) -> list[tuple[Hold, str]]:
    """What is kept longer because the person asked, with its name."""
    live = Hold.objects.filter(user=subject.user, ground=Hold.Ground.WISH, released_at=None)
    names = {one.value: one.name for one in things_of(subject)}
    return [(hold, names.get(f"{hold.model}:{hold.key}", hold.key)) for hold in live]


def forget_wishes(subject: Subject, now: datetime) -> None:
    """Who has himself erased wants nothing kept any longer."""
    if subject.user and subject.user.pk:
        live = Hold.objects.filter(user=subject.user.pk, released_at=None)
        live.filter(ground=Hold.Ground.WISH).update(released_at=now)
