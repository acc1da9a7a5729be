"""Whose a row is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, DateTimeField, F, Model, Q
from django.db.models.functions import Cast
from django.db.models.lookups import In

from privacy.subjects import Subject


@dataclass(frozen=True)
class Role:
    """How to find the rows of one person.

    ``user`` is the lookup of the account. ``email`` is the lookup of the address, matched without
    regard to case and only in rows without an account. Such a row is reached where ``proved``
    matches it (``Q()``: always) or where the person names its ``reference``. Rows that hold no
    address but something made of it are found by ``match``, a secret in the column ``code`` among
    them: who has it is the person, and has nothing else here. ``generic`` names the two columns,
    content type and key, by which a row points at any other: it is whoever's that one is.
    """

    user: str = ""
    email: str = ""
    proved: Q | None = None
    reference: str = ""
    match: Callable[[Subject], Q] | None = None
    code: str = ""
    generic: tuple[str, str] = ("", "")
    dates: tuple[str, ...] = ()  # of the row and of the one that holds the address; see declare

    def reach(self, subject: Subject) -> Q:
        """The rows that are this person's in this role."""
        mine = Q(pk__in=())
        if self.user and subject.user and subject.user.pk:
            mine |= Q((self.user, subject.user.pk))
        if self.email and subject.emails:
            mine |= self.nobodys & self.addressed(subject) & self.opened(subject)
        if self.generic[0]:
            mine |= pointing(*self.generic, subject)
        return mine | self.match(subject) if self.match else mine

    @property
    def nobodys(self) -> Q:
        return Q((f"{self.user}__isnull", True)) if self.user else Q()

    def addressed(self, subject: Subject) -> Q:
        named = Q()
        for address in sorted(subject.emails):
            named |= Q((f"{self.email}__iexact", address))
        return named

    def opened(self, subject: Subject) -> Q:
        opened = Q(pk__in=()) if self.proved is None else self.proved & self.since(subject)
        if self.reference and subject.references and opened:
            opened |= Q((f"{self.reference}__in", sorted(subject.references)))
        return opened

    def since(self, subject: Subject) -> Q:
        """What an erasure left under the same address is not found by that address again."""
        newer = Q()
        for name in self.dates if subject.since else ():
            newer &= Q((f"{name}__gt", subject.since)) | Q((f"{name}__isnull", True))
        return newer


def pointing(kind: str, key: str, subject: Subject) -> Q:
    """Rows whose content type and key are those of a row that is this person's.

    Keys are compared as text: one column holds numbers, UUIDs and words alike.
    """
    from privacy.declarations import registry  # which knows of roles

    mine = Q(pk__in=())
    for declaration in registry.values():
        role = declaration.roles.get("")
        if declaration.personal and role and not role.generic[0]:
            rows = declaration.model._base_manager.filter(role.reach(subject))
            keys = rows.annotate(privacy_key=Cast("pk", CharField())).values("privacy_key").query
            which = ContentType.objects.get_for_model(declaration.model)
            mine |= Q(In(Cast(F(key), CharField()), keys), **{kind: which.pk})
    return mine


def dated(row: type[Model], role: Role) -> Iterator[str]:
    """The dates of the row and of the one through which it is the person's."""
    model: Any = row
    way = ""
    yield from dates(model)
    for step in role.email.split("__")[:-1]:
        model, way = model._meta.get_field(step).related_model, f"{way}{step}__"
        yield from (f"{way}{name}" for name in dates(model))


def dates(model: type[Model]) -> list[str]:
    return [f.name for f in model._meta.concrete_fields if isinstance(f, DateTimeField)]
