"""Whose a row is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from privacy.subjects import Subject


@dataclass(frozen=True)
class Role:
    """How to find the rows of one person.

    ``user`` is the lookup of the account. ``email`` is the lookup of the address, matched without
    regard to case and only in rows without an account. Such a row is reached where ``proved``
    matches it (``Q()``: always) or where the person names its ``reference``. Rows that hold no
    address but something made of it are found by ``match``.
    """

    user: str = ""
    email: str = ""
    proved: Q | None = None
    reference: str = ""
    match: Callable[[Subject], Q] | None = None

    def reach(self, subject: Subject) -> Q:
        """The rows that are this person's in this role."""
        mine = Q(pk__in=())
        if self.user and subject.user and subject.user.pk:
            mine |= Q((self.user, subject.user.pk))
        if self.email and subject.emails:
            mine |= self.nobodys & self.addressed(subject) & self.opened(subject)
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
        opened = Q(pk__in=()) if self.proved is None else self.proved
        if self.reference and subject.references and opened:
            opened |= Q((f"{self.reference}__in", sorted(subject.references)))
        return opened
