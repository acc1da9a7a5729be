"""Personal data that is no table, and the jobs that work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from privacy.purposes import Purpose, Recipient
from privacy.subjects import Subject
from privacy.vocabulary import Category, Text


@dataclass(frozen=True)
class Elsewhere:
    """Personal data that is no table: files, cache, sessions, queue payloads, another's server."""

    name: Text
    categories: tuple[Category, ...]
    purposes: tuple[Purpose, ...]
    find: Callable[[Subject], Iterable[Mapping[str, Any]]] | None = None
    erase: Callable[[Subject], int] | None = None
    note: Text = ""  # where it lies and how it goes, for the plan and the receipt
    holder: Recipient | None = None  # another, who has it from us: a duty tells him

    @property
    def goes(self) -> bool:
        """Whether an erasure reaches it; else it is another's, or ends by itself."""
        return self.erase is not None


@dataclass(frozen=True)
class Job:
    """What a queued job does with people. Its arguments are keys of rows, never a person's data.

    ``purposes``: each is asked for the person of the row, ``rows``, when the job runs. A job that
    has none says ``why``: it touches nobody, asks for each person by itself, or may not be stopped.
    """

    name: str  # of the Celery task
    purposes: tuple[Purpose, ...] = ()
    rows: type[Model] | None = None  # its first argument is the key of one of these
    why: Text = ""


elsewhere: list[Elsewhere] = []
jobs: dict[str, Job] = {}


def declare_elsewhere(  # noqa: PLR0913  (as above)
    name: Text,
    categories: Iterable[Category],
    purposes: Iterable[Purpose],
    *,
    find: Callable[[Subject], Iterable[Mapping[str, Any]]] | None = None,
    erase: Callable[[Subject], int] | None = None,
    note: Text = "",
    holder: Recipient | None = None,
) -> None:
    """Declare personal data that is no table.

    ``find(subject)`` yields what is held as plain values. ``erase(subject)`` erases it, returns
    how many things went, may run twice, and is called after the commit; a preview never calls it.
    What lies with a ``holder`` is his to erase: he is told. All else needs ``erase`` as soon as
    ``find`` finds anything, or an erasure fails.
    """
    place = Elsewhere(name, tuple(categories), tuple(purposes), find, erase, note, holder)
    elsewhere.append(place)


def declare_job(
    name: str, *purposes: Purpose, rows: type[Model] | None = None, why: Text = ""
) -> None:
    """Declare what a job does with people; a check wants it of every task. See Job."""
    jobs[name] = Job(name, purposes, rows, why)
