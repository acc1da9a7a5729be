"""How far the ledger of erasures, which lies outside, was applied to this very database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import ProgrammingError, transaction

from privacy.models import LedgerMark, RequestEvent
from privacy.models.events import Action

HERE = (Action.ERASED, Action.PARTLY_ERASED)  # written in the erasure's own transaction


class Line(Protocol):
    """What a mark needs to know of a tombstone."""

    @property
    def number(self) -> int: ...
    @property
    def digest(self) -> str: ...
    def is_of(self, reference: str) -> bool: ...


L = TypeVar("L", bound=Line)


class Foreign(Exception):
    """The ledger is not the one that was applied here, or a part of it is lost."""


def applied() -> LedgerMark:
    """The mark; at nothing where a restored database has no row, or not even the table."""
    try:
        with transaction.atomic():
            found = LedgerMark.objects.first()
    except ProgrammingError:
        found = None
    return found or LedgerMark(applied=0)


def after_mark(stones: Sequence[L]) -> list[L]:
    """The lines that this database has not been told of. Raises Foreign."""
    mark = applied()
    if mark.applied > len(stones):
        raise Foreign("the ledger is shorter than what was applied here")
    if mark.applied and stones[mark.applied - 1].digest != mark.digest:
        raise Foreign("this is not the ledger that was applied here")
    return list(stones[mark.applied :])


def to_apply(stones: Sequence[L]) -> list[L]:
    """The lines whose erasure this database has not seen: it is older than they are."""
    unmarked = after_mark(stones)
    if not unmarked:
        return []
    seen = RequestEvent.objects.filter(action__in=HERE).values_list("request__reference", flat=True)
    references = set(seen)
    return [stone for stone in unmarked if not any(map(stone.is_of, references))]


def settle(stones: Sequence[Line], now: datetime) -> None:
    """Move the mark over all lines that this database has seen, up to the first it has not."""
    missing = {stone.number for stone in to_apply(stones)}
    seen = 0
    for stone in after_mark(stones):
        if stone.number in missing:
            break
        seen = stone.number
    if seen:
        move(stones[seen - 1], now)


def move(stone: Line, now: datetime) -> None:
    """All lines up to this one are applied. The mark never goes back."""
    mark, _made = LedgerMark.objects.get_or_create(ledger=LedgerMark(applied=0).ledger)
    LedgerMark.objects.filter(pk=mark.pk, applied__lt=stone.number).update(
        applied=stone.number, digest=stone.digest, applied_at=now
    )
