"""Access (Art. 15) and portability (Art. 20 GDPR): all that is held, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.formats import date_format
from django.utils.text import capfirst

from privacy.corrections import statements
from privacy.declarations import Declaration, Group, elsewhere, registry
from privacy.handovers import handed_over, told
from privacy.plain import cell, is_file, plain
from privacy.processing import in_words, open_ended
from privacy.purposes import Purpose
from privacy.rule import NOTHING
from privacy.subjects import Subject
from privacy.vocabulary import LegalBasis, Rectify, Source

PORTABLE_SOURCES = (Source.SUBJECT, Source.OBSERVED)
PORTABLE_BASES = (LegalBasis.CONSENT, LegalBasis.CONTRACT)


def collect(subject: Subject) -> dict[str, Any]:
    """All the shop holds on a person, as JSON values with labels in the active language.

    ``{"sections": [{"model", "name", "one", "rows": [{"id", "reference", "statements", "data":
    [{"field", "label", "value", "display", "category", "source", "rectify", "correctable",
    "withheld", "portable", "file", "purposes": [{"key", "name", "basis", "retention", "since",
    "until", "ends", "term", "running", "recipients"}]}]}]}], "elsewhere": [{"name", "categories",
    "items", "missing"}], "recipients": see ``handovers.told``}``. Secrets carry the reason instead
    of the value; dates are ISO 8601; ``until`` is None while the activity runs, and ``term`` says
    how long in words. Somebody else's part of a row is left out.
    """
    return {
        "sections": [s for d in registry.values() if d.personal for s in section(d, subject)],
        "elsewhere": list(found_elsewhere(subject)),
        "recipients": [told(row) for row in handed_over(subject)],
    }


def section(declaration: Declaration, subject: Subject) -> Iterator[dict[str, Any]]:
    """The person's rows of one model, if there are any."""
    yield from rows_of(declaration, subject, roles_by_row(declaration, subject))


def rows_of(
    declaration: Declaration, subject: Subject, mine: dict[Any, set[str]]
) -> Iterator[dict[str, Any]]:
    named = {name for name, role in declaration.roles.items() if role.reference}
    rows = dated(declaration, mine).iterator(chunk_size=500) if mine else iter(())
    said = statements.beside(declaration.model, mine) if mine else {}
    found = [
        {
            "id": "" if secret_key(declaration) else str(row.pk),
            "reference": row.privacy_reference if named & mine[row.pk] else "",
            "data": data,
            "statements": statements.apart(said.get(str(row.pk), ()), mine[row.pk])[0],
        }
        for row in rows
        if (data := list(row_data(declaration, row, mine[row.pk], subject)))
    ]
    if found:
        one, many = capfirst(declaration.singular), capfirst(declaration.plural)
        yield {"model": declaration.label, "name": many, "one": one, "rows": found}


def secret_key(declaration: Declaration) -> bool:
    """Whether the row's own key is withheld, as that of a session is: who has it is signed in."""
    key = declaration.model._meta.pk.name
    return any(key in group.fields for group in declaration.personal if group.withheld)


def roles_by_row(declaration: Declaration, subject: Subject) -> dict[Any, set[str]]:
    """The keys of the person's rows, each with the roles the person has in it."""
    mine: dict[Any, set[str]] = defaultdict(set)
    for name, role in declaration.roles.items():
        reached = declaration.model._base_manager.filter(declaration.shown(role, subject))
        for pk in reached.values_list("pk", flat=True):
            mine[pk].add(name)
    return mine


def dated(declaration: Declaration, pks: Any) -> QuerySet[Any]:
    """The rows with their clocks, whether their contract is running, and what to call them by."""
    rows = declaration.model._base_manager.filter(pk__in=list(pks)).order_by("pk")
    dates: dict[str, Any] = {f"privacy_{clock}": F(clock) for clock in clocks(declaration)}
    found: QuerySet[Any] = rows.annotate(
        privacy_running=running(declaration.performing),
        privacy_reference=reference(declaration),
        **dates,
    )
    return found


def reference(declaration: Declaration) -> Any:
    """The number by which a person names the row: its own, else that of its order."""
    named = [role.reference for role in declaration.roles.values() if role.reference]
    if named and any("number" in group.fields for group in declaration.personal if not group.about):
        return F("number")
    return F(named[0]) if named else Value("", CharField())


def clocks(declaration: Declaration) -> set[str]:
    return {group.clock or declaration.clock for group in declaration.personal}


def running(performing: Q | None) -> Case:
    return Case(When(performing or NOTHING, then=Value(True)), default=Value(False))


def row_data(
    declaration: Declaration, row: Any, roles: set[str], subject: Subject
) -> Iterator[dict[str, Any]]:
    for group in declaration.personal:
        if group.about in roles:
            common = treatment(declaration, group, row) | {"withheld": group.hidden(roles)}
            for name in group.fields:
                called = {"label": capfirst(declaration.name_of(name))}
                yield {**datum(row, name, common["withheld"], subject), **called, **common}


def datum(row: Any, name: str, withheld: str, subject: Subject) -> dict[str, Any]:
    """One cell; a secret carries the reason why it is withheld instead of its value."""
    value, display = (None, "") if withheld else cell(row, name, subject)
    stored = bool(value) and is_file(type(row), name)
    kept_as = f"files/{row._meta.label_lower}/{row.pk}/{PurePosixPath(str(value)).name}"
    return {
        "field": name,
        "value": value,
        "display": display,
        "file": kept_as if stored else "",
    }


def treatment(declaration: Declaration, group: Group, row: Any) -> dict[str, Any]:
    """What is the same for every cell of a group in one row."""
    reasons = [reason(declaration, group, row, purpose) for purpose in group.purposes]
    return {
        "category": str(group.category),
        "source": str(group.source.label),
        "rectify": str(group.rectify.label),
        "correctable": group.rectify is Rectify.SELF,
        "portable": not group.withheld
        and group.source in PORTABLE_SOURCES
        and any(purpose.basis in PORTABLE_BASES for purpose in group.purposes),
        "purposes": reasons,
    }


def reason(declaration: Declaration, group: Group, row: Any, purpose: Purpose) -> dict[str, Any]:
    """Why a value is there, how long, and who is given it."""
    running = row.privacy_running
    clock = None if running else getattr(row, f"privacy_{group.clock or declaration.clock}")
    ends = purpose.retention.until(clock) if clock else None
    return {
        "key": purpose.key,
        "name": str(purpose.name),
        "basis": f"{purpose.basis.label} ({purpose.basis.value})",
        "retention": in_words(purpose.retention),
        "since": clock and clock.isoformat(),
        "until": ends and ends.isoformat(),
        "ends": date_format(ends, "DATE_FORMAT") if ends else "",
        "term": open_ended(declaration.words.lasting, purpose.retention) if running else "",
        "running": running,
        "recipients": [r.name for r in purpose.recipients if r in group.receivers],
    }


def found_elsewhere(subject: Subject) -> Iterator[dict[str, Any]]:
    """What is no table. A place that cannot be read is named as missing, never left out."""
    for place in elsewhere:
        found: dict[str, Any] = {
            "name": str(place.name),
            "categories": [str(category) for category in place.categories],
            "items": [],
            "missing": "",
        }
        try:
            found["items"] = (
                [plain(dict(item)) for item in place.find(subject)] if place.find else []
            )
        except Exception as error:  # noqa: BLE001  (whatever it is, the export says so)
            found["missing"] = type(error).__name__
        yield found
