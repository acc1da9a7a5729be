"""Which of a person's rows were there at a moment: an erasure done again spares the newer ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import DateTimeField, Model, Q

from privacy.declarations import Declaration, Role
from privacy.subjects import Subject


def there_before(declaration: Declaration, role: Role, subject: Subject) -> Q:
    """Rows of which any date is not later than the subject's ``before``.

    The account's own rows need no date: its random number cannot be anybody else's.
    """
    if subject.before is None:
        return Q()
    known = Q(
        *((f"{name}__lte", subject.before) for name in dated(declaration, role)), _connector="OR"
    )
    if role.user and subject.user:
        known |= Q((role.user, subject.user.pk))
    return known or Q(pk__in=())


def dated(declaration: Declaration, role: Role) -> Iterator[str]:
    """The dates of the row and of the one through which it is the person's."""
    model: Any = declaration.model
    way = ""
    yield from dates(model)
    for step in role.email.split("__")[:-1]:
        model, way = model._meta.get_field(step).related_model, f"{way}{step}__"
        yield from (f"{way}{name}" for name in dates(model))


def dates(model: type[Model]) -> list[str]:
    return [f.name for f in model._meta.concrete_fields if isinstance(f, DateTimeField)]
