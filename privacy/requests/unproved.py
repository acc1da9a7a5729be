"""Rows that carry a person's address but for which nobody proved it: perhaps a mistyped one."""

from __future__ import annotations

from privacy import declarations
from privacy.subjects import Subject
from privacy.vocabulary import Text


def counts(subject: Subject) -> list[tuple[Text, int]]:
    """How many such rows other rooms have. They are not given out, corrected or erased."""
    found: list[tuple[Text, int]] = []
    for model, declaration in declarations.registry.items():
        if model._meta.app_label == "privacy":  # requests that nobody proved end by themselves
            continue
        for role in declaration.roles.values():
            if not (role.email and subject.emails):
                continue
            under = model._default_manager.filter(role.nobodys & role.addressed(subject))
            if number := under.exclude(role.opened(subject)).count():
                found.append((model._meta.verbose_name_plural or declaration.label, number))
    return found
