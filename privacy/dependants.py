"""The order of an erasure: rows that point to others go before those they point to."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from django.db.models import Model

from privacy.declarations import Declaration, registry


def targets(model: type[Model]) -> set[type[Model]]:
    """The other models this one's foreign keys point to, concrete ones, or may point to."""
    found = {f.related_model for f in model._meta.concrete_fields if f.is_relation}
    return {
        m._meta.concrete_model  # type: ignore[misc]  # a concrete model has itself there
        for m in found | anything(model)
        if isinstance(m, type) and m._meta.concrete_model is not model
    }


def anything(model: type[Model]) -> set[type[Model]]:
    """All models of people for one that points at any row: it is found by way of that one."""
    declaration = registry.get(model)
    if declaration is None or not any(role.generic[0] for role in declaration.roles.values()):
        return set()
    return {other for other, known in registry.items() if known.personal and not_generic(known)}


def not_generic(declaration: Declaration) -> bool:
    return not any(role.generic[0] for role in declaration.roles.values())


def in_order() -> list[Declaration]:
    """The declarations of personal data, dependants first. Raises graphlib.CycleError."""
    sorter: TopologicalSorter[type[Model]] = TopologicalSorter()
    for model in registry:
        sorter.add(model)
        for target in targets(model):
            sorter.add(target, model)
    return [
        registry[model]
        for model in sorter.static_order()
        if model in registry and registry[model].personal
    ]


def cycle() -> list[type[Model]]:
    """Models whose foreign keys go round in a circle, the first one also last; or none."""
    try:
        in_order()
    except CycleError as error:
        return list(error.args[1])
    return []
