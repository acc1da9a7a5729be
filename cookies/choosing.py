"""Record a choice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from cookies import inventory, notice
from cookies.consent import Choice
from cookies.models import ConsentEvent, ConsentNotice


class Outdated(Exception):
    """The form was shown before another choice was made, perhaps in another tab."""


@dataclass(frozen=True)
class Answer:
    """What somebody pressed, on a form that was shown under the choice made at ``known``."""

    action: str
    picked: frozenset[str]
    known: int
    language: str
    method: str

    @property
    def accepted(self) -> frozenset[str]:
        everything = frozenset(group.key for group in inventory.optional())
        return {"accept": everything, "reject": frozenset[str]()}.get(self.action, self.picked)


def choose(answer: Answer, stored: Choice | None, *, now: datetime) -> Choice:
    """Write the choice down and return what the browser is to keep.

    The same choice again is the stored one and writes nothing. Raises Outdated.
    """
    if stored and stored.current and stored.accepted == answer.accepted:
        return stored
    if stored and stored.at > answer.known:
        raise Outdated
    subject = (stored.subject if stored else None) or uuid4()
    ConsentEvent.objects.create(
        subject_id=subject,
        happened_at=now,
        action=answer.action,
        decisions={g.key: g.key in answer.accepted for g in inventory.optional()},
        notice=current_notice(answer.language, now=now),
        language=answer.language,
        method=answer.method,
    )
    at = max(int(now.timestamp() * 1000), stored.at + 1 if stored else 0)
    named = subject if answer.accepted else None  # who accepts nothing is given no mark
    return Choice(inventory.VERSION, at, answer.accepted, named)


def current_notice(language: str, *, now: datetime) -> ConsentNotice:
    content = notice.shown(language)
    kept, _ = ConsentNotice.objects.get_or_create(
        sha256=notice.digest(content),
        defaults={
            "version": inventory.VERSION,
            "language": language,
            "content": content,
            "created_at": now,
        },
    )
    return kept
