"""Erasure on request (Art. 17 GDPR): the one rule, applied to one person's rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial

from django.apps import apps
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from privacy.age import there_before
from privacy.declarations import Declaration, Elsewhere, elsewhere
from privacy.dependants import in_order
from privacy.plan import Plan
from privacy.purposes import purposes
from privacy.subjects import Subject
from privacy.sweep import Keys, Sweep, file_fields
from privacy.vocabulary import Text

FILES = _("Files")

logger = logging.getLogger(__name__)

Files = list[tuple[Storage, str]]
endings: list[Callable[[Subject], object]] = []
derivatives: list[Callable[[Storage, str], Iterable[str]]] = []


class NotErasable(Exception):
    """Something lies in a place for which nobody wrote how it goes."""


def preview(subject: Subject, now: datetime) -> Plan:
    """What ``erase`` would do now: done, looked at and rolled back. Nothing else is touched."""
    with transaction.atomic():
        plan, _files = erase_rows(subject, now)
        transaction.set_rollback(True)
    plan.elsewhere |= lying_elsewhere(subject)
    return plan


def lying_elsewhere(subject: Subject) -> dict[Text, int | None]:
    """Only what an erasure reaches: what is another's, or ends by itself, does not go."""
    return {place.name: counted(place, subject) for place in elsewhere if place.goes}


def counted(place: Elsewhere, subject: Subject) -> int | None:
    """How many things lie there; None where that cannot be told now: a look costs no page."""
    if place.find is None:
        return None
    try:
        with transaction.atomic():  # a place may ask the database, and fail there
            return sum(1 for _thing in place.find(subject))
    except Exception:
        logger.exception("A place outside the database cannot be read.")
        return None


def erase(subject: Subject, now: datetime) -> Plan:
    """Erase a person in one transaction; safe to repeat. What the law holds the purge ends later.

    Files and what lies elsewhere (sessions, cache) go after the commit; if any of that fails, the
    rest is still done and an ExceptionGroup is raised then: repeat the call.
    """
    lying = lying_elsewhere(subject)  # before it goes: a receipt is written from this
    with transaction.atomic():
        plan, files = erase_rows(subject, now)
        plan.elsewhere |= lying
        transaction.on_commit(partial(finish, subject, plan, files))
    return plan


def erase_rows(subject: Subject, now: datetime) -> tuple[Plan, Files]:
    plan, files = Plan(), []
    for purpose in purposes.values():
        if purpose.leave:
            purpose.leave(subject, now)
    for declaration in in_order():
        sweep = Sweep(declaration, reached(declaration, subject), now, on_request=True)
        plan.add(sweep.run())
        files += sweep.files
    if going := {name for storage, name in files if not pointed_at(storage, name)}:
        plan.elsewhere[FILES] = len(going)
    return plan, files


def reached(declaration: Declaration, subject: Subject) -> dict[str, Keys]:
    """Per role the keys of this person's rows, locked in key order until the transaction ends."""
    model = declaration.model
    found: dict[str, Keys] = {}
    for name, role in declaration.roles.items():
        mine = model._base_manager.filter(
            role.reach(subject), there_before(declaration, role, subject)
        ).values("pk")
        rows = model._base_manager.filter(pk__in=mine).order_by("pk")
        found[name] = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    return found


def finish(subject: Subject, plan: Plan, files: Files) -> None:
    if failed := [*removed(files), *cleared(subject, plan)]:
        raise ExceptionGroup("Not everything outside the database was erased.", failed)


def cleared(subject: Subject, plan: Plan | None = None) -> list[Exception]:
    """Erase what is no table; what went wrong, the others are gone.

    A place in which something lies and that cannot be erased is a failure like any other.
    """
    failed: list[Exception] = []
    for place in elsewhere:
        try:
            gone = emptied(place, subject)
        except Exception as error:  # noqa: BLE001  (whatever it is, the other places still go)
            failed.append(error)
        else:
            if plan and place.erase:
                plan.elsewhere[place.name] = gone
    return failed


def emptied(place: Elsewhere, subject: Subject) -> int:
    if place.erase:
        return place.erase(subject)
    if place.find and not place.holder and any(True for _thing in place.find(subject)):
        raise NotErasable(str(place.name))
    return 0


def removed(files: Files) -> list[Exception]:
    """Delete stored files and what was made of them; what went wrong, the others are gone."""
    failed: list[Exception] = []
    for storage, name in files:
        try:
            remove(storage, name)
        except Exception as error:  # noqa: BLE001  (each storage fails in its own way)
            failed.append(error)
    return failed


def remove(storage: Storage, name: str) -> None:
    """Looked at after the commit: of two who are erased at once, the last takes it away."""
    if pointed_at(storage, name):
        return
    for made in [made for find in derivatives for made in find(storage, name)]:
        if not pointed_at(storage, made):
            storage.delete(made)
    storage.delete(name)


def pointed_at(storage: Storage, name: str) -> bool:
    """Whether any row still holds this file, be it another person's or nobody's."""
    return any(
        field.storage == storage and model._base_manager.filter(**{field.name: name}).exists()
        for model in apps.get_models()
        for field in file_fields(model)
    )


def named(files: Files) -> list[list[str]]:
    """Files as plain values: the field whose storage holds them, and their name there."""
    fields = {id(storage): label for label, storage in file_storages()}
    return [[fields[id(storage)], name] for storage, name in files]


def stored(names: list[list[str]]) -> Files:
    storages = dict(file_storages())
    return [(storages[label], name) for label, name in names]


def file_storages() -> Iterator[tuple[str, Storage]]:
    for model in apps.get_models():
        for field in file_fields(model):
            yield f"{model._meta.label}.{field.name}", field.storage


def register_ending(end: Callable[[Subject], object]) -> None:
    """``end(subject)`` ends what can still be used in a person's name, such as a session."""
    endings.append(end)


def register_derivatives(find: Callable[[Storage, str], Iterable[str]]) -> None:
    """``find(storage, name)`` names the files that were made of another, such as thumbnails."""
    derivatives.append(find)


def end_sessions(subject: Subject) -> None:
    for end in endings:
        end(subject)
