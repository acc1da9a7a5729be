"""What a hit means: left behind, held by law, or another person's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.apps import apps
from django.db.models import Case, F, Model, Q, TextField, Value, When

from privacy import writings
from privacy.declarations import Declaration, Group, Role, registry
from privacy.residue.places import owners
from privacy.residue.tables import Hit
from privacy.rule import due

AT_ONCE = 1000  # rows asked about


class Verdict(Enum):
    LEFT = "left"  # residue
    HELD = "held"  # declared, and a purpose still holds it: the receipt lists it
    OTHERS = "others"  # declared to somebody else


@dataclass
class Judge:
    """Knows whose a row is and whether the one rule still holds a cell."""

    identifiers: dict[str, list[str]]
    now: datetime

    def __post_init__(self) -> None:
        self.mine = {canonical(address) for address in self.identifiers.get("proved", ())}
        self.accounts = set(self.identifiers.get("account", ()))
        self.models = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True)}
        self.known: dict[tuple[str, str], bool] = {}  # things outside tables already judged

    def verdicts(self, hits: Iterable[Hit]) -> Iterator[tuple[Hit, Verdict]]:
        """Asks of each group of fields once for many rows."""
        places: dict[tuple[Declaration, Group], list[Hit]] = {}
        for hit in hits:
            model = self.models.get(hit.table)
            declaration = registry.get(model) if model else None
            group = declaration and group_of(declaration, hit.column)
            if declaration and group and hit.pk is not None:
                places.setdefault((declaration, group), []).append(hit)
            else:
                yield hit, Verdict.OTHERS if self.lies_with_another(hit) else Verdict.LEFT
        for (declaration, group), some in places.items():
            for start in range(0, len(some), AT_ONCE):
                yield from self.declared(declaration, group, some[start : start + AT_ONCE])

    def declared(
        self, declaration: Declaration, group: Group, hits: list[Hit]
    ) -> Iterator[tuple[Hit, Verdict]]:
        role = whose(declaration, group)
        gone = due(declaration, group, self.now, on_request=True)
        found = declaration.model._base_manager.filter(pk__in={hit.pk for hit in hits})
        rows = found.values_list("pk", *owner(role), asked(gone))
        known = {str(pk): rest for pk, *rest in rows}
        theirs = writings.spared(declaration, group, {hit.pk for hit in hits})
        for hit in hits:
            if str(hit.pk) not in known:  # it went meanwhile
                continue
            user, email, proved, over = known[str(hit.pk)]
            others = hit.pk in theirs or self.is_anothers(user, email, proved)
            kept = Verdict.LEFT if over else Verdict.HELD
            yield hit, Verdict.OTHERS if others else kept

    def lies_with_another(self, hit: Hit) -> bool:
        """A file, or what else is no table, is judged by the rows that keep it; nobody's: no."""
        at = (hit.table, str(hit.pk))
        if at not in self.known:
            rows = [row for of in owners.get(hit.table, ()) for row in of(at[1])]
            self.known[at] = bool(rows) and all(self.is_anothers_row(row) for row in rows)
        return self.known[at]

    def is_anothers_row(self, row: Model) -> bool:
        declaration = registry.get(type(row))
        role = declaration.roles.get("") if declaration else None
        if role is None or role.generic[0]:
            return False
        same = type(row)._base_manager.filter(pk=row.pk).values_list(*owner(role))
        return any(self.is_anothers(*whose) for whose in same)

    def is_anothers(self, user: Any, email: str | None, proved: bool) -> bool:
        """Whether a row says that it is of an account or of an address that is not theirs.

        An address that was never proved is anybody's, even where it is the person's own.
        """
        if user:
            return str(user) not in self.accounts
        return bool(email) and not (proved and canonical(str(email)) in self.mine)


def whose(declaration: Declaration, group: Group) -> Role:
    """Through whom a cell is somebody's. What only points at another row says not whose it is."""
    role = declaration.roles.get(group.about) or Role()
    if role.generic[0]:
        return Role()
    return role if role.user or role.email else declaration.roles.get("") or Role()


def owner(role: Role) -> tuple[Any, Any, Any]:
    """The account, the address, and whether that was proved, as columns."""
    return (
        F(role.user) if role.user else Value(None, output_field=TextField()),
        F(role.email) if role.email else Value(""),
        asked(role.proved),
    )


def asked(condition: Q | None) -> Any:
    """A condition as a column."""
    if condition is None:
        return Value(False)
    return (
        Case(When(condition, then=Value(True)), default=Value(False)) if condition else Value(True)
    )


def group_of(declaration: Declaration, column: str) -> Group | None:
    for group in declaration.personal:
        for field in declaration.model._meta.fields:
            if field.column == column and field.name in group.columns:
                return group
    return None


def canonical(address: str) -> str:
    """The mailbox behind an address: no tag, no case, its domain in IDN."""
    local, _at, domain = address.strip().lower().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return f"{local.partition('+')[0] or local}@{domain}"
