"""What a hit means: left behind, held by law, or another person's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.apps import apps

from privacy.declarations import Declaration, Group, Role, registry
from privacy.residue.tables import Hit
from privacy.rule import due


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

    def verdict(self, hit: Hit) -> Verdict:
        model = self.models.get(hit.table)
        declaration = registry.get(model) if model else None
        group = declaration and group_of(declaration, hit.column)
        if not declaration or not group or hit.pk is None:
            return Verdict.LEFT
        if self.is_anothers(declaration, group, hit.pk):
            return Verdict.OTHERS
        gone = due(declaration, group, self.now, on_request=True)
        rows = declaration.model._base_manager.filter(pk=hit.pk)
        return Verdict.LEFT if rows.filter(gone).exists() or not rows.exists() else Verdict.HELD

    def is_anothers(self, declaration: Declaration, group: Group, pk: Any) -> bool:
        """Whether the row says that it is of an account or of an address that is not theirs.

        An address that was never proved is anybody's, even where it is the person's own.
        """
        role = declaration.roles.get(group.about) or Role()
        if not role.user and not role.email:
            role = declaration.roles.get("") or Role()
        rows = declaration.model._base_manager.filter(pk=pk)
        if role.user and (owner := value(rows, role.user)):
            return str(owner) not in self.accounts
        if role.email and (address := value(rows, role.email)):
            proved = role.proved is not None and rows.filter(role.proved).exists()
            return canonical(address) not in self.mine or not proved
        return False


def group_of(declaration: Declaration, column: str) -> Group | None:
    for group in declaration.personal:
        for field in declaration.model._meta.fields:
            if field.column == column and field.name in group.columns:
                return group
    return None


def value(rows: Any, lookup: str) -> Any:
    return rows.values_list(lookup, flat=True).first()


def canonical(address: str) -> str:
    """The mailbox behind an address: no tag, no case, its domain in IDN."""
    local, _at, domain = address.strip().lower().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return f"{local.partition('+')[0] or local}@{domain}"
