"""Every field is named once, and what is named can be erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db.models import Field, JSONField, Model, Q

from privacy import erased, erasers, generalising
from privacy.checks.constraints import violated
from privacy.declarations import Declaration, Group
from privacy.vocabulary import Erase, Generalise, Rectify


def path(model: type[Model], lookup: str) -> list[Field[Any, Any]]:
    """The fields a lookup goes through. Raises FieldDoesNotExist."""
    fields: list[Any] = []
    here: Any = model
    for name in lookup.split("__"):
        if here is None:
            raise FieldDoesNotExist(f"{lookup} goes on after a plain field.")
        field: Any = here._meta.pk if name == "pk" else here._meta.get_field(name)
        fields.append(field)
        here = field.related_model if field.is_relation else None
    return fields


def check_names(declaration: Declaration) -> Iterator[CheckMessage]:
    if not declaration.groups:
        return
    model = declaration.model
    named = Counter(declaration.names())
    columns = {name.partition(".")[0] for name in named}
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if field.name not in columns and not field.auto_created:
            hint = "Say in personal_data.py whether it is personal."
            yield Error("The field is undeclared.", hint, field, "privacy.E002")
    for name in (name for name, times in named.items() if times > 1 or within(name, named)):
        hint = "Name it in one group only."
        yield Error(f"It declares {name} more than once.", hint, model, "privacy.E004")
    for lookup in sorted(unknown(model, {*named, *lookups(declaration)})):
        hint = "Was it renamed? Lookups go along foreign keys."
        yield Error(f"It declares {lookup}, which it has not.", hint, model, "privacy.E003")
    yield from check_conditions(declaration)


def within(name: str, named: Counter[str]) -> bool:
    """Whether a JSON key is named beside the whole that it is part of."""
    parts = name.split(".")
    return any(".".join(parts[:length]) in named for length in range(1, len(parts)))


def check_conditions(declaration: Declaration) -> Iterator[CheckMessage]:
    """``performing`` and ``proved`` name what the model has; asked without a database."""
    proved = (role.proved for role in declaration.roles.values())
    for condition in (declaration.performing, *proved):
        try:
            declaration.model._base_manager.filter(condition or Q())
        except (FieldError, ValueError) as error:
            hint = "Correct performing= or proved=."
            yield Error(str(error), hint, declaration.model, "privacy.E003")


def unknown(model: type[Model], names: set[str]) -> Iterator[str]:
    for lookup in names:
        column, _, key = lookup.partition(".")
        try:
            last = path(model, column)[-1]
        except FieldDoesNotExist:
            yield lookup
        else:
            if key and not isinstance(last, JSONField):
                yield lookup


def lookups(declaration: Declaration) -> Iterator[str]:
    for role in declaration.roles.values():
        yield from filter(None, (role.user, role.email, role.reference))
    yield from filter(None, (declaration.clock, *(g.clock for g in declaration.groups)))


def check_erasers(declaration: Declaration) -> Iterator[CheckMessage]:
    """Each eraser against NULL, UNIQUE and CHECK, unless rows are always deleted whole."""
    unfair = [said for group in declaration.personal for said in dishonest(declaration, group)]
    yield from unfair
    if declaration.whole or unfair:
        return
    problems: list[str] = []
    every: dict[str, Any] = {}
    for group in declaration.personal:
        yield from unguarded(declaration, group)
        if wrong := list(misfits(declaration, group)):
            problems += wrong
        else:
            written = least(declaration, group)
            problems += violated(declaration.model, written)
            every |= written
    problems += violated(declaration.model, every)  # groups may break one only together
    yield from (cannot(declaration, problem) for problem in dict.fromkeys(problems))


def unguarded(declaration: Declaration, group: Group) -> Iterator[CheckMessage]:
    """Many-to-many fields of rows that stay: no trigger keeps a late write from filling them."""
    for field in erasers.many(declaration, group) if erased.guarded(declaration, group) else ():
        hint = "Let its rows go whole, or only their links: erase=Erase.UNLINKED."
        yield Error("Once erased it can be filled again.", hint, field, "privacy.E023")


def least(declaration: Declaration, group: Group) -> dict[str, Any]:
    """What is written; of a coarser value, where too few others have the like."""
    if isinstance(group.erase, Generalise):
        return {f.name: erasers.blank(f) for f in erasers.columns(declaration, group)}
    return erasers.values(declaration, group)


def dishonest(declaration: Declaration, group: Group) -> Iterator[CheckMessage]:
    """What is made of the old value still says it: a hash, a pseudonym, a part of an address."""
    hint = "Delete it, blank it, or write a constant; else erase=Generalise(to=..., k=...)."
    if isinstance(group.erase, Generalise):
        for field in erasers.columns(declaration, group) or declaration.model._meta.fields[:1]:
            for said in generalising.misfit(declaration, group, field):
                yield Error(said, hint, declaration.model, "privacy.E024")
    elif not isinstance(group.erase, Erase) and generalising.is_expression(group.erase):
        said = f"{', '.join(group.fields)}: that would be made of the old value."
        yield Error(said, hint, declaration.model, "privacy.E024")


def cannot(declaration: Declaration, problem: str) -> Error:
    hint = "Pass erase=<a value it takes>, Erase.RANDOM for unique text, or make it nullable."
    return Error(f"It cannot be erased: {problem}", hint, declaration.model, "privacy.E005")


def misfits(declaration: Declaration, group: Group) -> Iterator[str]:
    if group.erase is Erase.UNLINKED:
        return
    if erasers.keyed(group) and (group.erase is not Erase.BLANK or group.rectify is Rectify.SELF):
        yield "a key of a JSON field is taken away whole, and corrected on request."
    for field in erasers.columns(declaration, group):
        try:
            yield from misfit(field, group.erase)
        except (ValueError, ValidationError, TypeError) as error:
            yield str(error)


def misfit(field: Field[Any, Any], erase: Any) -> Iterator[str]:
    """Why a column cannot take its eraser. Raises ValueError where there is no blank value."""
    if field.primary_key:
        yield f"{field.name} is the key."
    elif erase is Erase.RANDOM:
        if not field.empty_strings_allowed or (field.max_length or 99) < erasers.RANDOM_LENGTH:
            yield f"{field.name} has no room for {erasers.RANDOM_LENGTH} random characters."
    else:
        less = Erase.BLANK if isinstance(erase, Generalise) else erase
        yield from misfit_constant(field, erasers.value(field, less))


def misfit_constant(field: Field[Any, Any], value: Any) -> Iterator[str]:
    if value is None:
        if not field.null:
            yield f"{field.name} does not take NULL."
        return
    field.to_python(value)
    if field.unique:
        yield f"{field.name} is unique: two rows cannot both be {value!r}."
    if field.max_length and len(str(value)) > field.max_length:
        yield f"{field.name} takes {field.max_length} characters."
    if field.choices and value not in dict(field.flatchoices) and value != "":
        yield f"{field.name} does not know the choice {value!r}."
