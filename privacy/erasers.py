"""What is written where a value goes and its row stays. The same when it runs twice."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db.models import (
    BinaryField,
    CharField,
    F,
    Field,
    Func,
    JSONField,
    ManyToManyField,
    Model,
    Q,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat

from privacy import generalising
from privacy.declarations import Declaration, Group
from privacy.vocabulary import Erase, Generalise

MARK = "erased-"  # then a random UUID
RANDOM_LENGTH = len(MARK) + 36


def values(declaration: Declaration, group: Group) -> dict[str, Any]:
    """The column values that erase a group; none if it goes with its link.

    ValueError: a column takes neither NULL nor an empty value, so pass ``erase=``.
    """
    if group.erase is Erase.UNLINKED:
        return {}
    if isinstance(group.erase, Generalise):
        (field,) = columns(declaration, group)
        return {field.name: generalising.written(declaration, group, blank(field))}
    whole = {field.name: value(field, group.erase) for field in columns(declaration, group)}
    return whole | {name: without(name, paths) for name, paths in keyed(group).items()}


def columns(declaration: Declaration, group: Group) -> list[Field[Any, Any]]:
    fields = declaration.model._meta.fields
    return [field for field in fields if field.name in group.fields]


def keyed(group: Group) -> dict[str, list[list[str]]]:
    """The JSON keys of a group by their column, each as the way to it."""
    found: dict[str, list[list[str]]] = {}
    for name in group.fields:
        column, *path = name.split(".")
        if path:
            found.setdefault(column, []).append(path)
    return found


def without(column: str, paths: list[list[str]]) -> Any:
    """The JSON of a column less these keys; the others stay as they are."""
    left: Any = F(column)
    for path in paths:
        way = Value(path, output_field=ArrayField(TextField()))
        left = Func(left, way, template="(%(expressions)s)", arg_joiner=" #- ")
        left.output_field = JSONField()
    return left


def lacks(column: str, path: list[str]) -> Q:
    *before, last = path
    return ~Q((f"{'__'.join([column, *before])}__has_key", last))


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
    if group.erase is Erase.UNLINKED:
        stored = columns(declaration, group) or keyed(group)
        return Q() if stored else emptied(declaration, group)
    done = emptied(declaration, group)
    for field in columns(declaration, group):
        done &= gone(declaration, group, field)
    for column, paths in keyed(group).items():
        done &= Q(*(lacks(column, path) for path in paths))
    return done


def emptied(declaration: Declaration, group: Group) -> Q:
    """The rows in which the group's many-to-many fields hold nobody."""
    done = Q()
    for link in many(declaration, group):
        done &= ~Q(pk__in=through(link).values(link.m2m_column_name()))
    return done


def gone(declaration: Declaration, group: Group, field: Field[Any, Any]) -> Q:
    if group.erase is Erase.RANDOM:
        return Q((f"{field.name}__startswith", MARK))
    if isinstance(group.erase, Generalise):
        return same(field, blank(field)) | generalising.done(declaration, group, field)
    return same(field, value(field, group.erase))


def same(field: Field[Any, Any], wanted: Any) -> Q:
    return Q((f"{field.name}__isnull", True)) if wanted is None else Q((field.name, wanted))


def through(link: ManyToManyField[Any, Any]) -> Any:
    return cast("type[Model]", link.remote_field.through)._base_manager.all()


def unlink(declaration: Declaration, group: Group, pks: Any) -> None:
    """Empty the group's many-to-many fields in these rows."""
    for link in many(declaration, group):
        through(link).filter(**{f"{link.m2m_field_name()}__in": pks}).delete()
