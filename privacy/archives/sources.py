"""What an archive is made of: the rows of each model that are the person's, a few at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, repeat
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from privacy import writings
from privacy.corrections import statements
from privacy.declarations import Declaration, Group, registry
from privacy.export import dated, reason, secret_key
from privacy.models import Correction
from privacy.models.requests import Refusal
from privacy.plain import cell, is_file
from privacy.purposes import Purpose
from privacy.subjects import Subject
from privacy.vocabulary import Category, LegalBasis, Source

PORTABLE_SOURCES = (Source.SUBJECT, Source.OBSERVED)
PORTABLE_BASES = (LegalBasis.CONSENT, LegalBasis.CONTRACT)
OTHERS_RIGHTS = Refusal.OTHERS_RIGHTS.value

Mine = tuple[Any, set[str]]  # the key of a row, and the roles that the person has in it


def models(*, portable: bool) -> list[Declaration]:
    """The declarations that hold anything for such an archive."""
    return [
        d
        for d in registry.values()
        if any(not portable or is_portable(g) for g in d.personal)
        and (not portable or "" in d.roles)
    ]


def is_portable(group: Group) -> bool:
    """Given by the person or observed, under consent or contract (Art. 20(1) GDPR)."""
    return (
        not group.withheld
        and group.source in PORTABLE_SOURCES
        and any(purpose.basis in PORTABLE_BASES for purpose in group.purposes)
    )


def keys(declaration: Declaration, subject: Subject) -> dict[str, list[Any]]:
    """Per role the keys of the person's rows, in order."""
    found = {}
    for name, role in declaration.roles.items():
        rows = declaration.model._base_manager.filter(declaration.shown(role, subject))
        if mine := sorted(set(rows.order_by().values_list("pk", flat=True).iterator())):
            found[name] = mine
    return found


def after(found: dict[str, list[Any]], last: Any) -> Iterator[Mine]:
    """The keys that come after the last one that was done, each with its roles."""
    ways = [
        zip(mine[0 if last is None else bisect_right(mine, last) :], repeat(name), strict=False)
        for name, mine in found.items()
    ]
    for key, pairs in groupby(merge(*ways), key=itemgetter(0)):
        yield key, {name for _key, name in pairs}


def count(found: dict[str, list[Any]]) -> int:
    return len(set().union(*found.values()))


def groups(declaration: Declaration, roles: Iterable[str], *, portable: bool) -> list[Group]:
    """What such an archive holds of the rows of somebody in these roles.

    Only who gave a row its data takes it along: what the buyer wrote about a receiver does not
    move with the receiver.
    """
    own = [group for group in declaration.personal if group.about in set(roles)]
    if portable:
        return [group for group in own if is_portable(group) and "" in set(roles)]
    return own


def fetched(declaration: Declaration, mine: list[Mine], shown: list[Group]) -> QuerySet[Any]:
    """The rows with all that their cells need, in a fixed number of statements."""
    fields = [declaration.model._meta.get_field(name) for g in shown for name in g.fields]
    single = [f.name for f in fields if f.many_to_one or f.one_to_one]
    several = [f.name for f in fields if f.many_to_many]
    rows = dated(declaration, [key for key, _roles in mine])
    rows = rows.select_related(*single) if single else rows
    return rows.prefetch_related(*several)


def records(
    declaration: Declaration, mine: list[Mine], subject: Subject, *, portable: bool
) -> Iterator[dict[str, Any]]:
    """``{"id", "reference", "values", "shown", "files", "until", "statements", "redacted"}``.

    ``redacted``: why what another wrote in a field, or beside it, is not there. ``until``: per
    purpose when the last of the values is due; None while it runs.
    """
    roles = dict(mine)
    every = groups(declaration, set().union(*roles.values()), portable=portable)
    named = {name for name, role in declaration.roles.items() if role.reference}
    said, taken = ({}, {}) if portable else spoken(declaration, roles)
    for row in fetched(declaration, mine, every):
        shown = groups(declaration, roles[row.pk], portable=portable)
        if shown:
            hidden = hides(shown, roles[row.pk]) | taken.get(str(row.pk), {})
            own, others = statements.apart(said.get(str(row.pk), ()), roles[row.pk])
            yield {
                "id": "" if secret_key(declaration) else str(row.pk),
                "reference": row.privacy_reference if named & roles[row.pk] else "",
                **cells(row, shown, subject, hidden),
                "until": {} if portable else ends(declaration, row, shown),
                "statements": own,
                "redacted": hidden | ({"statements": OTHERS_RIGHTS} if others else {}),
            }


def spoken(declaration: Declaration, keys: Iterable[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """By row: the statements beside it, and the fields from which another's words were taken."""
    return statements.beside(declaration.model, keys), writings.taken_out(declaration, keys)


def hides(shown: list[Group], roles: set[str]) -> dict[str, str]:
    """The fields in which stands what another wrote, and that the person is not shown."""
    hidden = [group for group in shown if not group.withheld and group.hidden(roles)]
    return {name: OTHERS_RIGHTS for group in hidden for name in group.fields}


def in_place_of(code: str) -> str:
    """What stands where a text was, with its reason."""
    if code == OTHERS_RIGHTS:
        return _("not shown: somebody else wrote it (Art. 15(4))")
    return _("taken out: %(why)s") % {"why": Correction.Ground(code).label}


def cells(
    row: Any, shown: list[Group], subject: Subject, hidden: dict[str, str]
) -> dict[str, dict[str, Any]]:
    values: dict[str, Any] = {}
    words: dict[str, Any] = {}
    files: dict[str, Any] = {}
    for group in shown:
        for name in () if group.withheld else group.fields:
            value, said = cell(row, name, subject)
            if name in hidden:
                value, said = None, in_place_of(hidden[name])
            if value and is_file(type(row), name):
                files[name] = value
                value = stored_as(row, value)
            values[name], words[name] = value, said
    return {"values": values, "shown": words, "files": files}


def stored_as(row: Any, name: str) -> str:
    """Where a file lies in the archive."""
    return f"files/{row._meta.label_lower}/{row.pk}/{PurePosixPath(name).name}"


def ends(declaration: Declaration, row: Any, shown: list[Group]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for group in shown:
        for purpose in group.purposes:
            until = reason(declaration, group, row, purpose)["until"]
            known = found.setdefault(purpose.key, until)
            found[purpose.key] = known and until and max(known, until)
    return found


def described(declaration: Declaration, roles: Iterable[str], *, portable: bool) -> dict[str, Any]:
    """What is the same for all rows: the fields, why they are there, and what is left out."""
    return {
        "model": declaration.label,
        "name": capfirst(declaration.plural),
        "one": capfirst(declaration.singular),
        "fields": [
            field
            for group in groups(declaration, roles, portable=portable)
            for field in fields(declaration, group, roles)
        ],
        "left_out": [] if portable else [*left_out(declaration, roles)],
    }


def fields(
    declaration: Declaration, group: Group, roles: Iterable[str]
) -> Iterator[dict[str, Any]]:
    # What stands in a row about somebody who is not its main person, the main person gave.
    by_another = group.source is Source.SUBJECT and group.about and "" not in set(roles)
    for name in group.fields:
        yield {
            "field": name,
            "label": capfirst(declaration.name_of(name)),
            "category": str(group.category.label if group.category else ""),
            "source": str((Source.THIRD_PARTY if by_another else group.source).label),
            "rectify": str(group.rectify.label),
            "withheld": str(group.withheld),
            "purposes": [why(group, purpose) for purpose in group.purposes],
        }


def why(group: Group, purpose: Purpose) -> dict[str, Any]:
    from privacy.processing import in_words

    return {
        "key": purpose.key,
        "name": str(purpose.name),
        "basis": f"{purpose.basis.label} ({purpose.basis.value})",
        "retention": in_words(purpose.retention),
        "recipients": [r.name for r in purpose.recipients if r in group.receivers],
    }


def left_out(declaration: Declaration, roles: Iterable[str]) -> Iterator[dict[str, str]]:
    """What somebody else's part of the person's own rows is, and why it is not handed out."""
    if "" not in set(roles):  # of a row that is another's, not even its fields are named
        return
    for group in declaration.personal:
        if group.about not in set(roles):
            reason = (
                _("it names who works here")
                if group.category is Category.WORK
                else _("it is about somebody else")
            )
            for name in group.fields:
                yield {"label": capfirst(declaration.name_of(name)), "reason": reason}
