"""What a person can call wrong: his own things, and in each the fields that may change or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, EmailField, Field, FileField, JSONField, Model
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language

from privacy.declarations import Declaration, Group, registry
from privacy.export import secret_key
from privacy.requests import wording
from privacy.subjects import Subject
from privacy.vocabulary import Category, Erase, Rectify, Source

SHOWN = 50  # things of one kind to choose from, the latest first
OTHERS = (Category.WORK, Category.CREDENTIALS, Category.RIGHTS, Category.CHOICES)
NO_WORDS = (BooleanField, FileField, JSONField)


@dataclass(frozen=True)
class Thing:
    """One row of the person's, and what in it he may dispute."""

    declaration: Declaration
    row: Model
    number: str  # by which the person names it; empty where it has none, or it is not his
    changeable: tuple[str, ...]  # we change it, if it is wrong
    fixed: tuple[str, ...]  # stays as it was issued: a statement is put beside it

    @property
    def label(self) -> str:
        return self.declaration.label

    @property
    def value(self) -> str:
        return f"{self.label}:{self.row.pk}"

    @property
    def name(self) -> str:
        return f"{capfirst(self.declaration.singular)} {self.number}".strip()


def number_of(declaration: Declaration, row: Model, roles: set[str]) -> str:
    """The row's own number, as of an order or invoice, if it is this person's to know."""
    named = [declaration.roles[role].reference for role in roles]
    his = {name for group in declaration.personal if group.about in roles for name in group.fields}
    name = next((name for name in [*named, "number"] if name in his), "")
    return str(getattr(row, name)) if name else ""


def things(subject: Subject) -> list[Thing]:
    """What a person can choose from."""
    found = [thing for declaration in open_to_dispute() for thing in of_kind(declaration, subject)]
    called = Counter(thing.name for thing in found)
    return [dated(thing) if called[thing.name] > 1 else thing for thing in found]


def dated(thing: Thing) -> Thing:
    """Told apart from others of its name by its day, where the row knows one, and by its key."""
    at = getattr(thing.row, thing.declaration.clock, None)
    day = wording.day(localtime(at), get_language() or "nl") if isinstance(at, datetime) else ""
    return replace(thing, number=f"{day} ({thing.row.pk})".strip())


def open_to_dispute() -> Iterator[Declaration]:
    """What other rooms hold, but for what is found by a secret: a key must not stand on a page."""
    for declaration in registry.values():
        ours = declaration.model._meta.app_label == "privacy"
        if declaration.personal and not ours and not secret_key(declaration):
            yield declaration


def of_kind(declaration: Declaration, subject: Subject) -> Iterator[Thing]:
    """The latest of one kind, each with the fields of the roles that the person has in it."""
    roles = {name: keys(declaration, name, subject) for name in declaration.roles}
    latest = declaration.model._base_manager.filter(pk__in=set().union(*roles.values()))
    for row in latest.order_by("-pk")[:SHOWN]:
        if thing := made_of(declaration, row, {n for n, pks in roles.items() if row.pk in pks}):
            yield thing


def keys(declaration: Declaration, role: str, subject: Subject) -> set[Any]:
    mine = declaration.model._base_manager.filter(declaration.roles[role].reach(subject))
    return {*mine.order_by("-pk").values_list("pk", flat=True)[:SHOWN]}


def made_of(declaration: Declaration, row: Model, roles: set[str]) -> Thing | None:
    groups = [group for group in declaration.personal if group.about in roles and common(group)]
    changeable = fields(declaration, groups, Rectify.ON_REQUEST)
    fixed = fields(declaration, groups, Rectify.NEVER)
    number = number_of(declaration, row, roles)
    found = Thing(declaration, row, number, changeable, fixed)
    said = any(getattr(row, name) not in (None, "") for name in (*changeable, *fixed))
    return found if said else None  # of what was blanked nothing can be wrong


def common(group: Group) -> bool:
    """What says who and where a person is, or what he said; not what became of an order."""
    ours = group.source is Source.DERIVED or group.erase is Erase.UNLINKED
    return not (ours or group.withheld or group.category in OTHERS)


def fields(declaration: Declaration, groups: list[Group], who: Rectify) -> tuple[str, ...]:
    named = [name for group in groups if group.rectify is who for name in group.fields]
    return tuple(name for name in named if in_words(declaration.model._meta.get_field(name), who))


def in_words(field: Any, who: Rectify) -> bool:
    """Whether a person can type it. An e-mail address changes only by proof, on its own page."""
    if not isinstance(field, Field) or field.is_relation or isinstance(field, NO_WORDS):
        return False
    if who is Rectify.NEVER:  # what is chosen from a list says where it stands, not who he is
        return field.get_internal_type() in ("CharField", "TextField") and not field.choices
    return field.editable and not isinstance(field, EmailField)


def find(subject: Subject, value: str) -> Thing | None:
    """One of the person's own things by its value; None for anybody else's, and for nonsense."""
    label, _colon, key = value.partition(":")
    for declaration in open_to_dispute():
        if declaration.label == label:
            return one(declaration, key, subject)
    return None


def one(declaration: Declaration, key: str, subject: Subject) -> Thing | None:
    if "\x00" in key:
        return None
    try:
        pk = declaration.model._meta.pk.to_python(key)
    except ValidationError:
        return None
    rows = declaration.model._base_manager.filter(pk=pk)
    roles = {name for name, role in declaration.roles.items() if rows.filter(role.reach(subject))}
    row = rows.first() if roles else None
    return made_of(declaration, row, roles) if row else None
