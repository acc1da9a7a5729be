"""What is written where a value goes and its row stays. Constants, so that it may run twice."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.postgres.functions import RandomUUID
from django.db.models import BinaryField, CharField, Field, ManyToManyField, Model, Q, Value
from django.db.models.functions import Cast, Concat

from privacy.declarations import Declaration, Group
from privacy.vocabulary import Erase

MARK = "erased-"  # then a random UUID
RANDOM_LENGTH = len(MARK) + 36


def values(declaration: Declaration, group: Group) -> dict[str, Any]:
    """The column values that erase a group; none if it goes with its link.

    ValueError: a column takes neither NULL nor an empty value, so pass ``erase=``.
    """
    if group.erase is Erase.UNLINKED:
        return {}
    return {field.name: value(field, group.erase) for field in columns(declaration, group)}


def columns(declaration: Declaration, group: Group) -> list[Field[Any, Any]]:
    fields = declaration.model._meta.fields
    return [field for field in fields if field.name in group.fields]


def many(declaration: Declaration, group: Group) -> list[ManyToManyField[Any, Any]]:
    fields = declaration.model._meta.many_to_many
    return [field for field in fields if field.name in group.fields]


def value(field: Field[Any, Any], erase: Any) -> Any:
    if erase is Erase.RANDOM:
        return Concat(Value(MARK), Cast(RandomUUID(), CharField()), output_field=CharField())
    return blank(field) if erase is Erase.BLANK else erase


def blank(field: Field[Any, Any]) -> Any:
    """NULL, else the column's empty value. ValueError where it has none, or must be unique."""
    if field.null:
        return None
    if not field.unique:
        if field.default in (list, dict):
            return field.default()
        if isinstance(field, BinaryField):
            return b""
        if field.empty_strings_allowed and field.get_internal_type() != "UUIDField":
            return ""
    raise ValueError(f"{field.name} takes neither NULL nor an empty value.")


def erased(declaration: Declaration, group: Group) -> Q:
    """The rows in which the group has been erased already; all of them if it goes by its link.

    None of a model whose rows are always deleted whole: its values are never blanked.
    """
    if declaration.whole:
        return Q(pk__in=())
    done = Q()
    for field in columns(declaration, group):
        if group.erase is Erase.UNLINKED:
            return done
        if group.erase is Erase.RANDOM:
            done &= Q((f"{field.name}__startswith", MARK))
        else:
            done &= same(field, value(field, group.erase))
    for link in many(declaration, group):
        done &= ~Q(pk__in=through(link).values(link.m2m_column_name()))
    return done


def same(field: Field[Any, Any], wanted: Any) -> Q:
    return Q((f"{field.name}__isnull", True)) if wanted is None else Q((field.name, wanted))


def through(link: ManyToManyField[Any, Any]) -> Any:
    return cast("type[Model]", link.remote_field.through)._base_manager.all()


def unlink(declaration: Declaration, group: Group, pks: Any) -> None:
    """Empty the group's many-to-many fields in these rows."""
    for link in many(declaration, group):
        through(link).filter(**{f"{link.m2m_field_name()}__in": pks}).delete()
