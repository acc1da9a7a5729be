"""Who a person is to the shop: an account, addresses proved to be theirs, or both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Model, Q

Addresses: TypeAlias = Callable[[Any], Iterable[str]]
Owners: TypeAlias = Callable[[str], Iterable[Any]]


@dataclass(frozen=True)
class Subject:
    """A person. Addresses are proved ones, in lower case; references are named by the person.

    A reference, such as an order's number, opens the one row that carries it together with one of
    the addresses; an address alone opens only rows for which it was proved.
    """

    user: Any = None  # the account
    emails: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    before: datetime | None = None  # only rows that were there then: an erasure done once more
    since: datetime | None = None  # an address alone opens nothing older: it was erased then

    def __post_init__(self) -> None:
        object.__setattr__(self, "emails", frozenset(e.strip().lower() for e in self.emails if e))
        object.__setattr__(self, "references", frozenset(self.references))

    @property
    def subject_id(self) -> UUID | None:
        """The account's random identifier."""
        return getattr(self.user, "subject_id", None)

    @property
    def email(self) -> str:
        """The address to write to: the account's, else the first of those proved, else empty."""
        return str(getattr(self.user, "email", "")).lower() or min(self.emails, default="")

    @property
    def decisions(self) -> Q:
        """Matches all that was decided for this person, by account or by any of the addresses.

        For the gate only, where one word too many stops a purpose; it opens no row to read.
        """
        mine = Q(pk__in=())
        if self.user and self.user.pk:
            mine |= Q(user=self.user.pk)
        if self.subject_id:
            mine |= Q(subject_id=self.subject_id)
        if emails := self.emails | ({self.email} - {""}):
            mine |= Q(email__in=emails)
        return mine & Q(decided_at__gt=self.since) if self.since else mine


Person: TypeAlias = "Subject | str | Model"


@dataclass
class Proofs:
    """How addresses are proved; accounts says so in its ready()."""

    addresses: Addresses | None = field(default=None)
    owners: Owners | None = field(default=None)
    erased_at: Callable[[Iterable[str]], datetime | None] = field(default=lambda _addresses: None)


proofs = Proofs()


def register_addresses(addresses: Addresses, owners: Owners) -> None:
    """Say which addresses of an account are verified, and whose a verified address is.

    Called once, when the apps are ready.
    """
    proofs.addresses, proofs.owners = addresses, owners


def owners(email: str) -> list[Any]:
    """The accounts for which an address is verified."""
    return [*proofs.owners(email)] if proofs.owners else []


def of(person: Person | Any) -> Subject:
    """The subject behind an account, a proved address or a subject.

    An unverified address of an account proves nothing and opens no guest's row. Raises TypeError
    for anything else, the anonymous visitor included.
    """
    match person:
        case Subject():
            return person
        case str():
            return Subject(None, frozenset({person}))
        case Model() if isinstance(person, get_user_model()):
            return lately(person, proofs.addresses(person) if proofs.addresses else ())
    raise TypeError(f"{person!r} is no person.")


def lately(user: Any, addresses: Iterable[str], references: Iterable[str] = ()) -> Subject:
    """Who has these addresses now, and finds by them nothing from before their last erasure.

    A mailbox may have another owner by now. What was kept is opened by its number.
    """
    emails = frozenset(addresses)
    return Subject(user, emails, frozenset(references), since=proofs.erased_at(emails))
