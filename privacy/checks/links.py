"""What a foreign key to personal data hides, destroys or blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db.models import CASCADE, PROTECT, RESTRICT, Field

from privacy.declarations import Declaration, registry
from privacy.purposes import Purpose
from privacy.vocabulary import LegalBasis


def check_links(declaration: Declaration) -> Iterator[CheckMessage]:
    meta = declaration.model._meta
    for field in (*meta.local_fields, *meta.local_many_to_many):
        target = registry.get(field.related_model) if field.is_relation else None  # type: ignore[arg-type]
        if target and target.personal and target is not declaration:
            yield from check_hidden(declaration, field)
            if not target.keep_row:
                yield from check_deletion(declaration, field, target)


def check_hidden(declaration: Declaration, field: Field[Any, Any]) -> Iterator[CheckMessage]:
    """A link to a person is personal, whatever it is called."""
    undeclared = declaration.groups and field.name not in declaration.grouped  # E002 says so
    if undeclared or field.name in first_steps(declaration):
        return
    if any(field.name in group.fields for group in declaration.personal):
        return
    hint = "Name it in user=, email= or roles=, or in a personal(…) group."
    yield Error("It points to a person and is called impersonal.", hint, field, "privacy.E006")


def first_steps(declaration: Declaration) -> set[str]:
    roles = declaration.roles.values()
    return {lookup.split("__")[0] for role in roles for lookup in (role.user, role.email) if lookup}


def check_deletion(
    declaration: Declaration, field: Field[Any, Any], target: Declaration
) -> Iterator[CheckMessage]:
    on_delete = getattr(field.remote_field, "on_delete", None)
    if on_delete is CASCADE and outlasts(declaration, field, target):
        hint = "Use SET_NULL, or hold the target for the same purposes by the same clock."
        message = f"Erasing {target.label} would delete rows that are kept."
        yield Error(message, hint, field, "privacy.E007")
    if on_delete in (PROTECT, RESTRICT) and (
        not declaration.personal or outlasts(declaration, field, target)
    ):
        hint = "Use SET_NULL, or CASCADE where the rows go with the person."
        yield Error(f"{target.label} could not be erased.", hint, field, "privacy.E008")


def outlasts(declaration: Declaration, field: Field[Any, Any], target: Declaration) -> bool:
    """Whether rows may have to stay when their target goes."""
    if declaration.keep_row:
        return True
    clocks = {group.clock or declaration.clock for group in declaration.personal}
    same_clock = clocks <= {
        f"{field.name}__{group.clock or target.clock}" for group in target.personal
    }
    shared = holding(target) if same_clock else set()
    return not holding(declaration) <= shared


def holding(declaration: Declaration) -> set[Purpose]:
    """The purposes that can outlast a request for erasure."""
    running = declaration.performing is not None
    return {
        purpose
        for group in declaration.personal
        for purpose in group.purposes
        if purpose.exemption or (running and purpose.basis is LegalBasis.CONTRACT)
    }
