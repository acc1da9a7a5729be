"""Which rows are held, as the rule asks: in SQL, so that a broken store stops the erasure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models as fields
from django.db.models import CASCADE, Model, Q, QuerySet
from django.db.models.functions import Cast

from privacy.declarations import registry
from privacy.models import Hold

Ground = Hold.Ground
AGAINST_HIS_WILL = (Ground.CLAIM, Ground.AUTHORITY, Ground.DISPUTE)
NOTHING = Q(pk__in=())
NUMBERS = {"BigAutoField": fields.BigIntegerField, "AutoField": fields.IntegerField}


def holdable(model: type[Model]) -> bool:
    """Whether single rows of it may be held: declared, no account, and going with no account."""
    declared = registry.get(model)
    if not declared or not declared.personal or model._meta.app_label == "privacy":
        return False
    return model is not get_user_model() and all(map(lasts, takers(model)))


def takers(model: type[Model]) -> list[type[Model]]:
    """The models whose rows take a row of this one with them when they go."""
    links: list[Any] = [f for f in model._meta.concrete_fields if f.is_relation]
    return [f.related_model for f in links if f.remote_field.on_delete is CASCADE]


def lasts(model: type[Model]) -> bool:
    """Whether its rows stay, or are nobody's."""
    declared = registry.get(model)
    return declared is not None and (declared.keep_row or not declared.personal)


def models() -> list[type[Model]]:
    return [model for model in registry if holdable(model)]


def in_force(model: type[Any]) -> Q:
    """The rows held against the person's will: neither the night nor a request erases them."""
    return held(model, *AGAINST_HIS_WILL)


def wished(model: type[Any]) -> Q:
    """The rows that the person asked us to keep longer: the night leaves them alone."""
    return held(model, Ground.WISH)


def held(model: type[Any], *grounds: Ground) -> Q:
    """The rows with such a hold, and those that belong to one."""
    own = [Q(pk__in=keys(model, grounds))] if holdable(model) else []
    belonging = [Q((f"{way}__in", keys(whole, grounds))) for way, whole in ways(model)]
    return reduce(or_, [*own, *belonging], NOTHING)


def keys(model: type[Model], grounds: tuple[Ground, ...]) -> QuerySet[Any, Any]:
    """The keys of the held rows, as their column has them."""
    key = model._meta.pk
    kind = NUMBERS.get(key.get_internal_type())
    rows = Hold.objects.filter(
        model=model._meta.label, ground__in=grounds, released_at=None
    ).order_by()
    return rows.annotate(row=Cast("key", kind() if kind else key)).values("row")


def ways(model: type[Model]) -> Iterator[tuple[str, type[Model]]]:
    """The foreign keys on the way to the person: ``("order", Order)`` of an order's line."""
    declared = registry.get(model)
    roles = declared.roles.values() if declared else ()
    found: dict[str, type[Model]] = {}
    for lookup in sorted({way for role in roles for way in (role.user, role.email)}):
        here: Any = model
        steps = lookup.split("__")
        for number, name in enumerate(steps[:-1], 1):
            here = here._meta.get_field(name).related_model
            if holdable(here):
                found["__".join(steps[:number])] = here
    yield from found.items()
