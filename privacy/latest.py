"""What a page shows of all that is held: true counts, and the latest rows of each source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import reduce
from operator import or_
from types import SimpleNamespace
from typing import Any

from django.db.models import Case, Count, Max, When

from privacy.declarations import Declaration, registry
from privacy.export import clocks, reason, rows_of
from privacy.handovers import handed_over, told
from privacy.models import Disclosure
from privacy.rule import NOTHING
from privacy.subjects import Subject


def latest(subject: Subject, rows: int = 3) -> dict[str, Any]:
    """As ``export.collect``, for a page: its time does not grow with what is held.

    Each section has only its latest rows, and beside them ``count``, of all rows, and ``reasons``:
    ``[{"category", "purposes"}]``, with the last date of all rows. Of who received what, each
    recipient, purpose and extent once, the last time.
    """
    return {
        "sections": [s for d in registry.values() if d.personal for s in glance(d, subject, rows)],
        "recipients": [told(Disclosure(**row)) for row in last_told(subject)],
    }


def glance(declaration: Declaration, subject: Subject, rows: int) -> Iterator[dict[str, Any]]:
    all_roles = declaration.roles.items()
    reach = reduce(or_, (declaration.shown(role, subject) for _name, role in all_roles), NOTHING)
    table = declaration.model._base_manager
    mine = table.filter(pk__in=table.filter(reach).order_by().values("pk"))
    whole = mine.aggregate(
        privacy_count=Count("pk"),
        privacy_running=Max(Case(When(declaration.performing or NOTHING, then=1), default=0)),
        **{f"privacy_{clock}": Max(clock) for clock in clocks(declaration)},
    )
    if not whole["privacy_count"]:
        return
    pks = list(mine.order_by("-pk").values_list("pk", flat=True)[:rows])
    roles = roles_among(declaration, subject, pks)
    for found in rows_of(declaration, subject, roles):
        found |= {"count": whole["privacy_count"], "reasons": [*reasons(declaration, roles, whole)]}
        yield found


def roles_among(declaration: Declaration, subject: Subject, pks: list[Any]) -> dict[Any, set[str]]:
    mine: dict[Any, set[str]] = defaultdict(set)
    for name, role in declaration.roles.items():
        some = declaration.model._base_manager.filter(pk__in=pks).filter(role.reach(subject))
        for pk in some.values_list("pk", flat=True):
            mine[pk].add(name)
    return mine


def reasons(
    declaration: Declaration, roles: dict[Any, set[str]], whole: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Why each group is there, as if all rows were one, the last of them."""
    last, own = SimpleNamespace(**whole), set().union(*roles.values())
    for group in declaration.personal:
        if group.about in own:
            purposes = [reason(declaration, group, last, purpose) for purpose in group.purposes]
            yield {"category": str(group.category), "purposes": purposes}


def last_told(subject: Subject) -> Iterator[dict[str, Any]]:
    words = ("recipient", "purpose", "fields", "named", "ground")
    rows = handed_over(subject).order_by().values(*words)
    for row in rows.annotate(last=Max("disclosed_at")):
        yield {"disclosed_at": row["last"], **{name: row[name] for name in words}}
