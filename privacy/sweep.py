"""The work of an erasure on some rows of one model; request and purge both end here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.storage import Storage
from django.db import router
from django.db.models import FileField, Max, Model, Q, QuerySet
from django.db.models.deletion import Collector

from privacy import erased, erasers, writings
from privacy.declarations import CLAIMS, Declaration, Group, registry
from privacy.plan import Ground, Line
from privacy.purposes import Purpose
from privacy.rule import NOTHING, due, held_back, held_by, staying
from privacy.vocabulary import Erase

Keys = Collection[Any]


@dataclass
class Sweep:
    """One erasure of some rows. ``reached``: per role, the keys of the rows that are the person's.

    Keys and fates are taken before anything is written, for the rule may read what is blanked.
    """

    declaration: Declaration
    reached: Mapping[str, Keys]
    now: datetime
    on_request: bool
    files: list[tuple[Storage, str]] = field(default_factory=list)  # to delete after the commit

    def run(self) -> list[Line]:
        fates = [(group, *self.fate(group)) for group in self.declaration.personal]
        lines = [
            Line(self.declaration, group, "kept", len(kept), tuple(self.grounds(group, kept)))
            for group, _, kept in fates
            if self.on_request
        ]
        done = [gone | self.settled(group) for group, gone, _ in fates]
        whole = set.intersection(*done) if done else set()
        deleted = set() if self.declaration.keep_row else whole
        self.delete(deleted)
        for group, gone, _ in fates:
            lines.append(Line(self.declaration, group, "deleted", len(gone & deleted)))
            lines.append(self.blank(group, gone - deleted))
        self.sever(whole - deleted)
        if self.on_request:  # what the night erases it would erase again the next
            erased.remember(self.declaration, self.taken(fates, deleted), self.now)
        return lines

    def taken(
        self, fates: Iterable[tuple[Group, set[Any], Any]], deleted: set[Any]
    ) -> dict[Any, set[str]]:
        """Per row what went from it; nothing by name of a row that went whole."""
        taken: dict[Any, set[str]] = {pk: set() for pk in deleted}
        for group, gone, _ in fates:
            for pk in gone - deleted if erased.guarded(self.declaration, group) else ():
                taken.setdefault(pk, set()).update(group.fields)
        return taken

    def rows(self, pks: Keys) -> QuerySet[Model]:
        return self.declaration.model._base_manager.filter(pk__in=pks)

    def fate(self, group: Group) -> tuple[set[Any], list[Any]]:
        """The keys of the rows where this group is due, and of those where a value is kept."""
        rows = self.rows(set(self.reached.get(group.about, ())) - self.spared(group))
        condition = due(self.declaration, group, self.now, on_request=self.on_request)
        gone = set(rows.filter(condition).values_list("pk", flat=True))
        kept = rows.exclude(pk__in=gone)
        if group.erase is not Erase.UNLINKED:
            kept = kept.exclude(erasers.erased(self.declaration, group))
        return gone, list(kept.values_list("pk", flat=True))

    def spared(self, group: Group) -> set[Any]:
        """The rows in which what this person wrote about another waits for an officer, or stays."""
        wrote = self.reached.get(group.author, ()) if group.author is not None else ()
        return writings.spared(self.declaration, group, wrote) if self.on_request else set()

    def grounds(self, group: Group, pks: Keys) -> Iterator[Ground]:
        """Why these rows are kept. What still runs has no date yet, what has ended has one."""
        if not pks:
            return
        running = self.keys(pks, self.declaration.performing or NOTHING)
        clock = group.clock or self.declaration.clock
        for purpose in group.purposes:
            held = self.keys(pks, self.held_by(purpose, clock))
            if held & running:
                yield Ground(purpose, len(held & running))
            if over := held - running:
                since = self.rows(over).aggregate(last=Max(clock))["last"]
                yield Ground(purpose, len(over), since, purpose.retention.until(since))
        yield from self.held_elsewhere(group, pks)

    def held_elsewhere(self, group: Group, pks: Keys) -> Iterator[Ground]:
        """What holds these rows beside their own purposes: what they speak of, and holds."""
        if held := self.keys(pks, staying(self.declaration)):
            yield Ground(group.purposes[0], len(held))
        if held := self.keys(pks, held_back(self.declaration)):
            yield Ground(CLAIMS, len(held), on_hold=True)

    def held_by(self, purpose: Purpose, clock: str) -> Q:
        performing, on_request = self.declaration.performing, self.on_request
        return held_by(purpose, performing, clock, self.now, on_request=on_request)

    def keys(self, pks: Keys, condition: Q) -> set[Any]:
        return set(self.rows(pks).filter(condition).values_list("pk", flat=True))

    def delete(self, pks: Keys) -> None:
        if not pks:
            return
        rows = self.rows(pks)
        collector = Collector(using=router.db_for_write(self.declaration.model), origin=rows)
        collector.collect(rows, keep_parents=inherits_personal(self.declaration.model))
        for instances in collector.data.values():
            self.files += files_of(instances)
        for fast in collector.fast_deletes:
            self.files += files_of(fast)
        collector.delete()

    def settled(self, group: Group) -> set[Any]:
        """The keys of reached rows in which this group is another's and empty already."""
        if group.erase is Erase.UNLINKED:
            return set()
        others = set().union(*self.reached.values()) - set(self.reached.get(group.about, ()))
        empty = self.rows(others).filter(erasers.erased(self.declaration, group))
        theirs = self.spared(group) if self.declaration.keep_row else set()
        return theirs | set(empty.values_list("pk", flat=True)) if others else theirs

    def blank(self, group: Group, gone: set[Any]) -> Line:
        """Blank the group in rows that stay."""
        if group.erase is Erase.UNLINKED:
            return Line(self.declaration, group, "unlinked", len(gone) if self.on_request else 0)
        live = self.rows(gone).exclude(erasers.erased(self.declaration, group))
        pks = list(live.values_list("pk", flat=True)) if gone else []
        if pks:
            names = [f.name for f in erasers.columns(self.declaration, group)]
            self.files += files_of(self.rows(pks), names)
            erasers.unlink(self.declaration, group, pks)
            if values := erasers.values(self.declaration, group):
                self.rows(pks).update(**values)
        return Line(self.declaration, group, "blanked", len(pks))

    def sever(self, pks: Keys) -> None:
        """A kept row of which nothing personal is left loses its link to the account too."""
        for name in links(self.declaration):
            self.rows(pks).exclude(**{f"{name}__isnull": True}).update(**{name: None})


def inherits_personal(model: type[Model]) -> bool:
    """Whether the row it extends has a declaration of its own, which decides on that one."""
    parents = [registry.get(parent) for parent in model._meta.parents]
    return any(parent.personal for parent in parents if parent)


def links(declaration: Declaration) -> list[str]:
    """The row's own nullable columns that say whose it is."""
    own = {f.name for f in declaration.model._meta.fields if f.null and f.is_relation}
    return [role.user for role in declaration.roles.values() if role.user in own]


def linked(declaration: Declaration) -> Q:
    return Q(*((f"{name}__isnull", False) for name in links(declaration)), _connector=Q.OR)


def files_of(
    rows: Iterable[Any], names: Collection[str] | None = None
) -> Iterator[tuple[Storage, str]]:
    """The stored files of these rows, of all file fields or of those named."""
    if isinstance(rows, QuerySet) and not file_fields(rows.model):
        return
    for row in rows:
        for f in file_fields(type(row)):
            if (names is None or f.name in names) and (stored := getattr(row, f.name)):
                yield stored.storage, stored.name


def file_fields(model: type[Model]) -> list[FileField]:
    return [f for f in model._meta.fields if isinstance(f, FileField)]


def keepers(path: str) -> Iterator[Model]:
    """The declared rows whose file lies there."""
    for model, declaration in registry.items():
        if declaration.personal:
            for stored in file_fields(model):
                yield from model._base_manager.filter(**{stored.name: path})
