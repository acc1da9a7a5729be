"""Rows that carry a person's address but for which nobody proved it: perhaps a mistyped one."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.text import capfirst

from privacy import declarations
from privacy.declarations import Declaration, Role
from privacy.subjects import Subject


def counts(subject: Subject) -> list[tuple[str, int]]:
    """How many such rows other rooms have. They are not given out, corrected or erased."""
    rooms = (  # requests that nobody proved end by themselves
        declaration
        for model, declaration in declarations.registry.items()
        if model._meta.app_label != "privacy"
    )
    found = [(room.plural, unreached(room, subject)) for room in rooms]
    return [(name, number) for name, number in found if number]


def named(subject: Subject, language: str) -> list[list[Any]]:
    """The same for a letter, as JSON values in its language."""
    with translation.override(language):
        return [[capfirst(name), number] for name, number in counts(subject)]


def unreached(declaration: Declaration, subject: Subject) -> int:
    """The rows of nobody's account under the address that no role opens to this person."""
    rows = declaration.model._base_manager.all()
    roles = [role for role in declaration.roles.values() if role.email and subject.emails]
    found = {pk for role in roles for pk in rows.filter(under_it(role, subject)).values_list("pk")}
    if found:
        mine = (role.reach(subject) for role in declaration.roles.values())
        found -= {pk for reach in mine for pk in rows.filter(reach).values_list("pk")}
    return len(found)


def under_it(role: Role, subject: Subject) -> Q:
    return role.nobodys & role.addressed(subject) & role.since(subject)
