"""What a foreign key to personal data hides, destroys or blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.checks import CheckMessage, Error
from django.db.models import CASCADE, PROTECT, RESTRICT, Field

from privacy.declarations import Declaration, registry
from privacy.purposes import Purpose
from privacy.vocabulary import LegalBasis


def check_links(declaration: Declaration) -> Iterator[CheckMessage]:
    meta = declaration.model._meta
    for field in (*meta.local_fields, *meta.local_many_to_many):
        target = registry.get(field.related_model) if field.is_relation else None  # type: ignore[arg-type]
        if target and target.personal:
            if target is not declaration and not is_parent(field):
                yield from check_hidden(declaration, field)
            if not target.keep_row:
                yield from check_deletion(declaration, field, target)
    if any(isinstance(field, GenericForeignKey) for field in meta.private_fields):
        yield from check_generic(declaration)


def check_generic(declaration: Declaration) -> Iterator[CheckMessage]:
    if not any(role.generic[0] for role in declaration.roles.values()):
        hint = "Say roles={…: Role(generic=(<content type>, <key>))}: it is that row's person's."
        message = "It can point at any row, and nothing finds whose that is."
        yield Error(message, hint, declaration.model, "privacy.E021")


def is_parent(field: Field[Any, Any]) -> bool:
    """Whether it leads to the row that this one extends (multi-table inheritance)."""
    return bool(getattr(field.remote_field, "parent_link", False))


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
    if on_delete is CASCADE and others(declaration, field, target):
        hint = "Use SET_NULL, or find the row's person by way of this field."
        message = f"Erasing {target.label} would delete rows of other people."
        yield Error(message, hint, field, "privacy.E022")
    if on_delete is CASCADE and outlasts(declaration, field, target):
        hint = "Use SET_NULL, or hold the target for the same purposes by the same clock."
        message = f"Erasing {target.label} would delete rows that are kept."
        yield Error(message, hint, field, "privacy.E007")
    if on_delete in (PROTECT, RESTRICT) and (
        target is declaration or not declaration.personal or outlasts(declaration, field, target)
    ):
        hint = "Use SET_NULL, or CASCADE where the rows go with the person."
        yield Error(f"{target.label} could not be erased.", hint, field, "privacy.E008")


def others(declaration: Declaration, field: Field[Any, Any], target: Declaration) -> bool:
    """Whether a row's main person can be another than that of the one it would go with."""
    main = declaration.roles.get("")
    whose = main.user or main.email if main else ""
    leads = whose == field.name or whose.startswith(f"{field.name}__")
    return bool(whose) and not leads and not is_parent(field)


def outlasts(declaration: Declaration, field: Field[Any, Any], target: Declaration) -> bool:
    """Whether rows may have to stay when their target goes."""
    if declaration.keep_row:
        return True
    clocks = {group.clock or declaration.clock for group in declaration.personal}
    before = "" if is_parent(field) else f"{field.name}__"
    same_clock = clocks <= {f"{before}{group.clock or target.clock}" for group in target.personal}
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
