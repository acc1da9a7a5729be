"""Writing a correction down: in the row it is about, and in every copy of the same fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q

from privacy.declarations import Declaration, Group, registry
from privacy.subjects import Subject
from privacy.vocabulary import Rectify


class NotFitting(Exception):
    """The value cannot stand there: what else is known of the row does not go with it."""


def text(row: Model, name: str) -> str:
    """A field as plain text, as it is compared and kept in a difference."""
    field: Any = row._meta.get_field(name)
    return "" if getattr(row, name) is None else str(field.value_to_string(row))


def write(row: Model, name: str, value: str) -> None:
    """Set one field, as a form would. Raises NotFitting."""
    field: Any = row._meta.get_field(name)
    try:
        setattr(row, name, None if value == "" and field.null else field.clean(value, row))
        row.validate_constraints()
    except ValidationError as why:
        raise NotFitting from why
    with transaction.atomic():
        row.save(update_fields=[name])


def group_of(declaration: Declaration, name: str) -> Group | None:
    return next((group for group in declaration.personal if name in group.fields), None)


def fact_of(model: type[Model], name: str) -> str:
    """What a field says of its person, where others may say it too; empty where none does."""
    declaration = registry.get(model)
    return declaration.facts.get(name, "") if declaration else ""


def copies(
    subject: Subject, fact: str, before: str, *, besides: Model
) -> Iterator[tuple[Model, str]]:
    """The person's other rows and fields that say the same.

    Only where the row is still in use: what an ended contract was carried out with stays true.
    """
    if not fact or not before:
        return
    for declaration in registry.values():
        for name in (name for name, said in declaration.facts.items() if said == fact):
            for row in saying(declaration, name, before, subject):
                if row != besides:
                    yield row, name


def rewritable(model: type[Model], name: str) -> bool:
    """Whether a field may change at all; else it stays as it was issued."""
    declaration = registry.get(model)
    group = group_of(declaration, name) if declaration else None
    return group is not None and group.rectify is not Rectify.NEVER


def saying(declaration: Declaration, name: str, value: str, subject: Subject) -> list[Model]:
    """The rows of this person, in the role that the field speaks of, with exactly this value."""
    group = group_of(declaration, name)
    role = declaration.roles.get(group.about) if group else None
    if role is None:
        return []
    model = declaration.model
    in_use = Q() if declaration.performing is None else declaration.performing
    mine = model._base_manager.filter(role.reach(subject)).values("pk")
    rows = model._base_manager.filter(in_use, pk__in=mine, **{name: value})
    return [*rows.order_by("pk").select_for_update(of=("self",))]


def row_of(label: str, key: str) -> Model | None:
    """The row that a correction or statement is about, locked; None where it is gone."""
    model = next((model for model in registry if model._meta.label == label), None)
    if model is None:
        return None
    rows = model._base_manager.select_for_update(of=("self",))
    found: Model | None = rows.filter(pk=key).first()
    return found
