"""Every group has a purpose, and a clock that starts and can be searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db.models import DateTimeField, Model

from privacy.checks.fields import path
from privacy.declarations import Declaration


def check_clocks(declaration: Declaration) -> Iterator[CheckMessage]:
    for group in declaration.personal:
        if not group.purposes:
            hint = "Data without a purpose may not be held at all (Art. 5(1)(b) GDPR)."
            fields = ", ".join(group.fields)
            yield Error(f"{fields}: no purpose.", hint, declaration.model, "privacy.E009")
    if declaration.personal:
        for clock in sorted({group.clock or declaration.clock for group in declaration.personal}):
            yield from check_clock(declaration, clock)


def check_clock(declaration: Declaration, clock: str) -> Iterator[CheckMessage]:
    fields = path(declaration.model, clock)
    last = fields[-1]
    if not isinstance(last, DateTimeField):
        hint = "Retention runs from a DateTimeField."
        yield Error(f"{clock} is no moment.", hint, declaration.model, "privacy.E010")
    elif declaration.performing is None and any(field.null for field in fields):
        hint = "Say with performing=Q(…) in which rows it has not started: in others it is over."
        yield Error(f"{clock} may never start.", hint, declaration.model, "privacy.E010")
    elif ours(last.model) and not indexed(last):
        hint = "The purge filters by it every night: db_index=True."
        yield Error(f"{clock} has no index.", hint, declaration.model, "privacy.E011")


def ours(model: type[Model]) -> bool:
    """Whether the table is made by a migration of ours; another's cannot be given an index."""
    return "site-packages" not in apps.get_app_config(model._meta.app_label).path


def indexed(field: Any) -> bool:
    meta = field.model._meta
    first = {index.fields[0] for index in meta.indexes if index.fields}
    named = field.name in {name.lstrip("-") for name in first}
    return bool(field.db_index or field.unique or named)
