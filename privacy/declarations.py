"""The words in which an app declares the personal data its models hold.

An app writes one ``personal_data.py`` beside its ``models.py``. This module is all it may import
from ``privacy``; ``privacy`` imports no other app.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Model, Q

from privacy.places import (
    Elsewhere,
    Job,
    declare_elsewhere,
    declare_job,
    elsewhere,
    jobs,
)
from privacy.purposes import (
    CLAIMS,
    Capacity,
    HandOverRefused,
    Purpose,
    Recipient,
    purposes,
    recipients,
)
from privacy.roles import Role, dated
from privacy.subjects import Subject
from privacy.vocabulary import (
    Category,
    Erase,
    Generalise,
    LegalBasis,
    Period,
    Rectify,
    Source,
    Text,
    Words,
)

__all__ = [
    "CLAIMS",
    "Capacity",
    "Category",
    "Declaration",
    "Elsewhere",
    "Erase",
    "Generalise",
    "Group",
    "HandOverRefused",
    "Job",
    "LegalBasis",
    "Period",
    "Purpose",
    "Recipient",
    "Rectify",
    "Role",
    "Source",
    "Subject",
    "Words",
    "declare",
    "declare_elsewhere",
    "declare_impersonal",
    "declare_job",
    "elsewhere",
    "jobs",
    "not_personal",
    "personal",
    "purposes",
    "recipients",
    "registry",
]


@dataclass(frozen=True, eq=False)
class Group:
    """Fields of one model that are treated alike; ``snapshot.phone`` is one key of a JSON field."""

    fields: tuple[str, ...]
    category: Category | None = None  # None: not personal
    purposes: tuple[Purpose, ...] = ()
    source: Source = Source.SUBJECT
    rectify: Rectify = Rectify.ON_REQUEST
    erase: Any = Erase.BLANK  # or the value to write
    withheld: Text = ""  # why it is not exported, e.g. a secret
    clock: str = ""  # where the law counts from another date than the row
    about: str = ""  # the role of the person it speaks of, where the row speaks of several
    author: str | None = None  # the role of who wrote it, where it speaks of somebody else
    redacted: Text = ""  # why whom it speaks of is not shown what the author wrote (Art. 15(4))
    why: Text = ""  # the note beside the form field, where the purposes' names do not say it well
    recipients: tuple[Recipient, ...] | None = None  # of the purposes' ones; None: all of them

    def hidden(self, roles: Collection[str]) -> str:
        """Why somebody in these roles of a row is not shown this; empty: it is shown."""
        another = self.author is not None and self.author not in roles
        return str(self.withheld or (self.redacted if another else ""))

    @property
    def columns(self) -> set[str]:
        """The fields it speaks of, whole or by a key."""
        return {name.partition(".")[0] for name in self.fields}

    @property
    def receivers(self) -> list[Recipient]:
        """Who is given these fields."""
        named = (r for purpose in self.purposes for r in purpose.recipients)
        return list(dict.fromkeys(named if self.recipients is None else self.recipients))


@dataclass(frozen=True, eq=False)
class Declaration:
    """What one model holds about people, whose it is and since when."""

    model: type[Model]
    groups: tuple[Group, ...] = ()
    clock: str = ""  # lookup of the datetime from which retention runs
    performing: Q | None = None  # rows whose clock has not started: the contract is running
    keep_row: bool = False  # keep the blanked row, e.g. for its totals
    roles: Mapping[str, Role] = field(default_factory=dict)  # "" is the only or the main person
    words: Words = field(default_factory=Words)
    # {"delivery_name": "name"}: what others say too; corrected in one, corrected in all in use
    facts: Mapping[str, str] = field(default_factory=dict)
    unseen: Callable[[], Q] | None = None  # what the law forbids to tell the person yet (Art. 23)

    def shown(self, role: Role, subject: Subject) -> Q:
        """The rows of this person that may be told of; ``role.reach`` is what is there."""
        return role.reach(subject) & ~self.unseen() if self.unseen else role.reach(subject)

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def singular(self) -> str:
        """What people call one of these rows, in the active language."""
        return str(self.words.one or self.model._meta.verbose_name)

    @property
    def plural(self) -> str:
        return str(self.words.many or self.model._meta.verbose_name_plural)

    def name_of(self, field: str) -> str:
        """What people call a field, in the active language."""
        if known := self.words.fields.get(field):
            return str(known)
        column, _, key = field.partition(".")
        spoken = getattr(self.model._meta.get_field(column), "verbose_name", column)
        return key.rpartition(".")[2].replace("_", " ") or str(spoken)

    @property
    def personal(self) -> list[Group]:
        return [group for group in self.groups if group.category]

    @property
    def whole(self) -> bool:
        """Whether all of a row is always due at once, so that it is deleted and never blanked."""
        treatments = {(frozenset(g.purposes), g.clock, g.about) for g in self.personal}
        return not self.keep_row and len(treatments) == 1

    def names(self) -> Iterator[str]:
        """Every field that the declaration speaks of, a doubled one twice; JSON keys apart."""
        for group in self.groups:
            yield from group.fields
        steps = {role.user.split("__")[0] for role in self.roles.values()}
        yield from sorted(steps - self.grouped - {"", "pk"})

    @property
    def grouped(self) -> set[str]:
        """The columns that a group names, whole or by a key."""
        return {name for group in self.groups for name in group.columns}


registry: dict[type[Model], Declaration] = {}


def declare(  # noqa: PLR0913  (its parameters are the vocabulary itself)
    model: type[Model],
    *groups: Group,
    clock: str,
    user: str = "",
    email: str = "",
    proved: Q | None = None,
    reference: str = "",
    performing: Q | None = None,
    keep_row: bool = False,
    roles: Mapping[str, Role] | None = None,
    words: Words | None = None,
    facts: Mapping[str, str] | None = None,
    match: Callable[[Subject], Q] | None = None,
    unseen: Callable[[], Q] | None = None,
) -> None:
    """Declare what a model holds about a person, whose it is and since when.

    ``user`` to ``match``: the row's main person (see Role); ``roles`` adds others. Retention runs
    from ``clock``, not while ``performing`` matches; where neither is there, nothing holds the row.
    """
    main = Role(user, email, proved, reference, match)
    named = dated_roles(model, ({"": main} if user or email else {}) | dict(roles or {}))
    kept, told = (clock, performing, keep_row), (words or Words(), facts or {}, unseen)
    registry[model] = Declaration(model, groups, *kept, named, *told)


def dated_roles(model: type[Model], roles: dict[str, Role]) -> dict[str, Role]:
    return {name: replace(role, dates=(*dated(model, role),)) for name, role in roles.items()}


def declare_impersonal(*models: type[Model]) -> None:
    """Declare that these models say nothing about any person."""
    registry.update((model, Declaration(model)) for model in models)


def personal(
    *fields: str, category: Category, purposes: Iterable[Purpose], **treatment: Any
) -> Group:
    """Fields that say something about a person. treatment: see Group's other fields."""
    return Group(fields, category, tuple(purposes), **treatment)


def not_personal(*fields: str) -> Group:
    """Fields that say nothing about a person."""
    return Group(fields)
