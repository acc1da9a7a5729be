"""A coarser value in place of the old one, where enough other people have that one too.

Asked anew each night: once too few others are left, what was kept goes as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Field,
    GenericIPAddressField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Floor, Left, Lower, NullIf
from django.db.models.functions.datetime import TruncBase
from django.db.models.lookups import Exact

from privacy.declarations import Declaration, Group

COARSER = (Left, TruncBase, Floor)  # each of its own result makes the same again
NETWORK = re.compile(r"(^|_)(ip|ips|ip_address|remote_addr)($|_)")


def written(declaration: Declaration, group: Group, blank: Any) -> Case:
    """The coarser value where enough others have it, else the empty one."""
    alike = When(Q(pk__in=alike_in(declaration, group)), then=group.erase.to)
    return Case(alike, default=Value(blank))


def done(declaration: Declaration, group: Group, field: Field[Any, Any]) -> Q:
    """The rows that hold no more than the coarser value, with enough others."""
    already = Exact(F(field.name), group.erase.to)
    return Q(pk__in=alike_in(declaration, group).filter(already))


def alike_in(declaration: Declaration, group: Group) -> QuerySet[Any]:
    """The keys of the rows of which at least k other people, known by name, have the like."""
    rows = declaration.model._base_manager.annotate(
        privacy_owner=owner(declaration, group), privacy_like=group.erase.to
    ).order_by()
    named = rows.filter(privacy_owner__isnull=False).values("privacy_like")
    counted = named.annotate(privacy_people=Count("privacy_owner", distinct=True))
    others, k = counted.values("privacy_like"), group.erase.k
    enough = Q(privacy_owner=None, privacy_like__in=others.filter(privacy_people__gte=k))
    besides = Q(privacy_like__in=others.filter(privacy_people__gt=k))  # its own person is one
    return rows.filter(enough | besides).values("pk")


def owner(declaration: Declaration, group: Group) -> Any:
    """Whose a row is: an account, else an address; NULL once that has gone."""
    role = declaration.roles[group.about]
    mine: list[Any] = [Cast(F(role.user), CharField())] if role.user else []
    mine += [NullIf(Lower(Cast(F(role.email), CharField())), Value(""))] if role.email else []
    return Coalesce(*mine) if len(mine) > 1 else mine[0]


def misfit(declaration: Declaration, group: Group, field: Field[Any, Any]) -> Iterator[str]:
    """Why this is no honest way to make a value coarser."""
    role = declaration.roles.get(group.about)
    if not isinstance(group.erase.to, COARSER) or read(group.erase.to) != {field.name}:
        yield f"{field.name}: of the old value only Left, Trunc… or Floor may be left."
    if isinstance(field, GenericIPAddressField) or NETWORK.search(field.name):
        yield f"{field.name}: a part of an IP address still tells whose it was."
    if field.unique or len(group.fields) > 1 or group.erase.k < 2:
        yield f"{field.name}: it takes one field alone that others share, and k of at least 2."
    if role is None or not (role.user or role.email):
        yield f"{field.name}: whose a row is must be known, to count other people."


def read(expression: Any) -> set[str]:
    """The columns that an expression reads, and in which functions: no other may be within."""
    parts = [part for part in expression.flatten() if part is not expression]
    strange = {type(part).__name__ for part in parts if not isinstance(part, (F, Value))}
    return strange | {str(getattr(part, "name")) for part in parts if isinstance(part, F)}  # noqa: B009


def is_expression(erase: Any) -> bool:
    """Whether it would be made of the old value, such as a hash; a constant is not."""
    return callable(erase) or hasattr(erase, "resolve_expression")
